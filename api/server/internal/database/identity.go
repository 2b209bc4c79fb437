package database

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"

	"github.com/ubiops-contrib/transfer/api/server/internal/database/queries"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// An Identity tells databases, and states of one, apart.
type Identity struct {
	ID      string // a UUID; empty for a database that has none yet
	Changes int64  // how often it has learned of a blob
	New     bool   // there is nothing in it
}

// keeperCheck names the setting with a known text, sealed.
const keeperCheck = "keeper"

// inspect says what a database is before anything is changed in it, and makes sure
// that the keeper is the one that it began with.
func (d *Database) inspect(ctx context.Context) (Identity, error) {
	has := func(table string) (n int, err error) {
		return n, d.dialect.Writes.QueryRowContext(ctx, d.dialect.HasTable, table).Scan(&n)
	}
	n, err := has("settings")
	if err != nil || n == 0 {
		return Identity{New: true}, err
	}
	q := queries.New(d.dialect.Writes)
	sealed, err := q.Setting(ctx, keeperCheck)
	if err == nil {
		if text, err := d.options.Keeper.open(sealed); err != nil || string(text) != keeperCheck {
			return Identity{}, errors.Join(errors.New("the key is not the one that it was made with"), err)
		}
	} else if !errors.Is(err, sql.ErrNoRows) { // an earlier start got no further
		return Identity{}, err
	}
	if n, err = has("identity"); err != nil || n == 0 {
		return Identity{}, err
	}
	row, err := q.Identity(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return Identity{ID: row.ID, Changes: row.Changes}, err
}

// introduce gives the database its identity, and lets this opening change it.
func (d *Database) introduce(ctx context.Context) error {
	return d.inTx(ctx, func(t *tx) error {
		if _, err := t.queries.Setting(ctx, keeperCheck); errors.Is(err, sql.ErrNoRows) {
			err = t.queries.PutSetting(ctx, queries.PutSettingParams{Name: keeperCheck, Value: d.options.Keeper.seal([]byte(keeperCheck))})
			if err != nil {
				return err
			}
		}
		if _, err := t.queries.Identity(ctx); errors.Is(err, sql.ErrNoRows) {
			if err := t.queries.AddIdentity(ctx, uuid.NewString()); err != nil {
				return err
			}
		} else if err != nil {
			return err
		}
		if !d.dialect.shared() {
			if err := t.queries.DeleteReplicas(ctx); err != nil {
				return err
			}
		}
		return d.enter(t)
	})
}

// Identity returns what the database is at present.
func (d *Database) Identity(ctx context.Context) (Identity, error) {
	row, err := d.reads.Identity(ctx)
	return Identity{ID: row.ID, Changes: row.Changes}, d.classify(ctx, err)
}

// inTx runs f in a transaction that is not reported to OnChange.
func (d *Database) inTx(ctx context.Context, f func(*tx) error) error {
	begun, err := d.dialect.Writes.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	t := newTx(ctx, d, begun)
	return t.run(func(store.Tx) error {
		if err := t.lock(); err != nil {
			return err
		}
		return f(t)
	})
}

// Ping implements [store.Store].
func (d *Database) Ping(ctx context.Context) error {
	if d.dialect.Check != nil {
		if err := d.dialect.Check(); err != nil {
			return err
		}
	}
	_, err := d.mine(ctx, d.reads)
	return d.classify(ctx, err)
}
