package blob

import (
	"bufio"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"sync"
	"syscall"
)

const (
	// bufferSize fits into the cache of a core, so that a checksum finds the
	// bytes there.
	bufferSize = 512 << 10
	// chunkSize is how much the kernel copies before ctx is looked at.
	chunkSize = 4 << 20
)

var buffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, bufferSize) }}

// copyChunks copies with large reads, until ctx ends.
func copyChunks(ctx context.Context, w io.Writer, r io.Reader) error {
	_, err := copyBuffer(w, &contextReader{ctx, r})
	return err
}

// copyBuffer copies by Read and Write alone. However little a read gives, it
// writes whole buffers.
func copyBuffer(w io.Writer, r io.Reader) (int64, error) {
	buffer := buffers.Get().(*bufio.Writer)
	defer func() {
		buffer.Reset(nil)
		buffers.Put(buffer)
	}()
	buffer.Reset(struct{ io.Writer }{w})
	n, err := buffer.ReadFrom(r)
	if flushed := buffer.Flush(); err == nil {
		err = flushed
	}
	return n, err
}

// contextReader is a reader as long as the context lasts.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// bucketWriter is the writer of a draft that is no file.
type bucketWriter struct{ draft *draft }

func (w *bucketWriter) Write(p []byte) (int, error) {
	if err := w.draft.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.draft.to.Write(p)
	w.draft.count += int64(n)
	return n, err
}

func (w *bucketWriter) ReadFrom(r io.Reader) (int64, error) {
	return copyBuffer(w, &contextReader{w.draft.ctx, r})
}

// fileWriter is the writer of a draft that is a file.
type fileWriter struct {
	ctx  context.Context
	file *os.File
}

func (w *fileWriter) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.file.Write(p)
}

// WriteAt lets archive.Write fill in checksums afterwards.
func (w *fileWriter) WriteAt(p []byte, off int64) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.file.WriteAt(p, off)
}

func (w *fileWriter) Seek(offset int64, whence int) (int64, error) {
	return w.file.Seek(offset, whence)
}

// ReadFrom lets the kernel copy where r is a file or a connection, limited or
// not.
func (w *fileWriter) ReadFrom(r io.Reader) (int64, error) {
	limited, ok := r.(*io.LimitedReader)
	if !ok {
		limited = &io.LimitedReader{R: r, N: math.MaxInt64}
	}
	if _, ok := limited.R.(syscall.Conn); !ok {
		return copyBuffer(w, &contextReader{w.ctx, r})
	}
	var total int64
	for limited.N > 0 {
		if err := w.ctx.Err(); err != nil {
			return total, err
		}
		chunk := min(limited.N, chunkSize)
		n, err := io.CopyN(w.file, limited.R, chunk)
		total += n
		limited.N -= n
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
	return total, nil
}
