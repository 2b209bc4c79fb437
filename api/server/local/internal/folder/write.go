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

// Write implements [store.Blobs]. The writer is an [io.WriterAt] and an
// [io.Seeker] too, and lets the kernel copy from a file. A limit of the user or
// the process is a full disk.
func (f *Folder) Write(ctx context.Context, write func(io.Writer) error) (store.Blob, error) {
	if err := ctx.Err(); err != nil {
		return store.Blob{}, err
	}
	// Held open from the beginning: what is synced is the folder written to.
	d, err := f.open()
	if err != nil {
		return store.Blob{}, err
	}
	defer d.Close() //nolint:errcheck // only read
	b := store.Blob{Key: uuid.NewString()}
	name := f.file(b.Key + ".tmp")
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // in the folder
	if err != nil {
		return store.Blob{}, noSpace(f.fault(b.Key, err))
	}
	done := false
	defer func() { // in a panic too
		if !done {
			_ = file.Close() // what matters is the error before it
			_ = os.Remove(name)
		}
	}()
	if err := write(&writer{ctx, file}); err != nil {
		return store.Blob{}, noSpace(err)
	}
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

// noSpace wraps [syscall.ENOSPC] into an error that means no less: the user's
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
}

func (w *writer) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.file.Write(p)
}

// WriteAt lets archive.Write fill in checksums afterwards.
func (w *writer) WriteAt(p []byte, off int64) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.file.WriteAt(p, off)
}

func (w *writer) Seek(offset int64, whence int) (int64, error) { return w.file.Seek(offset, whence) }

// chunkSize is how much the kernel copies before the context is looked at.
const chunkSize = 4 << 20

// ReadFrom lets the kernel copy if r is a limited file or connection.
func (w *writer) ReadFrom(r io.Reader) (total int64, err error) {
	limited, ok := r.(*io.LimitedReader)
	if !ok {
		return store.CopyBuffer(w.ctx, w, r)
	}
	if _, ok := limited.R.(syscall.Conn); !ok {
		return store.CopyBuffer(w.ctx, w, r)
	}
	for limited.N > 0 && err == nil {
		if err = w.ctx.Err(); err != nil {
			break
		}
		var n int64
		n, err = io.CopyN(w.file, limited.R, min(limited.N, chunkSize))
		total += n
		limited.N -= n
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return total, err
}

var _ interface {
	io.WriterAt
	io.Seeker
	io.ReaderFrom
} = (*writer)(nil)
