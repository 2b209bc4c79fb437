package engine

import (
	"context"
	"errors"
	"slices"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server/internal/blob"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// A Source is where the archive of an import comes from: exactly one of its
// members is set.
type Source struct {
	File     blob.Info
	Link     string
	ExportID string
}

// CreateImport starts an import. The file of the source belongs to the import
// from then on. An export that the project does not have gives
// [store.ErrNotFound], one without an archive an [*InvalidError].
func (e *Engine) CreateImport(ctx context.Context, project, by string, source Source, skipConfirmation bool) (store.Import, error) {
	id, err := newID()
	if err != nil {
		return store.Import{}, err
	}
	row := store.Import{
		Project: project, ID: id, Status: models.ImportStatusPending, Created: e.Now().UTC(), By: by,
		SkipConfirmation: skipConfirmation, Blob: source.File.Key, Size: source.File.Size, Link: source.Link,
	}
	err = e.Store.Update(ctx, func(tx store.Tx) error {
		if _, err := tx.Project(project); err != nil {
			return err
		}
		if source.ExportID != "" {
			export, err := tx.Export(project, source.ExportID)
			if err != nil {
				return err
			}
			if export.Status != models.ExportStatusCompleted {
				return &InvalidError{"export_id: the export is " + string(export.Status) + ", not completed"}
			}
			row.Blob, row.Size = export.Blob, export.Size
		}
		if err := tx.PutImport(row); err != nil {
			return err
		}
		return tx.Enqueue(store.Job{Kind: store.ScanImport, Project: project, ID: id})
	})
	return row, err
}

// ConfirmImport confirms an import. Outside the status confirmation it gives a
// [*StatusError]; what [plan.Confirm] refuses gives a [*plan.RefusedError], and
// the import goes on waiting.
func (e *Engine) ConfirmImport(ctx context.Context, project, id string, update models.ImportUpdate) (store.Import, error) {
	var row store.Import
	err := e.Store.Update(ctx, func(tx store.Tx) (err error) {
		if row, err = tx.Import(project, id); err != nil {
			return err
		}
		if row.Status != models.ImportStatusConfirmation {
			return &StatusError{"the import is " + string(row.Status) + "; it can be confirmed only in the status confirmation"}
		}
		p, err := tx.Project(project)
		if err != nil {
			return err
		}
		row.Confirmed = update
		if _, err := plan.Confirm(e.confirmation(row, p)); err != nil {
			return err
		}
		row.Status = models.ImportStatusConfirmationPending
		if err := tx.PutImport(row); err != nil {
			return err
		}
		return tx.Enqueue(store.Job{Kind: store.ApplyImport, Project: project, ID: id})
	})
	return row, err
}

func (e *Engine) confirmation(row store.Import, target store.Project) plan.Confirmation {
	return plan.Confirmation{
		Scanned:    row.Scanned,
		Packages:   func(path string) bool { return slices.Contains(row.Packages, path) },
		Update:     row.Confirmed,
		Target:     target.Content,
		OnConflict: e.OnConflict,
	}
}

// DeleteImport removes an import and frees its archive. What it has created
// stays.
func (e *Engine) DeleteImport(ctx context.Context, project, id string) error {
	var blob string
	err := e.Store.Update(ctx, func(tx store.Tx) error {
		row, err := tx.Import(project, id)
		if err != nil {
			return err
		}
		blob = row.Blob
		return tx.DeleteImport(project, id)
	})
	if err == nil {
		e.release(ctx, blob)
	}
	return err
}

func (e *Engine) scanImport(ctx context.Context, job store.Job) error {
	row, err := e.advance(ctx, job, models.ImportStatusScanning, models.ImportStatusPending)
	if err != nil {
		return err
	}
	fetched := row.Blob == ""
	if fetched {
		info, err := e.fetch(ctx, row.Link)
		if err != nil {
			return err
		}
		row.Blob, row.Size = info.Key, info.Size
	}
	content, packages, err := e.scan(ctx, row.Blob)
	if err == nil {
		err = e.Store.Update(ctx, func(tx store.Tx) error {
			current, err := tx.Import(job.Project, job.ID)
			if err != nil {
				return err
			}
			current.Blob, current.Size = row.Blob, row.Size
			current.Scanned, current.Packages = content, packages
			current.Status = models.ImportStatusConfirmation
			if current.SkipConfirmation {
				current.Status = models.ImportStatusProcessing
				if err := tx.Enqueue(store.Job{Kind: store.ApplyImport, Project: job.Project, ID: job.ID}); err != nil {
					return err
				}
			}
			return tx.PutImport(current)
		})
	}
	if err != nil && fetched {
		e.release(ctx, row.Blob)
	}
	return err
}

func (e *Engine) scan(ctx context.Context, key string) (content archive.Content, packages []string, err error) {
	b, err := e.Blobs.Open(ctx, key)
	if err != nil {
		return content, nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	a, err := archive.Open(b, b.Size())
	if err != nil {
		return content, nil, err
	}
	for _, p := range a.Packages() {
		packages = append(packages, p.Path)
	}
	return a.Content(), packages, nil
}

// applyImport decides twice what to create: to copy the packages before the
// transaction, which keeps that short, and inside it, since the project may
// have changed meanwhile.
func (e *Engine) applyImport(ctx context.Context, job store.Job) error {
	row, err := e.advance(ctx, job, models.ImportStatusProcessing,
		models.ImportStatusConfirmationPending, models.ImportStatusProcessing)
	if err != nil {
		return err
	}
	keys, err := e.keepConfirmed(ctx, row)
	if err != nil {
		return err
	}
	return e.Store.Update(ctx, func(tx store.Tx) error {
		row, create, err := e.decide(tx, job.Project, job.ID)
		if err != nil {
			return err
		}
		p, err := tx.Project(job.Project)
		if err != nil {
			return err
		}
		p.Content = plan.Apply(p.Content, withKeys(create, keys), job.ID)
		row.Status = models.ImportStatusCompleted
		return errors.Join(tx.PutProject(p), tx.PutImport(row))
	})
}

// decide returns an import and what it creates in its project as that is now.
func (e *Engine) decide(tx store.Tx, project, id string) (row store.Import, create archive.Content, err error) {
	if row, err = tx.Import(project, id); err != nil {
		return row, create, err
	}
	p, err := tx.Project(project)
	if err != nil {
		return row, create, err
	}
	create, err = plan.Confirm(e.confirmation(row, p))
	return row, create, err
}

func (e *Engine) keepConfirmed(ctx context.Context, row store.Import) (keys map[string]string, err error) {
	var create archive.Content
	err = e.Store.View(ctx, func(tx store.Tx) (err error) {
		_, create, err = e.decide(tx, row.Project, row.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	b, err := e.Blobs.Open(ctx, row.Blob)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	a, err := archive.Open(b, b.Size())
	if err != nil {
		return nil, err
	}
	return e.keep(ctx, a, create)
}

// advance moves an import to a status, if it is in one of from.
func (e *Engine) advance(ctx context.Context, job store.Job, to models.ImportStatus, from ...models.ImportStatus) (store.Import, error) {
	var row store.Import
	err := e.Store.Update(ctx, func(tx store.Tx) (err error) {
		if row, err = tx.Import(job.Project, job.ID); err != nil {
			return err
		}
		for _, status := range from {
			if row.Status == status {
				row.Status = to
				return tx.PutImport(row)
			}
		}
		return errGone
	})
	return row, err
}
