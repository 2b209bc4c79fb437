package database

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"sync"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

const (
	maxAttempts   = math.MaxInt16 // the worker gives up
	fetchCooldown = 10 * time.Millisecond
	retention     = time.Hour // of jobs that have ended
	orphanCheck   = time.Minute
)

// errFailed is all that River, which keeps and logs errors, gets of one: its
// text may hold a link or a value.
var errFailed = errors.New("the attempt failed")

// retryDelay is the default of Options.RetryDelay.
func retryDelay(attempt int) time.Duration {
	return min(time.Second<<min(attempt-1, 10), 30*time.Second)
}

// Work implements [store.Store]. It begins with the jobs that a killed process
// has left. It returns nil when ctx has ended.
func (d *Database) Work(ctx context.Context, n int, do func(context.Context, store.Job) error) error {
	if !d.working.TryLock() {
		return errors.New("the jobs are already being worked on")
	}
	defer d.working.Unlock()
	if ctx.Err() != nil {
		return nil
	}
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	d.setStop(stop)
	defer d.setStop(nil)
	err := d.work(working, n, do)
	switch {
	case ctx.Err() != nil && (err == nil || errors.Is(err, ctx.Err())):
		return nil
	case err == nil:
		err = context.Cause(working)
	}
	return d.classify(ctx, err)
}

func (d *Database) work(ctx context.Context, n int, do func(context.Context, store.Job) error) error {
	session, err := d.mine(ctx, d.reads)
	if err != nil {
		return err
	}
	if err := d.takeOver(ctx); err != nil {
		return fmt.Errorf("jobs of an earlier process: %w", err)
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{d: d, do: do})
	if most := d.dialect.MostJobs; most > 0 {
		n = min(n, most)
	}
	client, err := river.NewClient(d.dialect.Jobs, &river.Config{
		ID:                          session, // which its jobs then name
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: n}},
		Workers:                     workers,
		Logger:                      d.options.Log,
		MaxAttempts:                 maxAttempts,
		FetchCooldown:               fetchCooldown,
		FetchPollInterval:           d.dialect.FetchPoll,
		CompletedJobRetentionPeriod: retention,
		CancelledJobRetentionPeriod: retention,
		DiscardedJobRetentionPeriod: retention,
	})
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return err
	}
	var orphans sync.WaitGroup
	orphans.Go(func() { d.watchOrphans(ctx) })
	<-client.Stopped()
	orphans.Wait()
	return nil
}

// A worker carries out River's jobs.
type worker struct {
	river.WorkerDefaults[jobArgs]
	d  *Database
	do func(context.Context, store.Job) error
}

// Timeout says that there is none, so that River does not rescue what it thinks
// is stuck.
func (w *worker) Timeout(*river.Job[jobArgs]) time.Duration { return -1 }

// NextRetry implements [river.Worker].
func (w *worker) NextRetry(job *river.Job[jobArgs]) time.Time {
	return time.Now().Add(w.d.options.RetryDelay(job.Attempt))
}

// Work implements [river.Worker].
func (w *worker) Work(ctx context.Context, job *river.Job[jobArgs]) error {
	if _, err := w.d.mine(ctx, w.d.reads); errors.Is(err, errTakenOver) {
		w.d.interruptAll(err)
		return river.JobSnooze(0) // it is the other server's
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer w.d.register(job.ID, cancel)()
	h := &handle{ctx: ctx, job: job}
	err := w.call(ctx, store.Job{
		Kind: job.Args.Type, Project: job.Args.Project, ID: job.Args.ID, Attempt: job.Attempt, Handle: h,
	})
	cause := context.Cause(ctx)
	switch {
	case err == nil:
		// Finish has forgotten it, unless do saw no need to call that.
		if err := w.d.writes.DeleteJob(context.WithoutCancel(ctx), job.ID); err != nil {
			w.d.options.Log.WarnContext(ctx, "a finished job was not forgotten", "id", job.Args.ID, "error", err)
		}
		return nil
	case errors.Is(cause, errCancelled) || errors.Is(cause, rivertype.ErrJobCancelledRemotely):
		return river.JobCancel(errCancelled)
	case cause != nil:
		return river.JobSnooze(0)
	default:
		return errFailed
	}
}

func (w *worker) call(ctx context.Context, job store.Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			w.d.options.Log.ErrorContext(ctx, "job panicked", "kind", job.Kind, "id", job.ID, "stack", string(debug.Stack()))
			err = errFailed
		}
	}()
	return w.do(ctx, job)
}

// register makes a running job known until what it returns is called.
func (d *Database) register(id int64, cancel context.CancelCauseFunc) func() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running[id] = cancel
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.running, id)
	}
}

// interrupt ends the contexts of jobs. River does so too, a little later.
func (d *Database) interrupt(ids []int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range ids {
		if cancel := d.running[id]; cancel != nil {
			cancel(errCancelled)
		}
	}
}

var _ river.Worker[jobArgs] = (*worker)(nil)
