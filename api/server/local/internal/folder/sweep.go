package folder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"time"

	"github.com/google/uuid"
)

// Sweep implements [store.Blobs]. Files under names that are not given here are
// left alone.
func (f *Folder) Sweep(ctx context.Context, keep func(key string) (bool, error), before time.Time) (removed int, err error) {
	if before.IsZero() {
		before = f.begun
	}
	var failed []error
	err = f.list(ctx, func(name string, info fs.FileInfo) error {
		if !info.ModTime().Before(before) {
			return nil
		}
		switch {
		case halfWritten.MatchString(name):
		case isKey(name):
			if kept, err := keep(name); err != nil || kept {
				return err
			}
		default:
			return nil
		}
		switch err := f.remove(name); {
		case err == nil:
			removed++
		case !errors.Is(err, fs.ErrNotExist): // a Write or Delete came first
			failed = append(failed, err)
		}
		return nil
	})
	if err := errors.Join(append(failed, err)...); err != nil {
		return removed, fmt.Errorf("sweeping blobs: %w", err)
	}
	return removed, nil
}

// halfWritten matches the names of files while they are written, those of
// earlier versions included.
var halfWritten = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.[0-9a-f]+)?\.tmp$`)

// isKey reports whether Write makes such keys.
func isKey(name string) bool {
	id, err := uuid.Parse(name)
	return err == nil && id.String() == name
}

// list visits every regular file in the folder.
func (f *Folder) list(ctx context.Context, visit func(name string, info fs.FileInfo) error) error {
	d, err := f.open()
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // only read
	for {
		entries, err := d.ReadDir(1000)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return f.unusable(nil, err)
		}
		for _, entry := range entries {
			if err := ctx.Err(); err != nil {
				return err
			}
			if !entry.Type().IsRegular() {
				continue
			}
			info, err := entry.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue // removed meanwhile
			}
			if err == nil {
				err = visit(entry.Name(), info)
			}
			if err != nil {
				return err
			}
		}
	}
}

var errFound = errors.New("there is a blob")

// Empty reports whether there are no blobs.
func (f *Folder) Empty(ctx context.Context) (bool, error) {
	err := f.list(ctx, func(name string, _ fs.FileInfo) error {
		if isKey(name) {
			return errFound
		}
		return nil
	})
	if errors.Is(err, errFound) {
		return false, nil
	}
	return err == nil, err
}
