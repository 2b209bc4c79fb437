package engine

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// waitingJobs is how many jobs are taken from the store, to run or to wait for
// their turn. Further ones, of whatever project, wait in the store.
const waitingJobs = 1000

// turns decides which job runs next: of the projects that wait, one with the
// fewest running jobs, and of these the one that has waited longest since its last
// turn; within a project the oldest export or import. So no project waits for all
// that another one has queued.
type turns struct {
	most       int // jobs that run
	perProject int

	mu      sync.Mutex
	running slots
	waiting []*turn
	last    map[string]int // the project's last turn
	count   int
}

type turn struct {
	job   store.Job
	begun chan struct{}
}

// wait waits for a job's turn, until ctx ends. The caller calls done when the job
// has ended.
func (t *turns) wait(ctx context.Context, job store.Job) (done func(), err error) {
	own := &turn{job, make(chan struct{})}
	t.mu.Lock()
	t.waiting = append(t.waiting, own)
	t.begin()
	t.mu.Unlock()
	done = func() { t.end(own) }
	select {
	case <-own.begun:
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil { // also if its turn has come with that: it would only be interrupted
		done()
		return nil, err
	}
	return done, nil
}

// begin lets jobs run while more may.
func (t *turns) begin() {
	for t.running.total < t.most {
		var next *turn
		for _, w := range t.waiting {
			if t.running.of[w.job.Project] < t.perProject && (next == nil || t.compare(w, next) < 0) {
				next = w
			}
		}
		if next == nil {
			return
		}
		t.remove(next)
		t.running.add(next.job.Project, 1)
		t.count++
		t.last[next.job.Project] = t.count
		close(next.begun)
	}
}

func (t *turns) compare(a, b *turn) int {
	return cmp.Or(
		cmp.Compare(t.running.of[a.job.Project], t.running.of[b.job.Project]),
		cmp.Compare(t.last[a.job.Project], t.last[b.job.Project]),
		cmp.Compare(a.job.ID, b.job.ID),
	)
}

func (t *turns) end(own *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	select {
	case <-own.begun:
		t.running.add(own.job.Project, -1)
	default:
		t.remove(own)
	}
	if len(t.waiting) == 0 {
		clear(t.last)
	}
	t.begin()
}

func (t *turns) remove(own *turn) {
	t.waiting = slices.DeleteFunc(t.waiting, func(w *turn) bool { return w == own })
}

// slots counts what is taken, in all and by project.
type slots struct {
	total int
	of    map[string]int
}

func (s *slots) add(project string, n int) {
	if s.of == nil {
		s.of = make(map[string]int)
	}
	s.total += n
	if s.of[project] += n; s.of[project] == 0 {
		delete(s.of, project)
	}
}
