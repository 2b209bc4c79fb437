package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/google/uuid"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// Write implements [store.Blobs]. A limit of the user or the process counts as
// a full disk.
func (f *Folder) Write(ctx context.Context, write func(io.Writer) error) (store.Blob, error) {
	return f.write(ctx, uuid.NewString(), write)
}

func (f *Folder) write(ctx context.Context, key string, write func(io.Writer) error) (store.Blob, error) {
	if err := ctx.Err(); err != nil {
		return store.Blob{}, err
	}
	// Held open from the beginning: what is synced is the folder written to.
	d, err := f.open()
	if err != nil {
		return store.Blob{}, err
	}
	defer d.Close() //nolint:errcheck // only read
	b := store.Blob{Key: key}
	name := f.file(b.Key + ".tmp")
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // in the folder
	if err != nil {
		return store.Blob{}, noSpace(f.fault(b.Key, err))
	}
	done := false
	defer func() { // in a panic too
		if !done {
			_ = file.Close() // the error before it matters
			_ = os.Remove(name)
		}
	}()
	to := &writer{ctx: ctx, file: file}
	if err := write(to); err != nil {
		return store.Blob{}, noSpace(err)
	}
	b.Sums = to.sums.String()
	if b.Size, err = f.publish(ctx, d, file, b.Key); err != nil {
		return store.Blob{}, noSpace(f.fault(b.Key, err))
	}
	done = true
	return b, nil
}

// publish gives a file its name when it is on the disk, and returns its size.
func (f *Folder) publish(ctx context.Context, d, file *os.File, key string) (int64, error) {
	info, err := file.Stat()
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close(), ctx.Err()); err != nil {
		return 0, err
	}
	if err := os.Rename(file.Name(), f.file(key)); err != nil {
		return 0, err
	}
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return 0, errors.Join(err, os.Remove(f.file(key)))
	}
	return info.Size(), nil
}

// noSpace wraps [syscall.ENOSPC] into an error that means the same: the user's
// share of the disk is full, or the process may not have larger files.
func noSpace(err error) error {
	if errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return fmt.Errorf("%w: %w", syscall.ENOSPC, err)
	}
	return err
}

// writer writes to a file until its context ends.
type writer struct {
	ctx  context.Context
	file *os.File
	sums store.Sums
}

func (w *writer) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.file.Write(p)
	_, _ = w.sums.Write(p[:n]) // which does not fail
	return n, err
}

// ReadFrom implements [io.ReaderFrom]: the buffer of io.Copy is small.
func (w *writer) ReadFrom(r io.Reader) (int64, error) { return store.CopyBuffer(w.ctx, w, r) }
