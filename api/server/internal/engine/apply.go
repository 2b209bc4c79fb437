package engine

import (
	"context"
	"reflect"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// applyImport decides what to create and copies the packages before the
// transaction, which keeps that short, and decides again inside it if the project
// has changed meanwhile.
func (e *Engine) applyImport(ctx context.Context, job store.Job) error {
	imp, err := e.advance(ctx, job, models.ImportStatusProcessing,
		models.ImportStatusConfirmationPending, models.ImportStatusProcessing)
	if err != nil {
		return err
	}
	var before archive.Content
	err = e.Store.View(ctx, func(tx store.Tx) (err error) {
		before, err = tx.Content(imp.Project)
		return err
	})
	if err != nil {
		return err
	}
	create, err := e.decide(imp, before)
	if err != nil {
		return err
	}
	return e.step(ctx, job, "", func() error {
		return e.withArchive(ctx, imp.Blob, func(a *archive.Archive) error {
			return e.keep(ctx, a, create, func(tx store.Tx, keys map[string]string) error {
				if err := tx.Finish(job); err != nil {
					return err
				}
				imp, err := tx.Import(job.Project, job.ID)
				if err != nil {
					return err
				}
				now, err := tx.Content(job.Project)
				if err != nil {
					return err
				}
				create := create
				if !reflect.DeepEqual(now, before) {
					if create, err = e.decide(imp, now); err != nil {
						return err
					}
				}
				if create, err = withKeys(create, keys); err != nil {
					return err
				}
				imp.Status = models.ImportStatusCompleted
				if err := tx.PutImport(imp); err != nil {
					return err
				}
				return tx.PutContent(job.Project, plan.Apply(archive.Content{}, create, job.ID))
			})
		})
	})
}
