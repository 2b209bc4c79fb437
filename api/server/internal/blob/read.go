package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	gcblob "gocloud.dev/blob"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// A Blob is an open blob. ReadAt and OpenRange are safe for concurrent use.
// Reading fails once the context that it was opened with has ended.
//
// Where it is a file, WriteTo of the blob and of its ranges lets the kernel
// send to a connection or copy to a file. Elsewhere each ReadAt and each range
// is one request, and so is all reading up to the next Seek.
type Blob struct {
	source source
	size   int64
	at     int64         // of the next Read
	rest   io.ReadCloser // from restAt to the end; nil until it is needed
	restAt int64
}

var (
	_ io.ReadSeekCloser   = (*Blob)(nil)
	_ io.ReaderAt         = (*Blob)(nil)
	_ io.WriterTo         = (*Blob)(nil)
	_ archive.RangeOpener = (*Blob)(nil)
)

// source is where the bytes of a blob are. The bounds have been checked.
type source interface {
	io.Closer
	readAt(p []byte, off int64) (int, error)
	openRange(off, n int64) (io.ReadCloser, error)
}

// Open opens a blob. One that is not there gives [fs.ErrNotExist], a key that
// no blob can have [fs.ErrInvalid].
func (b *Bucket) Open(ctx context.Context, key string) (*Blob, error) {
	if err := errors.Join(ctx.Err(), checkKey(key)); err != nil {
		return nil, err
	}
	if b.dir == "" {
		attributes, err := b.bucket.Attributes(ctx, key)
		if err != nil {
			return nil, b.fault(key, err)
		}
		return &Blob{source: &object{ctx, b, key}, size: attributes.Size}, nil
	}
	f := &file{ctx: ctx}
	reader, err := b.bucket.NewReader(ctx, key, &gcblob.ReaderOptions{
		BeforeRead: func(as func(any) bool) error {
			if !as(&f.file) {
				return errors.New("not a file")
			}
			return nil
		},
	})
	if err != nil {
		return nil, b.fault(key, err)
	}
	f.Closer = reader
	return &Blob{source: f, size: reader.Size()}, nil
}

// Size returns the size in bytes.
func (b *Blob) Size() int64 { return b.size }

// Read implements [io.Reader].
func (b *Blob) Read(p []byte) (int, error) {
	if b.at >= b.size {
		return 0, io.EOF
	}
	if err := b.openRest(); err != nil {
		return 0, err
	}
	n, err := b.rest.Read(p)
	b.moved(int64(n))
	return n, err
}

// WriteTo implements [io.WriterTo].
func (b *Blob) WriteTo(w io.Writer) (int64, error) {
	if b.at >= b.size {
		return 0, nil
	}
	if err := b.openRest(); err != nil {
		return 0, err
	}
	n, err := io.Copy(w, b.rest)
	b.moved(n)
	return n, err
}

func (b *Blob) moved(n int64) {
	b.at += n
	b.restAt = b.at
}

// openRest lets rest go on where the last Seek led.
func (b *Blob) openRest() (err error) {
	if b.rest != nil && b.restAt == b.at {
		return nil
	}
	if err := b.closeRest(); err != nil {
		return err
	}
	b.rest, err = b.OpenRange(b.at, b.size-b.at)
	b.restAt = b.at
	return err
}

func (b *Blob) closeRest() error {
	if b.rest == nil {
		return nil
	}
	rest := b.rest
	b.rest = nil
	return rest.Close()
}

// Seek implements [io.Seeker]. It costs nothing until the next Read.
func (b *Blob) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += b.at
	case io.SeekEnd:
		offset += b.size
	}
	if offset < 0 || whence < io.SeekStart || whence > io.SeekEnd {
		return 0, fmt.Errorf("seeking in a blob: %w", os.ErrInvalid)
	}
	b.at = offset
	return offset, nil
}

// ReadAt implements [io.ReaderAt].
func (b *Blob) ReadAt(p []byte, off int64) (int, error) {
	switch {
	case off < 0:
		return 0, fmt.Errorf("reading a blob at %d: %w", off, fs.ErrInvalid)
	case off >= b.size:
		return 0, io.EOF
	}
	ahead := min(int64(len(p)), b.size-off)
	n, err := b.source.readAt(p[:ahead], off)
	if err == nil && int(ahead) < len(p) {
		err = io.EOF
	}
	return n, err
}

// OpenRange opens the n bytes from off on, which the blob must have. The
// reader is closed before the blob.
func (b *Blob) OpenRange(off, n int64) (io.ReadCloser, error) {
	if off < 0 || n < 0 || off > b.size || n > b.size-off {
		return nil, fmt.Errorf("the blob of %d bytes has no %d bytes at %d: %w", b.size, n, off, fs.ErrInvalid)
	}
	return b.source.openRange(off, n)
}

// Close closes the blob.
func (b *Blob) Close() error { return errors.Join(b.closeRest(), b.source.Close()) }
