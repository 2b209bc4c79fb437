package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// classify wraps [store.ErrBusy], [syscall.ENOSPC] or the error of the context
// into an error that means that.
func classify(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, store.ErrBusy) {
		return err
	}
	sqliteErr, ok := errors.AsType[*sqlite.Error](err)
	if ok {
		switch sqliteErr.Code() & 0xff { // the rest tells kinds of it apart
		case lib.SQLITE_BUSY, lib.SQLITE_LOCKED:
			return fmt.Errorf("%w: %w", store.ErrBusy, err)
		case lib.SQLITE_FULL:
			return fmt.Errorf("%w: %w", syscall.ENOSPC, err)
		}
	}
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) && (ok || errors.Is(err, sql.ErrTxDone)) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}
