package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/api/server/local/internal/folder"
)

// reserve is a file whose space is given up when the disk is full: freeing
// space, and the start, must not need any. While it is given up, no blob is
// written that could take its space.
type reserve struct {
	path string
	mu   sync.Mutex
	out  bool
}

// reserveSize is enough for some deletes, each of which frees the space of its
// archive.
const reserveSize = 1 << 20

// release gives the space up.
func (r *reserve) release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out = true
	_ = os.Remove(r.path) // it may be out already
}

// fill takes the space again if it was given up, if there is enough.
func (r *reserve) fill() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.out {
		return nil
	}
	err := os.WriteFile(r.path, make([]byte, reserveSize), 0o600)
	if err != nil {
		if removed := os.Remove(r.path); !errors.Is(removed, fs.ErrNotExist) {
			err = errors.Join(err, removed)
		}
		return err
	}
	r.out = false
	return nil
}

func (r *reserve) isOut() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out
}

// freeing notes whether a transaction deletes owners of archives.
type freeing struct {
	store.Tx
	frees bool
}

func (t *freeing) DeleteExport(project, id string) error {
	t.frees = true
	return t.Tx.DeleteExport(project, id)
}

func (t *freeing) DeleteImport(project, id string) error {
	t.frees = true
	return t.Tx.DeleteImport(project, id)
}

// Update implements [store.Store]. One that frees space may use the reserve for it,
// and what the database can give back: the reserve may be out, and since then used
// up by what the jobs note.
func (h *home) Update(ctx context.Context, f func(store.Tx) error) (unused []string, err error) {
	for again := false; ; again = true {
		t := &freeing{}
		unused, err = h.Store.Update(ctx, func(tx store.Tx) error {
			t.Tx = tx
			return f(t)
		})
		if again || !t.frees || !errors.Is(err, syscall.ENOSPC) {
			return unused, err
		}
		h.blobs.reserve.release()
		if shrunk := h.shrink(ctx); shrunk != nil {
			return nil, errors.Join(err, shrunk)
		}
	}
}

// blobs are those of a folder, which do not take the reserve.
type blobs struct {
	*folder.Folder
	reserve *reserve
}

// Write implements [store.Blobs].
func (b *blobs) Write(ctx context.Context, write func(io.Writer) error) (store.Blob, error) {
	if b.reserve.isOut() {
		if err := b.reserve.fill(); err != nil { // somebody else may have made space
			return store.Blob{}, fmt.Errorf("the remaining space is kept for deleting: %w", err)
		}
	}
	return b.Folder.Write(ctx, write)
}

// Delete implements [store.Blobs].
func (b *blobs) Delete(ctx context.Context, keys ...string) error {
	err := b.Folder.Delete(ctx, keys...)
	_ = b.reserve.fill() // or at the next Write, which says why
	return err
}

// Sweep implements [store.Blobs].
func (b *blobs) Sweep(ctx context.Context, keep func(string) (bool, error), before time.Time) (int, error) {
	n, err := b.Folder.Sweep(ctx, keep, before)
	_ = b.reserve.fill() // or at the next Write, which says why
	return n, err
}
