package server

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
	gen "github.com/ubiops-contrib/transfer/gen/server"
)

// ImportsList implements the operation imports_list.
func (o *operations) ImportsList(ctx context.Context, r gen.ImportsListRequestObject) (gen.ImportsListResponseObject, error) {
	var body models.Imports
	err := o.Store.Look(ctx, func(tx store.Tx) error {
		var status models.ImportStatus
		if r.Params.Status != nil {
			status = *r.Params.Status
		}
		imports, err := tx.Imports(r.ProjectName, status)
		body = make(models.Imports, len(imports))
		for i, row := range imports {
			body[i] = importList(row)
		}
		return err
	})
	if err != nil {
		return nil, answer(err, "project")
	}
	return gen.ImportsList200JSONResponse{Body: body}, nil
}

// ImportsCreate implements the operation imports_create.
func (o *operations) ImportsCreate(ctx context.Context, r gen.ImportsCreateRequestObject) (gen.ImportsCreateResponseObject, error) {
	var source engine.Source
	form, err := middleware.ReadImportForm(r.Body, func(file io.Reader) (err error) {
		source.File, err = o.Blobs.Write(ctx, func(w io.Writer) error {
			_, err := io.Copy(w, file)
			return err
		})
		return err
	})
	if err == nil {
		source.Link, source.ExportID = form.ImportLink, canonical(form.ExportID)
		if source.Link != "" {
			err = o.Links.Check(source.Link)
		}
	}
	if err != nil {
		if source.File.Key != "" {
			err = errors.Join(err, o.Blobs.Delete(context.WithoutCancel(ctx), source.File.Key))
		}
		return nil, answer(err, "import")
	}
	imp, err := o.CreateImport(ctx, r.ProjectName, callerOf(ctx), source, form.SkipConfirmation)
	if err != nil {
		return nil, answer(err, "export")
	}
	return gen.ImportsCreate201JSONResponse{Body: importList(imp)}, nil
}

// ImportsGet implements the operation imports_get.
func (o *operations) ImportsGet(ctx context.Context, r gen.ImportsGetRequestObject) (gen.ImportsGetResponseObject, error) {
	row, err := o.importRow(ctx, r.ProjectName, r.ImportID)
	if err != nil {
		return nil, err
	}
	return gen.ImportsGet200JSONResponse{Body: importDetail(row)}, nil
}

// ImportsUpdate implements the operation imports_update.
func (o *operations) ImportsUpdate(ctx context.Context, r gen.ImportsUpdateRequestObject) (gen.ImportsUpdateResponseObject, error) {
	row, err := o.ConfirmImport(ctx, r.ProjectName, canonical(r.ImportID), *r.Body)
	if err != nil {
		return nil, answer(err, "import")
	}
	return gen.ImportsUpdate200JSONResponse{Body: importDetail(row)}, nil
}

// ImportsDelete implements the operation imports_delete.
func (o *operations) ImportsDelete(ctx context.Context, r gen.ImportsDeleteRequestObject) (gen.ImportsDeleteResponseObject, error) {
	if err := o.DeleteImport(ctx, r.ProjectName, canonical(r.ImportID)); err != nil {
		return nil, answer(err, "import")
	}
	return gen.ImportsDelete204Response{}, nil
}

// ImportsDownload implements the operation imports_download.
func (o *operations) ImportsDownload(ctx context.Context, r gen.ImportsDownloadRequestObject) (gen.ImportsDownloadResponseObject, error) {
	row, err := o.importRow(ctx, r.ProjectName, r.ImportID)
	if err != nil {
		return nil, err
	}
	return o.download(ctx, "import", string(row.Status), row.Project, row.ID, row.Blob)
}

func (o *operations) importRow(ctx context.Context, project, id string) (store.Import, error) {
	var row store.Import
	err := o.Store.Look(ctx, func(tx store.Tx) (err error) {
		row, err = tx.Import(project, canonical(id))
		return err
	})
	return row, answer(err, "import")
}

// canonical is how ids are kept: a UUID means the same in capitals.
func canonical(id string) string { return strings.ToLower(id) }

func importList(i store.Import) models.ImportList {
	return models.ImportList{
		ID: i.ID, Status: i.Status, ErrorMessage: i.ErrorMessage, CreationDate: models.Time{Time: i.Created}, Size: size(i.Blob, i.Size),
		ImportedBy: models.Value(i.By),
	}
}

// importDetail shows what was scanned, with every dictionary as soon as it was.
// The value of a secret is null, and so is one that the archive left out.
func importDetail(i store.Import) models.ImportDetail {
	shown := plan.MapVariables(archive.MaskSecrets(i.Scanned), func(_ jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		if v.Value.IsZero() || v.Secret != nil && *v.Secret {
			v.Value = models.Null[string]()
		}
		return v
	})
	detail := models.ImportDetail{
		ID: i.ID, Status: i.Status, ErrorMessage: i.ErrorMessage, CreationDate: models.Time{Time: i.Created}, Size: size(i.Blob, i.Size),
		ImportedBy: models.Value(i.By),
	}
	if i.Status != models.ImportStatusPending && i.Status != models.ImportStatusScanning {
		detail.Deployments, detail.Pipelines = present(shown.Deployments), present(shown.Pipelines)
		detail.Environments, detail.Services = present(shown.Environments), present(shown.Services)
		detail.EnvironmentVariables = present(shown.EnvironmentVariables)
	}
	return detail
}
