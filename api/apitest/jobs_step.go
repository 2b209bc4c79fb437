package apitest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ubiops-contrib/transfer/api/server"
)

// A Step is what [Server.Step] has done.
type Step struct {
	Kind    string // "export" or "import"
	Project string
	ID      string
	From    string // the status that was left
	To      string // the status now; empty if the export or import was deleted meanwhile
}

// Step moves the oldest export or import that the server works on by one status,
// and returns when that is done. It is false if there is none left but those
// that are completed, failed or wait for a confirmation. It is for
// [JobsByHand].
func (s *Server) Step() (Step, bool) { s.t.Helper(); return s.step("Step", "") }

// StepJob is like [Server.Step] for the export or import with an id.
func (s *Server) StepJob(id string) (Step, bool) { s.t.Helper(); return s.step("StepJob", id) }

func (s *Server) step(call, id string) (Step, bool) {
	s.t.Helper()
	if s.pace.kind != byHand {
		s.t.Fatalf("apitest: %s needs the option JobsByHand", call)
	}
	s.stepping.Lock()
	defer s.stepping.Unlock()
	jobs, err := s.jobs(s.ctx)
	if err != nil {
		s.t.Fatalf("apitest: %s: %v", call, err)
	}
	i := slices.IndexFunc(jobs, func(j server.Job) bool { return waiting(j) && (id == "" || j.ID == id) })
	if i < 0 {
		return Step{}, false
	}
	before := jobs[i]
	after, err := s.goOn(s.ctx, before)
	if err != nil {
		s.t.Fatalf("apitest: %s: project %q: %v", call, before.Project, err)
	}
	return Step{Kind: before.Kind, Project: before.Project, ID: before.ID, From: before.Status, To: after.Status}, true
}

// jobs returns the exports and imports of all projects, the oldest first.
func (s *Server) jobs(ctx context.Context) ([]server.Job, error) {
	s.mu.Lock()
	projects := slices.Clone(s.projects)
	s.mu.Unlock()
	var all []server.Job
	for _, project := range projects {
		jobs, err := s.reference.Jobs(ctx, project)
		if err != nil {
			return nil, err
		}
		all = append(all, jobs...)
	}
	slices.SortFunc(all, func(a, b server.Job) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

// beforeRead does what the pace of jobs asks for before they are read.
func (s *Server) beforeRead(ctx context.Context, to subject) error {
	switch to.operation {
	case ExportsGet, ImportsGet:
		if s.pace.kind == byReads {
			return s.advance(ctx, to, func(job server.Job) bool { return s.turns.countRead(job, s.pace.reads) })
		}
	case ExportsList, ImportsList, ExportsDownload, ImportsDownload:
	default:
		return nil
	}
	if s.pace.kind == byItself {
		return s.advance(ctx, to, waiting)
	}
	return nil
}

// advance waits until the job that a read is for, or every job of that kind that
// there is now, has advanced as far as it should. It fails only if the read
// would never find that: what does not exist is left to the reference server.
func (s *Server) advance(ctx context.Context, to subject, further func(server.Job) bool) error {
	jobs, err := s.reference.Jobs(ctx, to.project)
	for _, job := range jobs {
		if !strings.HasPrefix(string(to.operation), job.Kind) || to.id != "" && to.id != job.ID {
			continue
		}
		for err == nil && further(job) {
			job, err = s.goOn(ctx, job)
		}
	}
	if stuck, ok := errors.AsType[*noWorkerError](err); ok {
		return stuck
	}
	return nil
}

// afterDelete ends every wait for a job that is gone.
func (s *Server) afterDelete(to subject) {
	if to.operation != ExportsDelete && to.operation != ImportsDelete {
		return
	}
	if job, err := s.again(s.ctx, server.Job{Project: to.project, ID: to.id}); err == nil && job.Status == "" {
		s.turns.forget(to.id)
	}
}

// again returns a job as it is now. One that was deleted has no status.
func (s *Server) again(ctx context.Context, job server.Job) (server.Job, error) {
	jobs, err := s.reference.Jobs(ctx, job.Project)
	for _, now := range jobs {
		if now.ID == job.ID {
			return now, err
		}
	}
	job.Status = ""
	return job, err
}

// entered is when a job has got to a status; an empty one is the next that it
// is found in.
type entered struct {
	status string
	at     time.Time
}

// catchUp moves jobs on to the statuses that they have at a time of the clock.
// What it meets for the first time came while the clock stood at from.
func (s *Server) catchUp(from, to time.Time) {
	for moved := true; moved; {
		moved = false
		jobs, err := s.jobs(s.ctx)
		if err != nil {
			return // the server has closed
		}
		for _, job := range jobs {
			if !waiting(job) {
				delete(s.entered, job.ID)
				continue
			}
			e, ok := s.entered[job.ID]
			if !ok || e.status != "" && e.status != job.Status {
				e.at = from
			}
			e.status = job.Status
			if due := e.at.Add(s.pace.lasts); !due.After(to) {
				if _, err := s.goOn(s.ctx, job); err != nil {
					if stuck, ok := errors.AsType[*noWorkerError](err); ok {
						s.t.Errorf("apitest: Clock.Advance: project %q: %v", job.Project, stuck)
					}
					return
				}
				e, moved = entered{at: due}, true
			}
			s.entered[job.ID] = e
		}
	}
}
