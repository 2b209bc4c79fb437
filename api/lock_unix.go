//go:build unix && !aix && !solaris

package api

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// tryLock locks a file against every other opening of it, in this process or
// another one, until it is closed. Its errors are [ErrDownloadInUse] and, where
// the file system has no locks, [errors.ErrUnsupported].
func tryLock(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var lockErr error
	err = conn.Control(func(fd uintptr) {
		lockErr = syscall.Flock(int(fd), syscall.LOCK_EX|syscall.LOCK_NB)
	})
	switch {
	case err != nil:
		return err
	case lockErr == nil:
		return nil
	case errors.Is(lockErr, syscall.EWOULDBLOCK):
		return fmt.Errorf("%s: %w", f.Name(), ErrDownloadInUse)
	}
	return fmt.Errorf("%w: locking %s: %w", errors.ErrUnsupported, f.Name(), lockErr)
}
