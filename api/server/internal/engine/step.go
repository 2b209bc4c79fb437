package engine

import (
	"cmp"
	"context"
	"slices"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// A Job is an export or import in a status.
type Job struct {
	Kind    string // "export" or "import"
	Project string
	ID      string
	Status  string
}

// step makes a change of status through OnStep. One that finds the status to already
// there, since an earlier attempt or the scan has set it, changes nothing, and
// OnStep is not called.
func (e *Engine) step(ctx context.Context, job store.Job, to string, do func() error) error {
	if e.OnStep == nil {
		return do()
	}
	j, err := e.jobRow(ctx, job)
	if err != nil || j.Status == to {
		return do() // which handles a row that is gone
	}
	return e.OnStep(ctx, j, do)
}

// jobRow returns the export or import of a job as it is now.
func (e *Engine) jobRow(ctx context.Context, job store.Job) (Job, error) {
	j := Job{Kind: "import", Project: job.Project, ID: job.ID}
	err := e.Store.View(ctx, func(tx store.Tx) error {
		if job.Kind == store.RunExport {
			row, err := tx.Export(job.Project, job.ID)
			j.Kind, j.Status = "export", string(row.Status)
			return err
		}
		row, err := tx.Import(job.Project, job.ID)
		j.Status = string(row.Status)
		return err
	})
	return j, err
}

// Jobs returns every export and import of a project, in the order in which they
// were created.
func (e *Engine) Jobs(ctx context.Context, project string) ([]Job, error) {
	var jobs []Job
	err := e.Store.View(ctx, func(tx store.Tx) error {
		exports, err := tx.Exports(project, "")
		if err != nil {
			return err
		}
		imports, err := tx.Imports(project, "")
		for _, row := range exports {
			jobs = append(jobs, Job{"export", row.Project, row.ID, string(row.Status)})
		}
		for _, row := range imports {
			jobs = append(jobs, Job{"import", row.Project, row.ID, string(row.Status)})
		}
		return err
	})
	slices.SortFunc(jobs, func(a, b Job) int { return cmp.Compare(a.ID, b.ID) })
	return jobs, err
}
