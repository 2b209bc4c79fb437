package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// An End says how a job has ended.
type End string

// How a job ends.
const (
	Done        End = "done"
	Failed      End = "failed"      // so does its export or import
	Retried     End = "retried"     // it comes again
	Dropped     End = "dropped"     // its export or import was deleted or went on without it
	Interrupted End = "interrupted" // it comes again when the server does
)

// errGone ends a job whose export or import was deleted or went on without it.
var errGone = errors.New("nothing left to do")

// Work carries out jobs, n at a time, until ctx ends. It is called once. While
// n is more than one, links are never fetched by all of them.
func (e *Engine) Work(ctx context.Context, n int) error {
	e.links = max(1, n-1)
	e.turns = turns{most: n, perProject: n, last: make(map[string]int)}
	if e.ProjectWorkers > 0 {
		e.turns.perProject = min(n, e.ProjectWorkers)
		n = max(n, waitingJobs)
	}
	return e.Store.Work(ctx, n, e.run)
}

func (e *Engine) run(ctx context.Context, job store.Job) error {
	done, err := e.turns.wait(ctx, job)
	switch {
	case err == nil:
		defer done()
	case !e.deleted(ctx, job):
		return err // it is run again, as if it had not been taken
	}
	start := time.Now()
	log := e.Log.With("kind", job.Kind, "project", job.Project, "id", job.ID, "attempt", job.Attempt)
	log.DebugContext(ctx, "job started")
	if err == nil {
		err = e.do(ctx, job)
	}
	end := Done
	switch {
	case err == nil:
	case errors.Is(err, errGone), errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrLost),
		ctx.Err() != nil && e.deleted(ctx, job):
		end, err = Dropped, nil
	case ctx.Err() != nil:
		end = Interrupted
	case e.failures.count(job, err) < patience(err):
		end = Retried
	default:
		end = Failed
		log = log.With("reason", err)
		reason := err
		err = e.step(ctx, job, "", func() error { return e.fail(ctx, job, reason) })
	}
	if end != Retried {
		e.failures.forget(job)
	}
	if err != nil {
		log = log.With("error", err)
	}
	log.InfoContext(ctx, "job ended", "end", end, "duration", time.Since(start))
	if e.OnJob != nil {
		e.OnJob(job.Kind, end, time.Since(start))
	}
	return err
}

// deleted reports whether a delete has interrupted a job.
func (e *Engine) deleted(ctx context.Context, job store.Job) bool {
	_, err := e.jobRow(context.WithoutCancel(ctx), job)
	return errors.Is(err, store.ErrNotFound)
}

func (e *Engine) do(ctx context.Context, job store.Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	release, err := e.borrowFor(ctx, job)
	if err != nil {
		return err
	}
	defer release()
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
