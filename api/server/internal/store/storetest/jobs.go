package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// A taken is a job that waits to be told what to return.
type taken struct {
	store.Job
	ctx    context.Context
	result chan error
}

// work starts work on jobs. What they should return is up to the test. The
// function that is returned ends it and waits.
func work(t *testing.T, s store.Store, n int) (jobs <-chan taken, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan taken, 100)
	done := make(chan error, 1)
	go func() {
		done <- s.Work(ctx, n, func(ctx context.Context, job store.Job) error {
			result := make(chan error)
			started <- taken{job, ctx, result}
			select {
			case err := <-result:
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; !ended(err) {
			t.Errorf("work ended with %v", err)
		}
	})
	t.Cleanup(stop)
	return started, stop
}

func finish(job taken) func(store.Tx) error {
	return func(tx store.Tx) error { return tx.Finish(job.Job) }
}

func (job taken) is(t *testing.T, id string, attempt int) {
	t.Helper()
	if job.Kind != store.RunExport || job.Project != project || job.ID != id || job.Attempt != attempt {
		t.Fatalf("job %+v, want %s, attempt %d", job.Job, id, attempt)
	}
}

func jobsLeft(t *testing.T, s store.Store, want int) {
	t.Helper()
	stats, err := s.Stats(t.Context())
	must(t, err)
	if stats.Jobs != want {
		t.Errorf("%d jobs, want %d", stats.Jobs, want)
	}
}

var jobs = map[string]func(*testing.T, store.Store){
	"a job comes with what it was enqueued with": func(t *testing.T, s store.Store) {
		jobs, _ := work(t, s, 1)
		for _, kind := range []store.JobKind{store.RunExport, store.ScanImport, store.ApplyImport} {
			update(t, s, func(tx store.Tx) error { return tx.Enqueue(store.Job{Kind: kind, Project: "p", ID: "1"}) })
			job := <-jobs
			if job.Kind != kind || job.Project != "p" || job.ID != "1" || job.Attempt != 1 {
				t.Errorf("job %+v", job.Job)
			}
			update(t, s, finish(job))
			job.result <- nil
		}
	},
	"jobs that wait are done in their order, n at a time": func(t *testing.T, s store.Store) {
		update(t, s, enqueue("a"), enqueue("b"))
		update(t, s, enqueue("c"))
		jobs, _ := work(t, s, 2)
		first := map[string]taken{}
		for range 2 {
			job := <-jobs
			first[job.ID] = job
		}
		if len(first) != 2 || first["c"].ID != "" {
			t.Fatalf("first jobs %v", first)
		}
		jobsLeft(t, s, 3)
		update(t, s, finish(first["b"]))
		first["b"].result <- nil
		job := <-jobs
		job.is(t, "c", 1)
		for _, job := range []taken{job, first["a"]} {
			update(t, s, finish(job))
			job.result <- nil
		}
		jobsLeft(t, s, 0)
	},
	"a job is finished with the changes of its update, or not": func(t *testing.T, s store.Store) {
		jobs, _ := work(t, s, 1)
		update(t, s, addProject, enqueue("1"))
		job := <-jobs
		wanted := errors.New("no")
		if err := fails(t, s, finish(job), putExport(store.Export{ID: "1"}), func(store.Tx) error { return wanted }); !errors.Is(err, wanted) {
			t.Errorf("error %v", err)
		}
		jobsLeft(t, s, 1)
		update(t, s, finish(job), putExport(store.Export{ID: "1"}))
		jobsLeft(t, s, 0)
		if err := fails(t, s, finish(job)); !errors.Is(err, store.ErrLost) {
			t.Errorf("finished twice: error %v", err)
		}
		job.result <- nil
	},
	"a job that fails after it was finished does not come again": func(t *testing.T, s store.Store) {
		jobs, _ := work(t, s, 1)
		update(t, s, enqueue("1"))
		job := <-jobs
		update(t, s, finish(job), enqueue("2"))
		job.result <- errors.New("too late")
		job = <-jobs
		job.is(t, "2", 1)
		update(t, s, finish(job))
		job.result <- nil
		jobsLeft(t, s, 0)
	},
	"a job that fails comes again with one more attempt": func(t *testing.T, s store.Store) {
		jobs, _ := work(t, s, 1)
		update(t, s, enqueue("1"))
		for attempt := range 3 {
			job := <-jobs
			job.is(t, "1", attempt+1)
			if attempt < 2 {
				job.result <- errors.New("not yet")
				continue
			}
			update(t, s, finish(job))
			job.result <- nil
		}
	},
	"a job that was interrupted comes again without one more attempt": func(t *testing.T, s store.Store) {
		update(t, s, enqueue("1"), enqueue("2"))
		for range 3 {
			jobs, stop := work(t, s, 2)
			ids := map[string]taken{}
			for range 2 {
				job := <-jobs
				job.is(t, job.ID, 1)
				ids[job.ID] = job
			}
			stop()
			if len(ids) != 2 || ids["1"].ctx.Err() == nil {
				t.Fatalf("jobs %v", ids)
			}
			if err := fails(t, s, finish(ids["1"])); !errors.Is(err, store.ErrLost) {
				t.Errorf("finished after it was handed back: error %v", err)
			}
			jobsLeft(t, s, 2)
		}
	},
	"a job that is cancelled never starts": func(t *testing.T, s store.Store) {
		update(t, s, enqueue("1"), enqueue("2"))
		update(t, s, cancelJobs("1"), cancelJobs("unknown"))
		jobsLeft(t, s, 1)
		jobs, _ := work(t, s, 2)
		job := <-jobs
		job.is(t, "2", 1)
		update(t, s, finish(job))
		job.result <- nil
		jobsLeft(t, s, 0)
	},
	"a running job that is cancelled ends and is lost": func(t *testing.T, s store.Store) {
		jobs, stop := work(t, s, 2)
		update(t, s, enqueue("1"), enqueue("2"))
		running := map[string]taken{}
		for range 2 {
			job := <-jobs
			running[job.ID] = job
		}
		wanted := errors.New("no")
		if err := fails(t, s, cancelJobs("1"), func(store.Tx) error { return wanted }); !errors.Is(err, wanted) {
			t.Errorf("error %v", err)
		}
		if running["1"].ctx.Err() != nil {
			t.Error("a job was cancelled by an update that failed")
		}
		update(t, s, cancelJobs("1"))
		<-running["1"].ctx.Done()
		if running["2"].ctx.Err() != nil {
			t.Error("the other job was cancelled too")
		}
		if err := fails(t, s, finish(running["1"])); !errors.Is(err, store.ErrLost) {
			t.Errorf("finished after it was cancelled: error %v", err)
		}
		update(t, s, finish(running["2"]))
		running["2"].result <- nil
		stop()
		jobsLeft(t, s, 0)
	},
	"cancelling ends the jobs of before, not those of after": func(t *testing.T, s store.Store) {
		update(t, s, enqueue("1"))
		update(t, s, cancelJobs("1"), enqueue("1"))
		jobsLeft(t, s, 1)
		jobs, _ := work(t, s, 1)
		job := <-jobs
		update(t, s, finish(job))
		job.result <- nil
		jobsLeft(t, s, 0)
	},
	"work ends when its context has ended": func(t *testing.T, s store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := s.Work(ctx, 1, func(context.Context, store.Job) error { return nil })
		if !ended(err) {
			t.Errorf("error %v", err)
		}
	},
}
