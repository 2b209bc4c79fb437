package apitest

import (
	"context"
	"sync"
	"time"

	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// waitingJobs is how many exports and imports can wait for a step at once.
// Further ones stay in their first status until there is room.
const waitingJobs = 256

// pace says when jobs go on.
type pace struct {
	kind  paceKind
	reads int
	lasts time.Duration
}

type paceKind int

const (
	byItself paceKind = iota
	inBackground
	byHand
	byReads
	byTime
)

// onStep is called by the reference server in place of a change of status.
func (s *Server) onStep(ctx context.Context, job server.Job, do func() error) error {
	t := s.turns.of(job)
	if s.pace.kind == byItself {
		t.release()
	}
	if s.pace.kind == byTime && s.clock == nil && !t.isFree() {
		if err := sleep(ctx, nil, s.pace.lasts); err != nil {
			t.leave()
			return err
		}
		t.release()
	}
	select {
	case <-t.free:
	case <-ctx.Done():
		t.leave()
		return ctx.Err()
	}
	err := do()
	if err == nil || ctx.Err() != nil { // else it comes again
		t.leave()
	}
	return err
}

// goOn lets a job leave its status and waits until it has.
func (s *Server) goOn(ctx context.Context, job server.Job) error {
	t := s.turns.of(job)
	t.release()
	select {
	case <-t.left:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
}

// waiting tells whether the server takes a job out of its status by itself.
func waiting(job server.Job) bool {
	if job.Kind == "export" {
		switch models.ExportStatus(job.Status) {
		case models.ExportStatusPending, models.ExportStatusProcessing:
			return true
		default:
			return false
		}
	}
	switch models.ImportStatus(job.Status) {
	case models.ImportStatusPending, models.ImportStatusScanning, models.ImportStatusConfirmationPending, models.ImportStatusProcessing:
		return true
	default:
		return false
	}
}

// turns are the statuses that jobs are in, have left, or will get to.
type turns struct {
	mu    sync.Mutex
	all   map[[2]string]*turn
	reads map[string]*reads
}

// A turn is the time that a job is in a status.
type turn struct {
	free, left         chan struct{} // closed when the job may leave, and when it has left
	releasing, leaving sync.Once
}

func (t *turn) release() { t.releasing.Do(func() { close(t.free) }) }
func (t *turn) leave()   { t.leaving.Do(func() { close(t.left) }) }

func (t *turn) isFree() bool {
	select {
	case <-t.free:
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

// reads is how often a job was read in a status.
type reads struct {
	status string
	n      int
}

// countRead notes a read and tells whether the status has been read often
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
