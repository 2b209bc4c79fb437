package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func (e *Engine) scanImport(ctx context.Context, job store.Job) error {
	imp, err := e.advance(ctx, job, models.ImportStatusScanning, models.ImportStatusPending, models.ImportStatusScanning)
	if err != nil {
		return err
	}
	if imp.Blob == "" {
		if imp, err = e.fetchArchive(ctx, imp); err != nil {
			return err
		}
	}
	release := func() {}
	defer func() { release() }()
	memory := archive.WithMemory(func(bytes int64) error {
		free, err := e.borrow(ctx, job.Project, bytes)
		if err == nil {
			release = free
		}
		return err
	})
	content, packages, err := e.scan(ctx, imp, memory)
	if err != nil {
		return err
	}
	return e.step(ctx, job, "", func() error { return e.offer(ctx, job, content, packages) })
}

// offer keeps what was scanned, to be confirmed.
func (e *Engine) offer(ctx context.Context, job store.Job, content archive.Content, packages []string) error {
	return e.update(ctx, func(tx store.Tx) error {
		if err := tx.Finish(job); err != nil {
			return err
		}
		imp, err := tx.Import(job.Project, job.ID)
		if err != nil {
			return err
		}
		imp.Scanned, imp.Packages = content, packages
		imp.Status = models.ImportStatusConfirmation
		if imp.SkipConfirmation {
			imp.Status = models.ImportStatusProcessing
			if err := tx.Enqueue(store.Job{Kind: store.ApplyImport, Project: job.Project, ID: job.ID}); err != nil {
				return err
			}
		}
		return tx.PutImport(imp)
	})
}

// errFetching postpones an import from a link: links that stall or are slow must
// not take all the workers.
var errFetching = errors.New("enough other links are being fetched")

// startFetching takes one of the places for links, if one is free for the project.
func (e *Engine) startFetching(project string) bool {
	e.fetchingLock.Lock()
	defer e.fetchingLock.Unlock()
	if e.fetching.total >= e.links || e.fetching.of[project] >= cmp.Or(e.ProjectLinks, e.links) {
		return false
	}
	e.fetching.add(project, 1)
	return true
}

func (e *Engine) endFetching(project string) {
	e.fetchingLock.Lock()
	defer e.fetchingLock.Unlock()
	e.fetching.add(project, -1)
}

// fetchArchive gets the archive of an import from its link, which is forgotten
// as soon as the archive is stored.
func (e *Engine) fetchArchive(ctx context.Context, imp store.Import) (store.Import, error) {
	if !e.startFetching(imp.Project) {
		return imp, errFetching
	}
	defer e.endFetching(imp.Project)
	info, err := e.Links.Fetch(ctx, imp.Link, e.MaxArchive, e.Blobs)
	if err != nil {
		return imp, err
	}
	err = e.update(ctx, func(tx store.Tx) (err error) {
		if imp, err = tx.Import(imp.Project, imp.ID); err != nil {
			return err
		}
		if imp.Blob != "" {
			return errGone
		}
		imp.Link, imp.Size = "", info.Size
		if imp.Blob, err = tx.AddBlob(info); err != nil {
			return err
		}
		return tx.PutImport(imp)
	})
	if err != nil {
		e.abandon(ctx, err, info.Key)
	}
	return imp, err
}

func (e *Engine) scan(ctx context.Context, imp store.Import, memory archive.Option) (content archive.Content, packages []string, err error) {
	err = e.withArchive(ctx, imp.Blob, func(a *archive.Archive) error {
		// An import that would do nothing, though there are files, is a failure
		// that says why: nothing else would tell the client. Of the rest the
		// contract has no place to tell.
		nothing := func(f *archive.Finding) bool { return f.Code == archive.CodeNothing }
		warnings := a.Warnings()
		if len(a.Others()) > 0 && slices.ContainsFunc(warnings, nothing) {
			return archive.Findings(warnings)
		}
		if len(warnings) > 0 {
			e.Log.WarnContext(ctx, "an archive has warnings", "project", imp.Project, "id", imp.ID,
				"warnings", len(warnings), "first", warnings[0].String())
		}
		content = a.Content()
		for _, p := range a.Packages() {
			packages = append(packages, p.Path)
		}
		return nil
	}, memory)
	return content, packages, err
}

// OpenArchive opens the archive of an export or import. One that is not there, or
// not any more, gives [fs.ErrNotExist].
func (e *Engine) OpenArchive(ctx context.Context, key string) (store.Reader, error) {
	var b store.Blob
	err := e.Store.Look(ctx, func(tx store.Tx) (err error) {
		b, err = tx.Blob(key)
		return err
	})
	if errors.Is(err, store.ErrNotFound) { // which says that of the export or import
		return nil, fmt.Errorf("the archive %s is not known: %w", key, fs.ErrNotExist)
	}
	if err != nil {
		return nil, err
	}
	return e.Blobs.Open(ctx, b)
}

func (e *Engine) withArchive(ctx context.Context, key string, f func(*archive.Archive) error, opts ...archive.Option) (err error) {
	b, err := e.OpenArchive(ctx, key)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	a, err := archive.Open(b, b.Size(), append(opts, archive.WithLimits(archive.Limits{DocumentsSize: e.MaxDocuments}))...)
	if err != nil {
		return err
	}
	return f(a)
}

// advance moves an import to a status, if it is in one of from.
func (e *Engine) advance(ctx context.Context, job store.Job, to models.ImportStatus, from ...models.ImportStatus) (store.Import, error) {
	var imp store.Import
	err := e.step(ctx, job, string(to), func() error {
		return e.update(ctx, func(tx store.Tx) (err error) {
			if imp, err = tx.Import(job.Project, job.ID); err != nil {
				return err
			}
			if !slices.Contains(from, imp.Status) {
				return errGone
			}
			imp.Status = to
			return tx.PutImport(imp)
		})
	})
	return imp, err
}
