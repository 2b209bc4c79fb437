package engine

import (
	"context"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// A Source is where the archive of an import comes from: exactly one of its
// members is set.
type Source struct {
	File     store.Blob
	Link     string
	ExportID string
}

// CreateImport starts an import. The file of the source belongs to the import
// from then on, and is deleted if there is an error. An export that the project
// does not have gives [store.ErrNotFound], one without an archive an
// [*InvalidError].
func (e *Engine) CreateImport(ctx context.Context, project, by string, source Source, skipConfirmation bool) (store.Import, error) {
	id, now, err := e.stamp()
	if err != nil {
		return store.Import{}, err
	}
	imp := store.Import{
		Project: project, ID: id, Status: models.ImportStatusPending, Created: now, By: by,
		SkipConfirmation: skipConfirmation, Size: source.File.Size, Link: source.Link,
	}
	err = e.update(ctx, func(tx store.Tx) (err error) {
		if err := tx.Project(project); err != nil {
			return err
		}
		if source.File.Key != "" {
			if imp.Blob, err = tx.AddBlob(source.File); err != nil {
				return err
			}
		}
		if source.ExportID != "" {
			export, err := tx.Export(project, source.ExportID)
			if err != nil {
				return err
			}
			if export.Status != models.ExportStatusCompleted {
				return &InvalidError{"export_id: the export is " + string(export.Status) + ", not completed"}
			}
			imp.Blob, imp.Size = export.Blob, export.Size
		}
		if err := tx.PutImport(imp); err != nil {
			return err
		}
		return tx.Enqueue(store.Job{Kind: store.ScanImport, Project: project, ID: id})
	})
	if err != nil && source.File.Key != "" {
		e.abandon(ctx, err, source.File.Key)
	}
	return imp, err
}

// ConfirmImport confirms an import. Outside the status confirmation it gives a
// [*StatusError], one that names nothing an [*InvalidError] if that is the
// setting; what [plan.Confirm] refuses gives a [*plan.RefusedError]. The import
// then keeps waiting.
func (e *Engine) ConfirmImport(ctx context.Context, project, id string, update models.ImportUpdate) (store.Import, error) {
	var imp store.Import
	empty, err := nothingIn(update)
	if err != nil {
		return imp, err
	}
	if empty && e.RefuseEmpty {
		return imp, &InvalidError{"the confirmation names nothing; this server requires it to name what to create"}
	}
	var target archive.Content
	confirmable := func(tx store.Tx) (err error) {
		if imp, err = tx.Import(project, id); err == nil && imp.Status != models.ImportStatusConfirmation {
			err = &StatusError{"the import is " + string(imp.Status) + "; it can be confirmed only in the status confirmation"}
		}
		return err
	}
	err = e.Store.View(ctx, func(tx store.Tx) (err error) {
		if err := confirmable(tx); err != nil {
			return err
		}
		target, err = tx.Content(project)
		return err
	})
	if err != nil {
		return imp, err
	}
	// Nobody waits for this to write. If the project changes meanwhile, that is as
	// if it had changed before the import is applied, which decides again.
	imp.Confirmed = update
	if _, err := e.decide(imp, target); err != nil {
		return imp, err
	}
	err = e.update(ctx, func(tx store.Tx) error {
		if err := confirmable(tx); err != nil {
			return err
		}
		imp.Confirmed = update
		imp.Status = models.ImportStatusConfirmationPending
		if err := tx.PutImport(imp); err != nil {
			return err
		}
		return tx.Enqueue(store.Job{Kind: store.ApplyImport, Project: project, ID: id})
	})
	return imp, err
}

// nothingIn reports whether an update has no members at all.
func nothingIn(update models.ImportUpdate) (bool, error) {
	text, err := json.Marshal(update)
	return string(text) == "{}", err
}

// decide returns what an import creates in a project that holds target. For a large
// import that takes seconds. If the project would hold too much then, it returns an
// [*InvalidError].
func (e *Engine) decide(imp store.Import, target archive.Content) (archive.Content, error) {
	packages := make(map[string]bool, len(imp.Packages))
	for _, path := range imp.Packages {
		packages[path] = true
	}
	create, err := plan.Confirm(plan.Confirmation{
		Scanned:    imp.Scanned,
		Packages:   func(path string) bool { return packages[path] },
		Update:     imp.Confirmed,
		Target:     target,
		OnConflict: e.OnConflict,
	})
	if err != nil {
		return create, err
	}
	return create, e.fits(plan.Apply(target, create, ""))
}

// projectFactor is how many times what an archive may have a project may hold:
// jobs read all of it, so it must not grow with each import. Twice, since the JSON
// of an archive can be longer than its YAML.
const projectFactor = 2

func (e *Engine) fits(content archive.Content) error {
	var size counter
	if err := json.MarshalWrite(&size, &content); err != nil {
		return err
	}
	if most := projectFactor * e.MaxDocuments; most > 0 && int64(size) > most {
		return &InvalidError{fmt.Sprintf("the project would hold objects of %d bytes, without packages; the limit is %d", size, most)}
	}
	return nil
}

// counter counts what is written.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// DeleteImport removes an import, ends its job and frees its archive. What it
// has created stays.
func (e *Engine) DeleteImport(ctx context.Context, project, id string) error {
	return e.update(ctx, func(tx store.Tx) error {
		if err := tx.DeleteImport(project, id); err != nil {
			return err
		}
		return tx.Cancel(id)
	})
}
