package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	gcblob "gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// ErrUnreachable is wrapped by errors of a folder that is not there or cannot be
// used: nobody knows then what blobs exist. It may be back later.
var ErrUnreachable = errors.New("the archives cannot be reached")

// A Bucket keeps blobs. It is safe for concurrent use.
type Bucket struct {
	bucket *gcblob.Bucket
	dir    string // the folder, "" when it is none
}

// Info describes a blob.
type Info struct {
	Key    string // a UUID, so safe in a file name
	Size   int64
	SHA256 string // in hex; only [Bucket.Copy] gives it
	CRC32  uint32 // IEEE; only [Bucket.Copy] gives it
}

// New returns blobs in a bucket of any kind, which Close closes.
func New(bucket *gcblob.Bucket) *Bucket { return &Bucket{bucket: bucket} }

// Close releases the bucket. What is in it stays.
func (b *Bucket) Close() error { return b.bucket.Close() }

// Ping tells whether the bucket can be reached and listed. It writes nothing.
func (b *Bucket) Ping(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if b.dir != "" {
		return b.pingFolder()
	}
	ok, err := b.bucket.IsAccessible(ctx)
	if err == nil && !ok {
		err = errors.New("it is not there")
	}
	if err != nil {
		return fmt.Errorf("the bucket of the blobs: %w", err)
	}
	return nil
}

// Delete removes blobs. One that is not there is no error. After an error it
// goes on with the next, unless ctx has ended.
func (b *Bucket) Delete(ctx context.Context, keys ...string) error {
	if err := b.checkFolder(); err != nil {
		return err // once, not for each key
	}
	var errs []error
	for _, key := range keys {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(errs, err)...)
		}
		err := checkKey(key)
		if err == nil {
			err = b.remove(ctx, key)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (b *Bucket) remove(ctx context.Context, key string) error {
	return b.fault(key, b.bucket.Delete(ctx, key))
}

// fault names the blob in an error of the bucket, or the folder where that is
// to blame. Only a blob that is not there gives [fs.ErrNotExist].
func (b *Bucket) fault(key string, err error) error {
	if err == nil {
		return nil
	}
	if gone := b.checkFolder(); gone != nil {
		return gone
	}
	if gcerrors.Code(err) == gcerrors.NotFound {
		err = fs.ErrNotExist
	}
	return fmt.Errorf("blob %s: %w", key, err)
}

// checkKey refuses what could lead out of the folder, or to a file that is no
// blob.
func checkKey(key string) error {
	const safe = "abcdefghijklmnopqrstuvwxyz0123456789-"
	if key == "" || strings.Trim(key, safe) != "" {
		return fmt.Errorf("%q is no key of a blob: %w", key, fs.ErrInvalid)
	}
	return nil
}
