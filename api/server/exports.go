package server

import (
	"context"

	gen "github.com/ubiops-contrib/transfer/gen/server"

	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// operations implements the generated interface.
type operations struct{ *engine.Engine }

var _ gen.StrictServerInterface = (*operations)(nil)

// ExportsList implements the operation exports_list.
func (o *operations) ExportsList(ctx context.Context, r gen.ExportsListRequestObject) (gen.ExportsListResponseObject, error) {
	var body models.Exports
	err := o.Store.Look(ctx, func(tx store.Tx) error {
		var status models.ExportStatus
		if r.Params.Status != nil {
			status = *r.Params.Status
		}
		exports, err := tx.Exports(r.ProjectName, status)
		body = make(models.Exports, len(exports))
		for i, e := range exports {
			body[i] = exportList(e)
		}
		return err
	})
	if err != nil {
		return nil, answer(err, "project")
	}
	return gen.ExportsList200JSONResponse{Body: body}, nil
}

// ExportsCreate implements the operation exports_create.
func (o *operations) ExportsCreate(ctx context.Context, r gen.ExportsCreateRequestObject) (gen.ExportsCreateResponseObject, error) {
	all := r.Params.All != nil && *r.Params.All
	packages := r.Params.Packages == nil || *r.Params.Packages
	export, err := o.CreateExport(ctx, r.ProjectName, callerOf(ctx), *r.Body, all, packages)
	if err != nil {
		return nil, answer(err, "project")
	}
	return gen.ExportsCreate201JSONResponse{Body: exportList(export)}, nil
}

// ExportsGet implements the operation exports_get.
func (o *operations) ExportsGet(ctx context.Context, r gen.ExportsGetRequestObject) (gen.ExportsGetResponseObject, error) {
	export, err := o.export(ctx, r.ProjectName, r.ExportID)
	if err != nil {
		return nil, err
	}
	return gen.ExportsGet200JSONResponse{Body: exportDetail(export)}, nil
}

// ExportsDelete implements the operation exports_delete.
func (o *operations) ExportsDelete(ctx context.Context, r gen.ExportsDeleteRequestObject) (gen.ExportsDeleteResponseObject, error) {
	if err := o.DeleteExport(ctx, r.ProjectName, canonical(r.ExportID)); err != nil {
		return nil, answer(err, "export")
	}
	return gen.ExportsDelete204Response{}, nil
}

// ExportsDownload implements the operation exports_download.
func (o *operations) ExportsDownload(ctx context.Context, r gen.ExportsDownloadRequestObject) (gen.ExportsDownloadResponseObject, error) {
	export, err := o.export(ctx, r.ProjectName, r.ExportID)
	if err != nil {
		return nil, err
	}
	return o.download(ctx, "export", string(export.Status), export.Project, export.ID, export.Blob)
}

func (o *operations) export(ctx context.Context, project, id string) (store.Export, error) {
	var export store.Export
	err := o.Store.Look(ctx, func(tx store.Tx) (err error) {
		export, err = tx.Export(project, canonical(id))
		return err
	})
	return export, answer(err, "export")
}

func exportList(e store.Export) models.ExportList {
	return models.ExportList{
		ID: e.ID, Status: e.Status, ErrorMessage: e.ErrorMessage, CreationDate: models.Time{Time: e.Created}, Size: size(e.Blob, e.Size),
		Description: e.Selection.Description, ExportedBy: models.Value(e.By),
	}
}

// exportDetail has every dictionary: the official command writes an absent one
// as null into its file, and then refuses that file.
func exportDetail(e store.Export) models.ExportDetail {
	return models.ExportDetail{
		ID: e.ID, Status: e.Status, ErrorMessage: e.ErrorMessage, CreationDate: models.Time{Time: e.Created}, Size: size(e.Blob, e.Size),
		Description: e.Selection.Description, ExportedBy: models.Value(e.By),
		Deployments: present(e.Selection.Deployments), Pipelines: present(e.Selection.Pipelines),
		Environments: present(e.Selection.Environments), EnvironmentVariables: present(e.Selection.EnvironmentVariables),
		Services: present(e.Selection.Services),
	}
}

// present is a dictionary that is there, empty or not.
func present[T any](dictionary map[string]T) map[string]T {
	if dictionary == nil {
		return map[string]T{}
	}
	return dictionary
}

// size is null until the archive is there.
func size(blob string, bytes int64) models.Nullable[int64] {
	if blob == "" {
		return models.Null[int64]()
	}
	return models.Value(bytes)
}
