package store

import (
	"context"
	"slices"
	"sync"
	"time"
)

// queue holds the jobs that are not done.
type queue struct {
	mu   sync.Mutex
	jobs []*queued
	wake chan struct{} // holds a token while there may be jobs to take
}

type queued struct {
	job    Job
	due    bool               // may be taken
	cancel context.CancelFunc // while it runs
	gone   bool               // cancelled or finished
}

func (t *tx) Enqueue(job Job) error {
	if t.readOnly {
		return errReadOnly
	}
	t.after = append(t.after, func() { t.queue.add(job) })
	return nil
}

func (t *tx) Cancel(id string) error {
	if t.readOnly {
		return errReadOnly
	}
	t.after = append(t.after, func() { t.queue.cancel(id) })
	return nil
}

func (t *tx) Finish(job Job) error {
	if t.readOnly {
		return errReadOnly
	}
	e, ok := job.Handle.(*queued)
	if !ok || !t.queue.mine(e, job.Attempt) {
		return ErrLost
	}
	t.after = append(t.after, func() { t.queue.remove(e) })
	return nil
}

func (q *queue) add(job Job) {
	q.mu.Lock()
	defer q.mu.Unlock()
	e := &queued{job: job, due: true}
	e.job.Attempt, e.job.Handle = 1, e
	q.jobs = append(q.jobs, e)
	q.signal()
}

func (q *queue) cancel(id string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.jobs = slices.DeleteFunc(q.jobs, func(e *queued) bool {
		if e.job.ID != id {
			return false
		}
		e.gone = true
		if e.cancel != nil {
			e.cancel()
		}
		return true
	})
}

func (q *queue) mine(e *queued, attempt int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !e.gone && e.cancel != nil && e.job.Attempt == attempt
}

func (q *queue) remove(e *queued) {
	q.mu.Lock()
	defer q.mu.Unlock()
	e.gone = true
	q.jobs = slices.DeleteFunc(q.jobs, func(other *queued) bool { return other == e })
}

func (q *queue) unfinished() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.jobs)
}

func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Work implements [Store].
func (q *queue) Work(ctx context.Context, n int, do func(ctx context.Context, job Job) error) error {
	var workers sync.WaitGroup
	defer workers.Wait()
	free := make(chan struct{}, n)
	for {
		select {
		case <-ctx.Done():
			return nil
		case free <- struct{}{}:
		}
		select {
		case <-ctx.Done():
			return nil
		case <-q.wake:
		}
		if ctx.Err() != nil {
			q.signal() // for the next Work
			return nil
		}
		e, jobCtx := q.take(ctx)
		if e == nil {
			<-free
			continue
		}
		workers.Go(func() {
			defer func() { <-free }()
			q.put(ctx, e, do(jobCtx, e.job))
		})
	}
}

func (q *queue) take(ctx context.Context) (*queued, context.Context) {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.IndexFunc(q.jobs, func(e *queued) bool { return e.due })
	if i < 0 {
		return nil, nil
	}
	e := q.jobs[i]
	e.due = false
	ctx, e.cancel = context.WithCancel(ctx)
	q.signal() // there may be more
	return e, ctx
}

// put takes back a job that was carried out with the given end.
func (q *queue) put(ctx context.Context, e *queued, err error) {
	if err == nil {
		q.remove(e)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	e.cancel()
	e.cancel = nil
	switch {
	case e.gone:
	case ctx.Err() != nil:
		e.due = true
		q.signal()
	default:
		delay := time.Second << min(e.job.Attempt-1, 5)
		e.job.Attempt++
		time.AfterFunc(min(delay, 30*time.Second), func() {
			q.mu.Lock()
			defer q.mu.Unlock()
			e.due = true
			q.signal()
		})
	}
}
