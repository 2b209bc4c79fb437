// Package blob keeps archives and packages as files in a folder.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/google/uuid"
)

// Blobs keeps bytes under a key. A blob appears whole or not at all.
type Blobs interface {
	// Write keeps what write writes under a new key. When write fails, nothing
	// is kept and its error is returned.
	Write(ctx context.Context, write func(io.Writer) error) (Info, error)
	// WriteShared keeps r under a key that depends only on its bytes, once.
	WriteShared(ctx context.Context, r io.Reader) (Info, error)
	// Open opens a blob. One that is not there gives [fs.ErrNotExist].
	Open(ctx context.Context, key string) (Blob, error)
	// Delete removes a blob. One that is not there is no error.
	Delete(ctx context.Context, key string) error
}

// Info describes a blob.
type Info struct {
	Key  string
	Size int64
}

// A Blob is an open blob.
type Blob interface {
	io.ReadSeekCloser
	io.ReaderAt
	Size() int64
}

// NewFolder returns blobs in a folder, which has to exist. The caller closes
// it.
func NewFolder(path string) (*Folder, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("blob folder: %w", err)
	}
	return &Folder{root}, nil
}

// A Folder keeps blobs as files.
type Folder struct{ root *os.Root }

// Close releases the folder. Its files stay.
func (f *Folder) Close() error { return f.root.Close() }

// Write implements [Blobs].
func (f *Folder) Write(ctx context.Context, write func(io.Writer) error) (Info, error) {
	return f.write(ctx, write, func() string { return "a-" + uuid.NewString() })
}

// WriteShared implements [Blobs].
func (f *Folder) WriteShared(ctx context.Context, r io.Reader) (Info, error) {
	hash := sha256.New()
	return f.write(ctx,
		func(w io.Writer) error {
			_, err := io.Copy(io.MultiWriter(w, hash), r)
			return err
		},
		func() string { return "p-" + hex.EncodeToString(hash.Sum(nil)) })
}

// write fills a temporary file and renames it to its key.
func (f *Folder) write(ctx context.Context, write func(io.Writer) error, key func() string) (_ Info, err error) {
	name := "t-" + uuid.NewString()
	file, err := f.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return Info{}, fmt.Errorf("blob: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.root.Remove(name))
		}
	}()
	if err := write(&contextWriter{ctx, file}); err != nil {
		return Info{}, errors.Join(err, file.Close())
	}
	size, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		return Info{}, errors.Join(err, file.Close())
	}
	if err := file.Close(); err != nil {
		return Info{}, err
	}
	info := Info{Key: key(), Size: size}
	return info, f.root.Rename(name, info.Key)
}

// Open implements [Blobs].
func (f *Folder) Open(_ context.Context, key string) (Blob, error) {
	file, err := f.root.Open(key)
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	stat, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &openFile{file, stat.Size()}, nil
}

// Delete implements [Blobs].
func (f *Folder) Delete(_ context.Context, key string) error {
	if err := f.root.Remove(key); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("blob: %w", err)
	}
	return nil
}

type openFile struct {
	*os.File
	size int64
}

func (f *openFile) Size() int64 { return f.size }

// contextWriter is a file as long as the context lasts. It can be written at an
// offset too, so that an archive's packages need not be read twice.
type contextWriter struct {
	ctx  context.Context // of the one call that it lives in
	file *os.File
}

func (c *contextWriter) Write(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.file.Write(p)
}

func (c *contextWriter) WriteAt(p []byte, off int64) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.file.WriteAt(p, off)
}

func (c *contextWriter) Seek(offset int64, whence int) (int64, error) {
	return c.file.Seek(offset, whence)
}
