package engine

import (
	"context"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// How many times its stored size something takes in memory while it is worked
// with, as measured: read, opened, decoded, copied, encoded and sealed again.
const (
	documentsFactor = 8 // of an export or import
	contentFactor   = 4 // of a project, which is kept object by object
	// parsing is what reading one large document of an archive takes in passing.
	parsing = 100 << 20
)

// borrow takes memory for a job until what it returns is called.
func (e *Engine) borrow(ctx context.Context, project string, bytes int64) (release func(), err error) {
	if e.Memory == nil {
		return func() {}, nil
	}
	return e.Memory.Acquire(ctx, project, bytes)
}

// borrowFor takes the memory of a job, as far as rows tell. A scan takes what it
// needs when it knows its archive.
func (e *Engine) borrowFor(ctx context.Context, job store.Job) (release func(), err error) {
	if job.Kind == store.ScanImport {
		return func() {}, nil
	}
	size, err := e.Cost(ctx, job.Project, job.ID, job.Kind == store.ApplyImport)
	if err != nil {
		return nil, err
	}
	if job.Kind == store.ApplyImport {
		size += min(parsing, 100*size) // the archive is read again
	}
	return e.borrow(ctx, job.Project, size)
}

// Cost estimates how many bytes of memory it takes to read an export or import,
// and the content of its project if that is needed too, and to write it again. An
// unknown id costs nothing.
func (e *Engine) Cost(ctx context.Context, project, id string, content bool) (bytes int64, err error) {
	key := costOf{project, id, content}
	bytes, known, changes := e.costs.get(key)
	if known {
		return bytes, nil
	}
	err = e.Store.Look(ctx, func(tx store.Tx) error {
		documents, err := tx.DocumentsSize(project, id)
		if err != nil {
			return err
		}
		bytes = documentsFactor * documents
		if content {
			size, err := tx.ContentSize(project)
			bytes += contentFactor * size
			return err
		}
		return nil
	})
	if err == nil {
		e.costs.put(key, bytes, changes)
	}
	return bytes, err
}
