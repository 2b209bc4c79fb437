package database

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/ubiops-contrib/transfer/api/server/internal/database/queries"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// jobArgs are what River keeps of a job.
type jobArgs struct {
	Type    store.JobKind `json:"type"`
	Project string        `json:"project"`
	ID      string        `json:"id"`
}

// Kind implements [river.JobArgs].
func (jobArgs) Kind() string { return "job" }

// A handle is the Handle of a [store.Job].
type handle struct {
	ctx context.Context // River's of the job; it holds the client
	job *river.Job[jobArgs]
}

var errCancelled = errors.New("the job was cancelled")

// Enqueue implements [store.Tx].
func (t *tx) Enqueue(job store.Job) error {
	if err := t.writable(); err != nil {
		return err
	}
	inserted, err := t.d.river.InsertTx(t.ctx, t.sql, jobArgs{Type: job.Kind, Project: job.Project, ID: job.ID}, nil)
	if err != nil {
		return t.result(err)
	}
	return t.result(t.queries.AddJob(t.ctx, queries.AddJobParams{RiverID: inserted.Job.ID, ID: job.ID}))
}

// Cancel implements [store.Tx].
func (t *tx) Cancel(id string) error {
	if err := t.writable(); err != nil {
		return err
	}
	riverIDs, err := t.queries.Jobs(t.ctx, id)
	if err != nil {
		return t.result(err)
	}
	for _, riverID := range riverIDs {
		_, err := t.d.river.JobCancelTx(t.ctx, t.sql, riverID)
		if err != nil && !errors.Is(err, rivertype.ErrNotFound) { // River has cleaned it away
			return t.result(err)
		}
		if err := t.queries.DeleteJob(t.ctx, riverID); err != nil {
			return t.result(err)
		}
		t.cancelled = append(t.cancelled, riverID)
	}
	return nil
}

// Finish implements [store.Tx].
func (t *tx) Finish(job store.Job) error {
	if err := t.writable(); err != nil {
		return err
	}
	h, ok := job.Handle.(*handle)
	if !ok {
		return fmt.Errorf("job of %s %s: it has no handle of this store", job.Kind, job.ID)
	}
	// River completes a job whatever has happened to it.
	row, err := t.d.river.JobGetTx(t.ctx, t.sql, h.job.ID)
	if errors.Is(err, rivertype.ErrNotFound) {
		return store.ErrLost
	}
	if err != nil {
		return t.result(err)
	}
	if row.State != rivertype.JobStateRunning || row.Attempt != h.job.Attempt || cancelRequested(row) {
		return store.ErrLost
	}
	row, err = complete(h, t.sql)
	if err != nil {
		return t.result(err)
	}
	if row.State != rivertype.JobStateCompleted || row.Attempt != h.job.Attempt {
		return t.result(store.ErrLost) // on a database where others write meanwhile
	}
	return t.result(t.queries.DeleteJob(t.ctx, h.job.ID))
}

func complete(h *handle, tx *sql.Tx) (*rivertype.JobRow, error) {
	job, err := river.JobCompleteTx[Driver](context.WithoutCancel(h.ctx), tx, h.job)
	if err != nil {
		return nil, err
	}
	return job.JobRow, nil
}

// cancelRequested reports whether somebody wants a running job to end.
func cancelRequested(row *rivertype.JobRow) bool {
	var metadata map[string]json.RawMessage
	if err := json.Unmarshal(row.Metadata, &metadata); err != nil {
		return false
	}
	_, requested := metadata["cancel_attempted_at"]
	return requested
}
