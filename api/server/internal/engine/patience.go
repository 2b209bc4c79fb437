package engine

import (
	"errors"
	"math"
	"sync"
	"syscall"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// patience is how often a job may meet an error: once if it is that of an archive,
// a confirmation, a link or a damaged blob; until it is over if nothing can be done
// at present, whatever the job, since an outage is not a reason to give up what
// a client would have to begin again; for about a minute and a half if somebody has to
// make room; and a few times otherwise.
func patience(err error) int {
	switch {
	case reasons(err) != nil, errors.Is(err, store.ErrDamaged):
		return 1
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, store.ErrBusy), errors.Is(err, store.ErrUnavailable), errors.Is(err, errFetching):
		return math.MaxInt
	case errors.Is(err, syscall.ENOSPC):
		return 8
	default:
		return 3
	}
}

// failures counts, for each job that is to come again, the errors that it has met
// by the patience with them, so that an outage uses up none of the patience with
// others. The end of the process, which the job did not cause, resets it.
type failures struct {
	mu   sync.Mutex
	jobs map[jobKey]map[int]int
}

type jobKey struct {
	kind store.JobKind
	id   string
}

// count returns how many such errors a job has met, with this one.
func (f *failures) count(job store.Job, err error) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := jobKey{job.Kind, job.ID}
	if f.jobs[key] == nil {
		if f.jobs == nil {
			f.jobs = make(map[jobKey]map[int]int)
		}
		f.jobs[key] = make(map[int]int)
	}
	f.jobs[key][patience(err)]++
	return f.jobs[key][patience(err)]
}

func (f *failures) forget(job store.Job) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.jobs, jobKey{job.Kind, job.ID})
}
