// Package engine carries out exports and imports: it checks requests, keeps
// them in the store, and does the work in background jobs. It knows nothing
// about HTTP except the links that imports are fetched from.
//
// A job can be interrupted at any moment, with its process even, and starts
// again: each step looks at the status that the one before has left. All final
// changes are made in one transaction, which also finishes the job.
package engine

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// Engine carries out exports and imports. All fields except OnJob and OnStep
// are required.
type Engine struct {
	Store       store.Store
	Blobs       store.Blobs
	Links       *Links
	MaxArchive  int64 // bytes of an archive from a link
	OnConflict  plan.OnConflict
	RefuseEmpty bool // a confirmation that names nothing
	Now         func() time.Time
	NewID       func() (string, error) // each greater than the one before
	Log         *slog.Logger
	// MaxDocuments limits the bytes of all YAML documents of an archive and, to twice
	// as many, of the JSON of a project.
	MaxDocuments int64
	// ProjectWorkers is how many jobs of one project may run at once; projects then
	// take turns. If it is not positive, jobs begin in their order.
	ProjectWorkers int
	// ProjectLinks is how many links of one project may be fetched at once; 0 is any
	// number.
	ProjectLinks int
	// Memory is what jobs share, by project: a job waits until it has what it will
	// take. Nil sets no limit.
	Memory Memory
	// OnJob is called with how a job has ended.
	OnJob func(kind store.JobKind, end End, took time.Duration)
	// OnStep makes the changes of status that jobs make: it calls do, when it
	// likes, and returns its error; or it returns the error of ctx, which ends
	// with the job. No transaction is open before that, but a worker is taken.
	OnStep func(ctx context.Context, job Job, do func() error) error

	created  sync.Mutex
	held     held
	failures failures
	turns    turns
	costs    costs
	links    int // that may be fetched at once

	fetchingLock sync.Mutex
	fetching     slots // links
}

// Memory is what jobs take before they become large. Acquire waits until there are
// so many bytes for the owner, or ctx ends, and returns what gives them back.
type Memory interface {
	Acquire(ctx context.Context, owner string, bytes int64) (release func(), err error)
}

// A StatusError says that the present status of an export or import does not
// allow the request.
type StatusError struct{ Message string }

func (e *StatusError) Error() string { return e.Message }

// An InvalidError says that a request makes no sense.
type InvalidError struct{ Message string }

func (e *InvalidError) Error() string { return e.Message }

// Load adds everything in an archive to a project, without an import: a
// variable keeps the value that the archive has for it, even an absent one.
func (e *Engine) Load(ctx context.Context, project string, a *archive.Archive) error {
	content := a.Content()
	return e.keep(ctx, a, content, func(tx store.Tx, keys map[string]string) error {
		objects, err := withKeys(content, keys)
		if err != nil {
			return err
		}
		return tx.PutContent(project, plan.Apply(archive.Content{}, objects, ""))
	})
}

// Save writes everything in a project as an archive, with the values of
// secrets. No package is deleted before that is done.
func (e *Engine) Save(ctx context.Context, project string, w io.Writer) error {
	defer e.hold(ctx)()
	var content archive.Content
	var blobs map[string]store.Blob
	err := e.Store.View(ctx, func(tx store.Tx) (err error) {
		if content, err = tx.Content(project); err != nil {
			return fmt.Errorf("project %q: %w", project, err)
		}
		blobs, err = packageBlobs(tx, content)
		return err
	})
	if err != nil {
		return err
	}
	return archive.Write(w, content, func(key string) (io.ReadCloser, error) { return e.stored(ctx, blobs[key]) })
}

// stamp returns the id of a new export or import, and when it is created, as
// stores keep it. Times grow as ids do.
func (e *Engine) stamp() (id string, now time.Time, err error) {
	e.created.Lock()
	defer e.created.Unlock()
	id, err = e.NewID()
	return id, e.Now().UTC().Truncate(time.Microsecond), err
}
