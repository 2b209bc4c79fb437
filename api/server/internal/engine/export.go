package engine

import (
	"context"
	"io"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// CreateExport starts an export. With all it takes every object and ignores
// the selection. A selection of something that the project does not have gives
// a [*plan.RefusedError].
func (e *Engine) CreateExport(ctx context.Context, project, by string, selection models.ExportCreate, all, packages bool) (store.Export, error) {
	id, err := newID()
	if err != nil {
		return store.Export{}, err
	}
	export := store.Export{
		Project: project, ID: id, Status: models.ExportStatusPending, Created: e.Now().UTC(), By: by, Packages: packages,
	}
	err = e.Store.Update(ctx, func(tx store.Tx) error {
		p, err := tx.Project(project)
		if err != nil {
			return err
		}
		if all {
			description := selection.Description
			selection = plan.All(p.Content)
			selection.Description = description
		} else if _, err := plan.Select(p.Content, selection); err != nil {
			return err
		}
		export.Selection = selection
		if err := tx.PutExport(export); err != nil {
			return err
		}
		return tx.Enqueue(store.Job{Kind: store.RunExport, Project: project, ID: id})
	})
	return export, err
}

// DeleteExport removes an export and frees its archive.
func (e *Engine) DeleteExport(ctx context.Context, project, id string) error {
	var blob string
	err := e.Store.Update(ctx, func(tx store.Tx) error {
		export, err := tx.Export(project, id)
		if err != nil {
			return err
		}
		blob = export.Blob
		return tx.DeleteExport(project, id)
	})
	if err == nil {
		e.release(ctx, blob)
	}
	return err
}

func (e *Engine) runExport(ctx context.Context, job store.Job) error {
	var (
		export  store.Export
		project store.Project
	)
	err := e.Store.Update(ctx, func(tx store.Tx) (err error) {
		if export, err = tx.Export(job.Project, job.ID); err != nil {
			return err
		}
		if export.Status != models.ExportStatusPending {
			return errGone
		}
		// From here on the project may change; this export does not.
		if project, err = tx.Project(job.Project); err != nil {
			return err
		}
		export.Status = models.ExportStatusProcessing
		return tx.PutExport(export)
	})
	if err != nil {
		return err
	}
	content, err := plan.Select(project.Content, export.Selection)
	if err != nil {
		return err
	}
	if !export.Packages {
		content = withPackages(content, func(string) string { return "" })
	}
	info, err := e.Blobs.Write(ctx, func(w io.Writer) error {
		return archive.Write(w, content,
			func(key string) (io.ReadCloser, error) { return e.Blobs.Open(ctx, key) },
			archive.WithExportDate(e.Now()))
	})
	if err != nil {
		return err
	}
	err = e.Store.Update(ctx, func(tx store.Tx) error {
		export, err := tx.Export(job.Project, job.ID)
		if err != nil {
			return err
		}
		if export.Status != models.ExportStatusProcessing {
			return errGone
		}
		export.Status, export.Blob, export.Size = models.ExportStatusCompleted, info.Key, info.Size
		return tx.PutExport(export)
	})
	if err != nil { // deleted meanwhile
		e.release(ctx, info.Key)
	}
	return err
}
