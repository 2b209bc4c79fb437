package engine

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// CreateExport starts an export of what the project holds now: from here on the
// project may change; the export does not, and its packages stay. With all it
// takes every object and ignores the selection. A selection of something that the
// project does not have gives a [*plan.RefusedError].
func (e *Engine) CreateExport(ctx context.Context, project, by string, selection models.ExportCreate, all, packages bool) (store.Export, error) {
	id, now, err := e.stamp()
	if err != nil {
		return store.Export{}, err
	}
	export := store.Export{
		Project: project, ID: id, Status: models.ExportStatusPending, Created: now, By: by, Packages: packages,
	}
	err = e.update(ctx, func(tx store.Tx) error {
		content, err := tx.Content(project)
		if err != nil {
			return err
		}
		if all {
			description := selection.Description
			selection = plan.All(content)
			selection.Description = description
		}
		export.Selection = selection
		if export.Snapshot, err = Snapshot(content, selection, packages); err != nil {
			return err
		}
		if err := tx.PutExport(export); err != nil {
			return err
		}
		return tx.Enqueue(store.Job{Kind: store.RunExport, Project: project, ID: id})
	})
	return export, err
}

// Snapshot returns what an export of a selection takes of a content. Errors are
// those of [plan.Select].
func Snapshot(content archive.Content, selection models.ExportCreate, packages bool) (archive.Content, error) {
	content, err := plan.Select(content, selection)
	if err == nil && !packages {
		content = withPackages(content, func(string) string { return "" })
	}
	return content, err
}

// DeleteExport removes an export, ends its job and frees its archive.
func (e *Engine) DeleteExport(ctx context.Context, project, id string) error {
	return e.update(ctx, func(tx store.Tx) error {
		if err := tx.DeleteExport(project, id); err != nil {
			return err
		}
		return tx.Cancel(id)
	})
}

func (e *Engine) runExport(ctx context.Context, job store.Job) error {
	var export store.Export
	var blobs map[string]store.Blob
	err := e.step(ctx, job, string(models.ExportStatusProcessing), func() (err error) {
		export, blobs, err = e.begin(ctx, job)
		return err
	})
	if err != nil {
		return err
	}
	info, err := e.Blobs.Write(ctx, func(w io.Writer) error {
		return archive.Write(w, export.Snapshot,
			func(key string) (io.ReadCloser, error) { return e.stored(ctx, blobs[key]) },
			archive.WithExportDate(e.Now()))
	})
	if err != nil {
		return err
	}
	err = e.step(ctx, job, "", func() error { return e.complete(ctx, job, export, info) })
	if err != nil {
		e.abandon(ctx, err, info.Key)
	}
	return err
}

// complete ends a job. The export is as begin has returned it: only a job changes it,
// and a deletion takes its job away.
func (e *Engine) complete(ctx context.Context, job store.Job, export store.Export, info store.Blob) error {
	return e.update(ctx, func(tx store.Tx) (err error) {
		if err := tx.Finish(job); err != nil {
			return err
		}
		export.Status, export.Snapshot, export.Size = models.ExportStatusCompleted, archive.Content{}, info.Size
		if export.Blob, err = tx.AddBlob(info); err != nil {
			return err
		}
		return tx.PutExport(export)
	})
}

// begin returns an export, which is in the status processing from then on, and what
// is known about its packages.
func (e *Engine) begin(ctx context.Context, job store.Job) (export store.Export, blobs map[string]store.Blob, err error) {
	err = e.update(ctx, func(tx store.Tx) (err error) {
		if export, err = tx.Export(job.Project, job.ID); err != nil {
			return err
		}
		switch export.Status {
		case models.ExportStatusPending:
			export.Status = models.ExportStatusProcessing
			if err := tx.PutExport(export); err != nil {
				return err
			}
		case models.ExportStatusProcessing:
		default:
			return errGone
		}
		blobs, err = packageBlobs(tx, export.Snapshot)
		return err
	})
	return export, blobs, err
}

func packageBlobs(tx store.Tx, content archive.Content) (map[string]store.Blob, error) {
	blobs := make(map[string]store.Blob)
	for key := range packagesOf(content) {
		b, err := tx.Blob(key)
		if errors.Is(err, store.ErrNotFound) { // the package is missing, not the export
			return nil, fmt.Errorf("the blob %s of a package is not known", key)
		}
		if err != nil {
			return nil, fmt.Errorf("the blob %s of a package: %w", key, err)
		}
		blobs[key] = b
	}
	return blobs, nil
}

// stored opens a package for [archive.Write], which reads it once since size
// and checksum are known.
func (e *Engine) stored(ctx context.Context, b store.Blob) (io.ReadCloser, error) {
	r, err := e.Blobs.Open(ctx, b)
	if err != nil {
		return nil, err
	}
	return statedBlob{r, b}, nil
}

type statedBlob struct {
	io.ReadCloser
	row store.Blob
}

func (s statedBlob) Stated() (size int64, crc32 uint32) { return s.row.Size, s.row.CRC32 }
