package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ubiops-contrib/transfer/api/server/internal/database/queries"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

var errReadOnly = errors.New("a view cannot change anything")

// A tx is a transaction.
type tx struct {
	ctx      context.Context // of the one call that it lives in
	d        *Database
	sql      *sql.Tx // nil in a Look
	queries  *queries.Queries
	readOnly bool
	err      error // the first failure: the database may have rolled back then
	session  string

	kept       any             // documents of the export or import that was read or written last
	touched    map[string]bool // blobs that may have no reference any more
	duplicates map[string]bool // keys that another blob stands for
	cancelled  []int64         // jobs, by River's id
	learned    bool            // of blobs
}

// View implements [store.Store]. It does not wait for writers.
func (d *Database) View(ctx context.Context, f func(store.Tx) error) error {
	begun, err := d.dialect.Reads.BeginTx(ctx, &d.dialect.Snapshot)
	if err != nil {
		return d.classify(ctx, err)
	}
	t := &tx{ctx: ctx, d: d, sql: begun, queries: d.reads.WithTx(begun), readOnly: true}
	return d.classify(ctx, t.run(f))
}

// Look implements [store.Store].
func (d *Database) Look(ctx context.Context, f func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &tx{ctx: ctx, d: d, queries: d.reads, readOnly: true}
	err := f(t)
	if err == nil {
		err = t.err // which f has swallowed
	}
	return d.classify(ctx, err)
}

// Update implements [store.Store]. Errors wrap [store.ErrBusy] when somebody
// else writes for too long, and [syscall.ENOSPC] when the disk is full; another
// Update works as soon as that is over.
func (d *Database) Update(ctx context.Context, f func(store.Tx) error) (unused []string, err error) {
	unused, err = d.update(ctx, f)
	return unused, d.classify(ctx, err)
}

func (d *Database) update(ctx context.Context, f func(store.Tx) error) (unused []string, err error) {
	conn, err := d.takeTurn(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	begun, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	t := newTx(ctx, d, begun)
	t.queries = d.writes.WithTx(begun)
	var now queries.Identity
	err = t.run(func(store.Tx) error {
		if err := t.lock(); err != nil {
			return err
		}
		if t.session, err = d.mine(ctx, t.queries); err != nil {
			return err
		}
		if err := f(t); err != nil {
			return err
		}
		if unused, err = t.forgetUnused(); err == nil && t.learned {
			now, err = t.queries.CountChange(ctx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if t.learned && d.options.OnChange != nil {
		d.options.OnChange(Identity{ID: now.ID, Changes: now.Changes})
	}
	d.interrupt(t.cancelled)
	return unused, nil
}

// classify wraps what an error means into it, or the error of the context.
func (d *Database) classify(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, store.ErrBusy) {
		return err
	}
	if errors.Is(err, store.ErrUnknown) {
		return err
	}
	return Classify(ctx, d.dialect.Classify, err)
}

// Classify adds the error of the context to what a dialect says of an error.
func Classify(ctx context.Context, dialect func(error) (bool, error), err error) error {
	own, err := dialect(err)
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) && (own || errors.Is(err, sql.ErrTxDone)) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

// newTx returns a transaction that may change things.
func newTx(ctx context.Context, d *Database, begun *sql.Tx) *tx {
	return &tx{
		ctx: ctx, d: d, sql: begun, queries: queries.New(begun),
		touched: make(map[string]bool), duplicates: make(map[string]bool),
	}
}

// takeTurn waits for the connection that writes.
func (d *Database) takeTurn(ctx context.Context) (*sql.Conn, error) {
	limited, cancel := context.WithTimeout(ctx, d.options.BusyTimeout)
	defer cancel()
	conn, err := d.dialect.Writes.Conn(limited)
	if err != nil && ctx.Err() == nil && limited.Err() != nil {
		return nil, fmt.Errorf("%w: other changes take too long", store.ErrBusy)
	}
	return conn, err
}

// run commits what f does, or rolls it back, also when f panics.
func (t *tx) run(f func(store.Tx) error) (err error) {
	committed := false
	defer func() {
		if !committed {
			if rollback := t.sql.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
				err = errors.Join(err, rollback)
			}
		}
	}()
	if err := f(t); err != nil {
		return err
	}
	if t.err != nil { // which f has swallowed
		return t.err
	}
	if err := t.commit(); err != nil {
		return err
	}
	committed = true
	return nil
}

// lock lets nobody else change anything until the transaction ends.
func (t *tx) lock() error {
	if t.d.dialect.Lock == nil {
		return nil
	}
	return t.d.dialect.Lock(t.ctx, t.sql)
}

func (t *tx) commit() error {
	err := t.sql.Commit()
	if err != nil && t.d.dialect.Undone != nil && !t.d.dialect.Undone(err) {
		err = fmt.Errorf("%w: %w", store.ErrUnknown, err)
	}
	return err
}

// result returns the error of a statement as the store's, and keeps it.
func (t *tx) result(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrNotFound
	}
	if err != nil && t.err == nil {
		t.err = err
	}
	return err
}

// writable has to be called before each change: after a failure the database may have
// rolled back, and SQLite would make the change at once and for good.
func (t *tx) writable() error {
	if t.readOnly {
		return errReadOnly
	}
	return t.err
}

// forgetUnused deletes the rows of the blobs that have lost their last
// reference and returns their keys.
func (t *tx) forgetUnused() ([]string, error) {
	if err := t.writable(); err != nil {
		return nil, err
	}
	unused := slices.Collect(maps.Keys(t.duplicates))
	for key := range t.touched {
		n, err := t.queries.DeleteBlobIfUnused(t.ctx, key)
		if err != nil {
			return nil, t.result(err)
		}
		if n > 0 {
			unused = append(unused, key)
		}
	}
	slices.Sort(unused)
	return unused, nil
}
