package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/google/uuid"
	gcblob "gocloud.dev/blob"
)

// Write keeps what write writes under a new key. Nothing is kept when write
// fails or panics, or when ctx ends first; its error is passed on.
//
// In a folder the writer is an [io.WriterAt] and an [io.Seeker] too, and lets
// the kernel copy from a file; it is not for use after write has returned.
// Writing fails once ctx has ended; a reader that write waits for has to end
// by itself. A full disk gives [syscall.ENOSPC], and so does a limit of the user
// or the process.
func (b *Bucket) Write(ctx context.Context, write func(io.Writer) error) (Info, error) {
	d, err := b.create(ctx)
	if err != nil {
		return Info{}, err
	}
	defer d.discard() // does nothing after commit; in a panic too
	if err := write(d.writer()); err != nil {
		return Info{}, noSpace(err)
	}
	size, err := d.commit(ctx)
	if err != nil {
		return Info{}, noSpace(err)
	}
	return Info{Key: d.key, Size: size}, nil
}

// noSpace wraps [syscall.ENOSPC] into an error that means no less: the user's
// share of the disk is full, or the process may not have larger files.
func noSpace(err error) error {
	if errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		return fmt.Errorf("%w: %w", syscall.ENOSPC, err)
	}
	return err
}

// Copy keeps what r gives, like [Bucket.Write], and sums it.
func (b *Bucket) Copy(ctx context.Context, r io.Reader) (Info, error) {
	sha, crc := sha256.New(), crc32.NewIEEE()
	info, err := b.Write(ctx, func(w io.Writer) error {
		return copyChunks(ctx, io.MultiWriter(w, sha, crc), r)
	})
	if err != nil {
		return Info{}, err
	}
	info.SHA256, info.CRC32 = hex.EncodeToString(sha.Sum(nil)), crc.Sum32()
	return info, nil
}

// A draft is a blob that is being written.
type draft struct {
	bucket *Bucket
	ctx    context.Context // of the Write that it belongs to
	cancel func()          // keeps close from publishing the blob
	key    string
	to     *gcblob.Writer
	file   *os.File // nil where the bucket has no files
	folder *os.File // nil where the bucket is no folder
	count  int64    // of bytes written, where there is no file
	closed bool
}

func (b *Bucket) create(ctx context.Context) (_ *draft, err error) {
	d := &draft{bucket: b, key: uuid.NewString()}
	if b.dir != "" {
		// Held open from before fileblob could make it again, to be synced.
		if d.folder, err = b.openFolder(); err != nil {
			return nil, err
		}
	}
	ctx, d.cancel = context.WithCancel(ctx)
	d.ctx = ctx
	d.to, err = b.bucket.NewWriter(ctx, d.key, &gcblob.WriterOptions{
		ContentType: "application/zip",
		BeforeWrite: func(as func(any) bool) error {
			if as(&d.file) {
				return d.file.Chmod(0o600)
			}
			return nil
		},
	})
	if err != nil {
		d.closed = true
		d.release()
		return nil, b.fault(d.key, err)
	}
	return d, nil
}

func (d *draft) writer() io.Writer {
	if d.file == nil {
		return &bucketWriter{d}
	}
	return &fileWriter{d.ctx, d.file}
}

// commit makes the draft a blob and returns its size.
func (d *draft) commit(ctx context.Context) (int64, error) {
	size, err := d.count, ctx.Err()
	if err == nil && d.file != nil {
		size, err = d.syncFile()
	}
	if err != nil {
		return 0, d.bucket.fault(d.key, err)
	}
	d.closed = true
	defer d.release()
	if err := d.to.Close(); err != nil {
		return 0, errors.Join(d.bucket.fault(d.key, err), d.removeFile())
	}
	if d.folder != nil && !d.bucket.lax {
		if err := d.folder.Sync(); err != nil {
			return 0, errors.Join(d.bucket.fault(d.key, err), d.bucket.remove(context.WithoutCancel(ctx), d.key))
		}
	}
	return size, nil
}

func (d *draft) syncFile() (int64, error) {
	info, err := d.file.Stat()
	if err != nil {
		return 0, err
	}
	if d.bucket.lax {
		return info.Size(), nil
	}
	return info.Size(), d.file.Sync()
}

// discard ends a draft that was not committed.
func (d *draft) discard() {
	if d.closed {
		return
	}
	d.closed = true
	defer d.release()
	d.cancel()
	_ = d.to.Close()   // always an error, that of cancel
	_ = d.removeFile() // what stays in spite of this, Sweep removes
}

// removeFile removes the temporary file, which fileblob leaves when closing it
// fails.
func (d *draft) removeFile() error {
	if d.file == nil {
		return nil
	}
	if err := os.Remove(d.file.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the temporary file of a blob stays: %w", err)
	}
	return nil
}

func (d *draft) release() {
	d.cancel()
	if d.folder != nil {
		_ = d.folder.Close() // only read
	}
}
