package sqlite

import (
	"errors"
	"fmt"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// classify is the Classify of a [database.Dialect].
func classify(err error) (own bool, _ error) {
	sqliteErr, own := errors.AsType[*sqlite.Error](err)
	if own {
		switch code := sqliteErr.Code(); code & 0xff { // the rest tells kinds of it apart
		case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
			return true, fmt.Errorf("%w: %w", store.ErrBusy, err)
		case lib.SQLITE_FULL:
			return true, fmt.Errorf("%w: %w", syscall.ENOSPC, err)
		case lib.SQLITE_IOERR:
			if code == lib.SQLITE_IOERR_SHMSIZE { // memory is a file, too
				return true, fmt.Errorf("%w: %w", syscall.ENOSPC, err)
			}
		}
	}
	return own, err
}
