package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// file is a blob in a folder. It can be read when it has been deleted.
type file struct {
	io.Closer
	ctx  context.Context // that it was opened with
	file *os.File
	// The position of the descriptor is where the kernel sends from; every
	// other way of reading states its own.
	position sync.Mutex
}

func (f *file) readAt(p []byte, off int64) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := f.file.ReadAt(p, off)
	if errors.Is(err, io.EOF) {
		err = f.short()
	}
	return n, err
}

func (f *file) openRange(off, n int64) (io.ReadCloser, error) {
	return &fileRange{file: f, at: off, left: n}, nil
}

// send lets the kernel copy, if w knows how to.
func (f *file) send(w io.ReaderFrom, off, n int64) (int64, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	f.position.Lock()
	defer f.position.Unlock()
	if _, err := f.file.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	sent, err := w.ReadFrom(&io.LimitedReader{R: f.file, N: n})
	if err == nil && sent < n {
		err = f.short()
	}
	return sent, err
}

func (f *file) short() error {
	return fmt.Errorf("%s was cut short: %w", f.file.Name(), io.ErrUnexpectedEOF)
}

// fileRange reads a part of a file.
type fileRange struct {
	file     *file
	at, left int64
}

func (r *fileRange) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.file.readAt(p[:min(int64(len(p)), r.left)], r.at)
	r.moved(int64(n))
	return n, err
}

// WriteTo implements [io.WriterTo].
func (r *fileRange) WriteTo(w io.Writer) (total int64, err error) {
	to, ok := w.(io.ReaderFrom)
	if !ok {
		return copyBuffer(w, r)
	}
	for r.left > 0 && err == nil {
		var n int64
		n, err = r.file.send(to, r.at, min(r.left, chunkSize))
		r.moved(n)
		total += n
	}
	return total, err
}

func (r *fileRange) moved(n int64) {
	r.at += n
	r.left -= n
}

// Close leaves the file to its blob.
func (r *fileRange) Close() error { return nil }
