// Package engine carries out exports and imports: it checks what is asked for,
// keeps it in the store, and does the work in background jobs. It knows nothing
// of HTTP but the links that imports are fetched from.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server/internal/blob"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// Engine carries out exports and imports. All fields are needed.
type Engine struct {
	Store      store.Store
	Blobs      blob.Blobs
	Links      *http.Client // fetches the archives of imports from a link
	MaxArchive int64        // bytes of an archive from a link
	OnConflict plan.OnConflict
	Now        func() time.Time
	Log        *slog.Logger
}

// A StatusError tells that the present status of an export or import does not
// allow what was asked for.
type StatusError struct{ Message string }

func (e *StatusError) Error() string { return e.Message }

// An InvalidError tells that what was asked for means nothing.
type InvalidError struct{ Message string }

func (e *InvalidError) Error() string { return e.Message }

// errGone ends a job whose export or import was deleted or went on without it.
var errGone = errors.New("nothing left to do")

// Work takes jobs, one after the other, until ctx ends.
func (e *Engine) Work(ctx context.Context) {
	for {
		job, err := e.Store.Next(ctx)
		if err != nil {
			if ctx.Err() == nil {
				e.Log.ErrorContext(ctx, "no job could be taken", "error", err)
			}
			return
		}
		e.run(ctx, job)
	}
}

func (e *Engine) run(ctx context.Context, job store.Job) {
	start := e.Now()
	err := e.do(ctx, job)
	switch {
	case err == nil:
		e.Log.InfoContext(ctx, "job done", "kind", job.Kind, "project", job.Project, "id", job.ID, "duration", e.Now().Sub(start))
	case errors.Is(err, errGone) || errors.Is(err, store.ErrNotFound):
		e.Log.InfoContext(ctx, "job dropped", "kind", job.Kind, "project", job.Project, "id", job.ID)
	case ctx.Err() != nil:
		e.Log.InfoContext(ctx, "job stopped", "kind", job.Kind, "project", job.Project, "id", job.ID)
	default:
		e.Log.WarnContext(ctx, "job failed", "kind", job.Kind, "project", job.Project, "id", job.ID, "error", err)
		if err := e.fail(ctx, job, err); err != nil && !errors.Is(err, store.ErrNotFound) {
			e.Log.ErrorContext(ctx, "failure not recorded", "kind", job.Kind, "project", job.Project, "id", job.ID, "error", err)
		}
	}
}

func (e *Engine) do(ctx context.Context, job store.Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			e.Log.ErrorContext(ctx, "job panicked", "kind", job.Kind, "panic", p, "stack", string(debug.Stack()))
			err = errors.New("internal error")
		}
	}()
	switch job.Kind {
	case store.RunExport:
		return e.runExport(ctx, job)
	case store.ScanImport:
		return e.scanImport(ctx, job)
	case store.ApplyImport:
		return e.applyImport(ctx, job)
	default:
		return fmt.Errorf("unknown kind of job %q", job.Kind)
	}
}

// Load adds everything in an archive to a project, without an import: a
// variable keeps the value that the archive has for it, even an absent one.
func (e *Engine) Load(ctx context.Context, project string, a *archive.Archive) error {
	content := a.Content()
	keys, err := e.keep(ctx, a, content)
	if err != nil {
		return err
	}
	return e.Store.Update(ctx, func(tx store.Tx) error {
		p, err := tx.Project(project)
		if err != nil {
			return err
		}
		p.Content = plan.Apply(p.Content, withKeys(content, keys), "")
		return tx.PutProject(p)
	})
}

// release deletes a blob that no row refers to any more.
func (e *Engine) release(ctx context.Context, key string) {
	if key == "" {
		return
	}
	var used bool
	err := e.Store.View(ctx, func(tx store.Tx) (err error) {
		used, err = tx.BlobInUse(key)
		return err
	})
	if err == nil && !used {
		err = e.Blobs.Delete(ctx, key)
	}
	if err != nil {
		e.Log.WarnContext(ctx, "blob not released", "key", key, "error", err)
	}
}

func newID() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}
