package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/google/uuid"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/api/server/local/internal/database/queries"
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
		return n, d.writes.db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE name = $1", table).Scan(&n)
	}
	n, err := has("settings")
	if err != nil || n == 0 {
		return Identity{New: true}, err
	}
	q := queries.New(d.writes.db)
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

// introduce gives the database its identity, and makes this opening the one that
// may change it.
func (d *Database) introduce(ctx context.Context) error {
	d.session = uuid.NewString()
	return d.inTx(ctx, func(t *tx) error {
		if _, err := t.queries.Setting(ctx, keeperCheck); errors.Is(err, sql.ErrNoRows) {
			err = t.queries.PutSetting(ctx, queries.PutSettingParams{Name: keeperCheck, Value: d.options.Keeper.seal([]byte(keeperCheck))})
			if err != nil {
				return err
			}
		}
		n, err := t.queries.BeginSession(ctx, d.session)
		if err == nil && n == 0 {
			err = t.queries.AddIdentity(ctx, queries.AddIdentityParams{ID: uuid.NewString(), Session: d.session})
		}
		return err
	})
}

// Identity returns what the database is at present.
func (d *Database) Identity(ctx context.Context) (Identity, error) {
	row, err := d.reads.queries.Identity(ctx)
	return Identity{ID: row.ID, Changes: row.Changes}, classify(ctx, err)
}

// inTx runs f in a transaction that is not reported to OnChange.
func (d *Database) inTx(ctx context.Context, f func(*tx) error) error {
	begun, err := d.writes.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	t := newTx(ctx, d, begun)
	return t.run(func(store.Tx) error { return f(t) })
}

// errTakenOver ends the changes of a server whose database another one has opened:
// what keeps them apart otherwise is a file beside it, which can be lost.
var errTakenOver = errors.New("another server has opened the database")

// mine fails if another server has opened the database since.
func (d *Database) mine(row queries.Identity, err error) error {
	if err == nil && row.Session != d.session {
		err = errTakenOver
	}
	return err
}

// Ping implements [store.Store].
func (d *Database) Ping(ctx context.Context) error {
	info, err := os.Stat(d.options.Path)
	if err != nil {
		return err
	}
	if !os.SameFile(info, d.file) {
		return fmt.Errorf("another file has taken the place of %s", d.options.Path)
	}
	return classify(ctx, d.mine(d.reads.queries.Identity(ctx)))
}
