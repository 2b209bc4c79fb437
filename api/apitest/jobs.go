package apitest

import (
	"context"
	"fmt"
	"time"

	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// defaultWorkers is how many exports and imports can wait for a step at once: a
// worker of the reference server waits with each.
const defaultWorkers = 256

// pace says when jobs advance.
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
	s.turns.take(ctx, t)
	defer s.turns.giveBack(t)
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

// goOn lets a job leave its status, waits until it has, and returns it as it is
// then.
func (s *Server) goOn(ctx context.Context, job server.Job) (server.Job, error) {
	t := s.turns.of(job)
	// One that is deleted before this is not in the queue of the server any more,
	// and one that is deleted after it leaves its turns.
	if now, err := s.again(ctx, job); err != nil || now.Status != job.Status {
		return now, err
	}
	for {
		stuck, changed := s.turns.look(t)
		if stuck {
			return job, &noWorkerError{job, s.turns.workers}
		}
		t.release()
		select {
		case <-t.left:
			return s.again(ctx, job)
		case <-changed:
		case <-ctx.Done():
			return job, ctx.Err()
		case <-s.ctx.Done():
			return job, s.ctx.Err()
		}
	}
}

// A noWorkerError is the error of a job that cannot advance before others do.
type noWorkerError struct {
	job     server.Job
	workers int
}

func (e *noWorkerError) Error() string {
	return fmt.Sprintf("%s %s waits for one of %d workers, and each has another job that waits to advance (WithServer sets how many Workers there are)",
		e.job.Kind, e.job.ID, e.workers)
}

// waiting reports whether the server moves a job out of its status by itself.
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
