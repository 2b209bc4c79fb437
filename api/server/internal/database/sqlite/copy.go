package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/queries"
)

// Copy writes what the database in a file holds at this moment to another file,
// which has to be new, and returns what that is and the keys of its blobs. Whoever
// has the database open is not disturbed. Errors are those of [database.Database.Update].
func Copy(ctx context.Context, path, to string) (is database.Identity, keys []string, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("copying the database %s: %w", path, database.Classify(ctx, classify, err))
		}
	}()
	file, err := os.OpenFile(to, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // where the user wants it
	if err != nil {
		return database.Identity{}, nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := look(path, func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, "VACUUM INTO $1", to)
		return err
	}); err != nil {
		return database.Identity{}, nil, err
	}
	if err := look(to, func(db *sql.DB) error {
		is, keys, err = describe(ctx, db)
		return err
	}); err != nil {
		return database.Identity{}, nil, err
	}
	return is, keys, file.Sync()
}

// look opens a database in which use changes nothing.
func look(path string, use func(*sql.DB) error) error {
	db, err := sql.Open("sqlite", locator(path, url.Values{"mode": {"ro"}, "_pragma": {busyTimeout(database.DefaultBusyTimeout)}}))
	if err != nil {
		return err
	}
	return errors.Join(use(db), db.Close())
}

// describe says what a database is, and which blobs it knows.
func describe(ctx context.Context, db *sql.DB) (is database.Identity, keys []string, err error) {
	q := queries.New(db)
	if keys, err = q.Blobs(ctx); err != nil {
		return database.Identity{}, nil, err
	}
	row, err := q.Identity(ctx)
	return database.Identity{ID: row.ID, Changes: row.Changes}, keys, err
}
