package engine

import (
	"context"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// A Step is a change of status that a job is about to make.
type Step struct {
	Job     string // "export" or "import"
	Project string
	ID      string // of the export or import
	Status  string // which the step leaves
}

// step has OnStep make a change of status. One that finds the status to already
// there, since an earlier attempt or the scan has set it, changes nothing, and
// OnStep does not hear of it.
func (e *Engine) step(ctx context.Context, job store.Job, to string, do func() error) error {
	if e.OnStep == nil {
		return do()
	}
	s := Step{Job: "import", Project: job.Project, ID: job.ID}
	err := e.Store.View(ctx, func(tx store.Tx) error {
		if job.Kind == store.RunExport {
			row, err := tx.Export(job.Project, job.ID)
			s.Job, s.Status = "export", string(row.Status)
			return err
		}
		row, err := tx.Import(job.Project, job.ID)
		s.Status = string(row.Status)
		return err
	})
	if err != nil || s.Status == to {
		return do() // which knows what to make of a row that is gone
	}
	return e.OnStep(ctx, s, do)
}
