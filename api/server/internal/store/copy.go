package store

import (
	"bufio"
	"context"
	"io"
	"sync"
)

// bufferSize fits into the cache of a core, so that a checksum finds the bytes
// there.
const bufferSize = 512 << 10

var buffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, bufferSize) }}

// CopyBuffer copies by Read and Write alone, until ctx ends. However little a
// read gives, it writes whole buffers.
func CopyBuffer(ctx context.Context, w io.Writer, r io.Reader) (int64, error) {
	buffer := buffers.Get().(*bufio.Writer)
	defer func() {
		buffer.Reset(nil)
		buffers.Put(buffer)
	}()
	buffer.Reset(struct{ io.Writer }{w})
	n, err := buffer.ReadFrom(readerFunc(func(p []byte) (int, error) {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		return r.Read(p)
	}))
	if flushed := buffer.Flush(); err == nil {
		err = flushed
	}
	return n, err
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
