package apitest

import (
	"context"
	"sync"

	"github.com/ubiops-contrib/transfer/api/server"
)

// turns are the statuses that jobs are in, have left, or will get to.
type turns struct {
	workers int // that the reference server has; 0 if no job is held

	mu      sync.Mutex
	all     map[[2]string]*turn
	reads   map[string]*reads
	taken   map[*turn]context.Context // by a worker, whose job ends with the context
	changed chan struct{}             // closed when the next is taken
}

// A turn is the time that a job is in a status.
type turn struct {
	free, left         chan struct{} // closed when the job may leave, and when it has left
	releasing, leaving sync.Once
}

func (t *turn) release() { t.releasing.Do(func() { close(t.free) }) }
func (t *turn) leave()   { t.leaving.Do(func() { close(t.left) }) }

func (t *turn) isFree() bool { return closed(t.free) }

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (s *turns) of(job server.Job) *turn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = make(map[[2]string]*turn)
	}
	key := [2]string{job.ID, job.Status}
	if s.all[key] == nil {
		s.all[key] = &turn{free: make(chan struct{}), left: make(chan struct{})}
	}
	return s.all[key]
}

// take notes that a worker has reached a turn.
func (s *turns) take(ctx context.Context, t *turn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken == nil {
		s.taken = make(map[*turn]context.Context)
	}
	s.taken[t] = ctx
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

func (s *turns) giveBack(t *turn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.taken, t)
}

// look reports whether no worker can reach a turn until a job other than its own
// advances, and returns a channel that is closed when that may have changed.
func (s *turns) look(t *turn) (stuck bool, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = make(chan struct{})
	}
	held := 0
	for other, ctx := range s.taken {
		if !other.isFree() && ctx.Err() == nil {
			held++
		}
	}
	return s.workers > 0 && held == s.workers && s.taken[t] == nil && !closed(t.left), s.changed
}

// forget ends the turns of a job that was deleted.
func (s *turns) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, t := range s.all {
		if key[0] == id {
			t.leave()
			delete(s.all, key)
		}
	}
	delete(s.reads, id)
}

// reads is how often a job was read in a status.
type reads struct {
	status string
	n      int
}

// countRead notes a read and reports whether the status has been read often
// enough before.
func (s *turns) countRead(job server.Job, limit int) (over bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reads == nil {
		s.reads = make(map[string]*reads)
	}
	r := s.reads[job.ID]
	if r == nil || r.status != job.Status {
		r = &reads{status: job.Status}
		s.reads[job.ID] = r
	}
	if waiting(job) && r.n >= limit {
		return true
	}
	r.n++
	return false
}
