// Package folder keeps blobs as files in a folder: the [store.Blobs] that survive
// the process.
//
// A blob is one file. It is written beside its final name, with the suffix .tmp,
// and is on the disk when it gets that name: what was written survives a loss of
// power. What a killed process leaves behind is removed by [Folder.Sweep]. A folder
// that goes away while it is used is an error of every call, and never made again;
// once it is back, so is everything.
package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// A Folder is a [store.Blobs].
type Folder struct {
	path  string
	begun time.Time // by the clock of the file system; zero before Begin
}

var _ store.Blobs = (*Folder)(nil)

// Open returns blobs in a folder, which is made if it does not exist. Only the
// user that runs the process can read what is made.
func Open(path string) (*Folder, error) {
	path, err := filepath.Abs(path)
	if err == nil {
		err = os.MkdirAll(path, 0o700)
	}
	if err != nil {
		return nil, fmt.Errorf("the folder of the blobs %s: %w", path, err)
	}
	return &Folder{path: path}, nil
}

// Open implements [store.Blobs].
func (f *Folder) Open(ctx context.Context, b store.Blob) (store.Reader, error) {
	if err := errors.Join(ctx.Err(), store.CheckKey(b.Key)); err != nil {
		return nil, err
	}
	file, err := os.Open(f.file(b.Key))
	if err != nil {
		return nil, f.fault(b.Key, err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, f.fault(b.Key, errors.Join(err, file.Close()))
	}
	r, err := store.NewReader(ctx, file, info.Size(), b)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return r, nil
}

// Delete implements [store.Blobs].
func (f *Folder) Delete(ctx context.Context, keys ...string) error {
	if err := f.check(); err != nil {
		return err // once, not for each key
	}
	var errs []error
	for _, key := range keys {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(errs, err)...)
		}
		err := store.CheckKey(key)
		if err == nil {
			err = f.remove(key)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Ping implements [store.Blobs].
func (f *Folder) Ping(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d, err := f.open()
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // only read
	if _, err := d.Readdirnames(1); err != nil && !errors.Is(err, io.EOF) {
		return f.unusable(nil, err)
	}
	return nil
}

func (f *Folder) file(name string) string { return filepath.Join(f.path, name) }

func (f *Folder) remove(name string) error {
	err := os.Remove(f.file(name))
	if err != nil {
		return f.fault(name, err)
	}
	return nil
}

// fault names the blob in an error, or the folder if that is to blame. Only a
// blob that is not there gives [fs.ErrNotExist].
func (f *Folder) fault(key string, err error) error {
	if gone := f.check(); gone != nil {
		return gone
	}
	return fmt.Errorf("blob %s: %w", key, err)
}

// check gives an error when the folder is not there.
func (f *Folder) check() error {
	info, err := os.Stat(f.path)
	return f.unusable(info, err)
}

func (f *Folder) unusable(info fs.FileInfo, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %s is not there", store.ErrUnavailable, f.path)
	case err != nil:
		return fmt.Errorf("%w: %s: %w", store.ErrUnavailable, f.path, err)
	case info != nil && !info.IsDir():
		return fmt.Errorf("%w: %s is not a directory", store.ErrUnavailable, f.path)
	}
	return nil
}

// open opens the folder itself.
func (f *Folder) open() (*os.File, error) {
	d, err := os.Open(f.path)
	if err != nil {
		return nil, f.unusable(nil, err)
	}
	info, err := d.Stat()
	if err = f.unusable(info, err); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}
