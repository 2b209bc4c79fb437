package blob

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

// Sweep removes what was last written before a time and is either a blob that
// keep refuses or a file that a killed process left half-written, and counts
// it. Files under names that this package does not give are left alone.
//
// The time has to lie before the first Write that still runs, and before the
// end of any whose key keep does not know yet. An error of keep ends the
// sweep; after one of removing it goes on.
func (b *Bucket) Sweep(ctx context.Context, keep func(key string) (bool, error), before time.Time) (removed int, err error) {
	var failed []error
	err = b.list(ctx, func(name string, written time.Time) error {
		if !written.Before(before) {
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
		switch err := b.remove(ctx, name); {
		case err == nil:
			removed++
		case !errors.Is(err, fs.ErrNotExist): // a Write or Delete came first
			failed = append(failed, err)
		}
		return nil
	})
	if err != nil {
		failed = append(failed, err)
	}
	if err := errors.Join(failed...); err != nil {
		return removed, fmt.Errorf("sweeping blobs: %w", err)
	}
	return removed, nil
}

// Clock returns the time that a blob written now gets, by the clock of what
// holds the bucket, which may be coarser than ours, or another. Before the first
// Write it is the time for a [Bucket.Sweep] of all that others have left.
func (b *Bucket) Clock(ctx context.Context) (time.Time, error) {
	info, err := b.Write(ctx, func(io.Writer) error { return nil })
	if err != nil {
		return time.Time{}, err
	}
	attributes, err := b.bucket.Attributes(ctx, info.Key)
	if err = errors.Join(b.fault(info.Key, err), b.Delete(context.WithoutCancel(ctx), info.Key)); err != nil {
		return time.Time{}, err
	}
	return attributes.ModTime, nil
}

// halfWritten matches the names that fileblob gives to files while they are
// written.
var halfWritten = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[0-9a-f]+\.tmp$`)

// isKey tells whether Write gives such keys.
func isKey(name string) bool {
	id, err := uuid.Parse(name)
	return err == nil && id.String() == name
}

var errFound = errors.New("there is a blob")

// Empty tells whether there is no blob.
func (b *Bucket) Empty(ctx context.Context) (bool, error) {
	err := b.list(ctx, func(name string, _ time.Time) error {
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

// list visits everything that lies in the bucket.
func (b *Bucket) list(ctx context.Context, visit func(name string, written time.Time) error) error {
	if b.dir != "" {
		return b.listFolder(ctx, visit)
	}
	for all := b.bucket.List(nil); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		object, err := all.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = visit(object.Key, object.ModTime)
		}
		if err != nil {
			return err
		}
	}
}

// listFolder reads the folder once, where fileblob would for every thousand
// blobs, and would take errors for emptiness.
func (b *Bucket) listFolder(ctx context.Context, visit func(name string, written time.Time) error) error {
	d, err := b.openFolder()
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
			return b.folderFault(nil, err)
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
				err = visit(entry.Name(), info.ModTime())
			}
			if err != nil {
				return err
			}
		}
	}
}
