package cli

import (
	"context"
	"io"
	"io/fs"
	"os"
)

// Package archive takes no context for most of what it does, so whatever it reads
// ends with one: the error is then the context's.

type stoppableReader struct {
	ctx context.Context
	io.Reader
}

func (r stoppableReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

type stoppableReaderAt struct {
	ctx context.Context
	io.ReaderAt
}

func (r stoppableReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.ReaderAt.ReadAt(p, off)
}

// stoppableFS is a folder; its files can still seek and list.
type stoppableFS struct {
	ctx context.Context
	fs.FS
}

func (t stoppableFS) Open(name string) (fs.File, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	f, err := t.FS.Open(name)
	if file, ok := f.(*os.File); ok && err == nil {
		return &stoppableFile{file, t.ctx}, nil
	}
	return f, err
}

type stoppableFile struct {
	*os.File
	ctx context.Context
}

func (f *stoppableFile) Read(p []byte) (int, error) {
	return stoppableReader{f.ctx, f.File}.Read(p)
}

// WriteTo takes the place of the one of the file, which would read all of it.
func (f *stoppableFile) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, stoppableReader{f.ctx, f.File})
}
