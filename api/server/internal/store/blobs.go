package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// Blobs keeps archives and packages as bytes under keys. A blob appears whole or
// not at all, and never changes. All methods are safe for concurrent use and end
// with their context.
type Blobs interface {
	// Write keeps what write writes under a new key, and returns that, the size
	// and the checksums. Nothing is kept if write fails or panics, or when ctx
	// ends first; its error is passed on. The writer must not be used after
	// write has returned. Writing fails once ctx has ended; a reader that write
	// waits for has to end by itself. If there is no space left the error wraps
	// [syscall.ENOSPC].
	Write(ctx context.Context, write func(io.Writer) error) (Blob, error)
	// Open opens a blob. One that is not there gives [fs.ErrNotExist], a key that
	// no blob can have [fs.ErrInvalid], another size than b has [ErrDamaged].
	Open(ctx context.Context, b Blob) (Reader, error)
	// Delete removes blobs. One that is not there is not an error. After an error it
	// continues with the next, unless ctx has ended.
	Delete(ctx context.Context, keys ...string) error
	// Sweep removes what was last written before a time and is either a blob that
	// keep refuses or what a killed process left half-written, and counts it. The
	// zero time is when this process opened the blobs.
	//
	// The time has to lie before the first Write that still runs, and before the
	// end of any whose key keep does not know yet. An error of keep ends the
	// sweep; after one of removing it continues.
	Sweep(ctx context.Context, keep func(key string) (bool, error), before time.Time) (removed int, err error)
	// Ping reports whether the blobs can be reached and listed. It writes nothing.
	Ping(ctx context.Context) error
}

// A Reader is an open blob, which can be read when it has been deleted. ReadAt
// and OpenRange are safe for concurrent use. Reading fails once the context that
// it was opened with has ended, and with [ErrDamaged] before it gives a byte of a
// block whose checksum is another.
type Reader interface {
	io.ReadSeekCloser
	io.ReaderAt
	io.WriterTo
	// OpenRange opens the n bytes from off on, which the blob must have. What it
	// returns is closed before the blob.
	archive.RangeOpener
	// Size returns the size in bytes.
	Size() int64
}

// ErrUnavailable is wrapped by errors of blobs that cannot be used at present,
// for instance since their folder has gone. It is not [fs.ErrNotExist], since
// it is then unknown whether a blob exists.
var ErrUnavailable = errors.New("the blobs cannot be used")

// CheckKey refuses a key that no blob can have: it could lead elsewhere.
func CheckKey(key string) error {
	const safe = "abcdefghijklmnopqrstuvwxyz0123456789-"
	if key == "" || strings.Trim(key, safe) != "" {
		return fmt.Errorf("%q is not the key of a blob: %w", key, fs.ErrInvalid)
	}
	return nil
}

// Copy keeps what r gives, like [Blobs.Write], and sums it as a whole, instead of
// its blocks: for what is read from its beginning to its end only.
func Copy(ctx context.Context, blobs Blobs, r io.Reader) (Blob, error) {
	sha, crc := sha256.New(), crc32.NewIEEE()
	b, err := blobs.Write(ctx, func(w io.Writer) error {
		_, err := CopyBuffer(ctx, io.MultiWriter(w, sha, crc), r)
		return err
	})
	if err != nil {
		return Blob{}, err
	}
	b.Sums, b.SHA256, b.CRC32 = "", hex.EncodeToString(sha.Sum(nil)), crc.Sum32()
	return b, nil
}
