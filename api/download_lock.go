package api

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"

	"github.com/gofrs/flock"
)

// lockFile is a file that is locked until it is closed, with what else it holds.
// Windows locks the first byte, against this process too: the rest begins behind it.
type lockFile struct {
	*os.File
	held *flock.Flock
}

const lockedBytes = 1

// openLocked opens or makes a file and locks it against every other opening, in
// this process or another one. Its errors are [ErrDownloadInUse] and, if the system
// has no locks, [errors.ErrUnsupported].
func openLocked(path string) (*lockFile, error) {
	for {
		if err := regular(path); err != nil {
			return nil, err
		}
		held := flock.New(path, flock.SetFlag(os.O_RDWR|os.O_CREATE), flock.SetPermissions(0o600))
		locked, err := held.TryLock()
		if err != nil {
			if opening, ok := errors.AsType[*fs.PathError](err); ok && opening.Op == "open" {
				return nil, err
			}
			return nil, errors.Join(fmt.Errorf("%w: locking %s: %w", errors.ErrUnsupported, path, err), os.Remove(path))
		}
		if !locked {
			return nil, fmt.Errorf("%s: %w", path, ErrDownloadInUse)
		}
		if isAt(held, path) {
			f, err := openRegular(path)
			if err != nil {
				return nil, errors.Join(err, held.Close())
			}
			return &lockFile{f, held}, nil
		}
		// Whoever had the lock has removed the file.
		if err := held.Close(); err != nil {
			return nil, err
		}
	}
}

func isAt(held *flock.Flock, path string) bool {
	mine, err := held.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(mine, there)
}

// content reads what is in the file, up to a limit.
func (l *lockFile) content(limit int64) io.Reader {
	return io.NewSectionReader(l.File, lockedBytes, limit)
}

// hold replaces what is in the file.
func (l *lockFile) hold(text []byte) error {
	if err := l.Truncate(lockedBytes); err != nil || text == nil {
		return err
	}
	_, err := l.WriteAt(text, lockedBytes)
	return err
}

// Close frees the file.
func (l *lockFile) Close() error { return errors.Join(l.File.Close(), l.held.Close()) }

// remove removes and frees the file: in this order, so that nobody locks a file
// that then goes. Windows removes no open file, nor one that somebody else has
// opened meanwhile, who needs it then.
func (l *lockFile) remove() error {
	if runtime.GOOS != "windows" {
		return errors.Join(os.Remove(l.Name()), l.Close())
	}
	err := l.Close()
	_ = os.Remove(l.Name())
	return err
}
