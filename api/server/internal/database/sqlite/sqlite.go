// Package sqlite is the database of a server on one machine: a file of SQLite.
package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	_ "modernc.org/sqlite" // the driver

	"github.com/ubiops-contrib/transfer/api/server/internal/database"
)

// readers is the number of connections for reading, beside the one for writing.
const readers = 8

// fetchPoll is how often to look for jobs that are to be tried again.
const fetchPoll = 250 * time.Millisecond

// Options are the options of [Open]. Path and Keeper are needed.
type Options struct {
	database.Options
	// Path of the database file. Its folder is made if it is missing. SQLite has
	// other files beside it.
	Path string
	// OnLock is called when nobody else has the database; it may be nil.
	OnLock func()
}

// A Database is one in a file.
type Database struct {
	*database.Database
	writes *sql.DB
	lock   *flock.Flock
}

// Open opens a database and makes or migrates it if needed. A database that
// is open already, also in another process, that belongs to another key, or that
// a newer version has written, is refused.
func Open(ctx context.Context, options Options) (*Database, error) {
	lock, file, err := makeFile(options)
	if err != nil {
		return nil, fmt.Errorf("database %s: %w", options.Path, err)
	}
	options.Migrate = true
	dialect, err := dialect(options, file)
	var d *database.Database
	if err == nil {
		d, err = database.Open(ctx, dialect, options.Options)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return &Database{d, dialect.Writes, lock}, nil
}

// Close closes the database and gives up its lock.
func (d *Database) Close() error { return errors.Join(d.Database.Close(), d.lock.Close()) }

// Shrink gives back the space of the journal: what it says goes into the database
// first, where most of it replaces what is there already.
func (d *Database) Shrink(ctx context.Context) error {
	_, err := d.writes.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	_, err = classify(err)
	return err
}

func dialect(options Options, file fs.FileInfo) (d database.Dialect, err error) {
	wait := cmp.Or(options.BusyTimeout, database.DefaultBusyTimeout)
	if d.Writes, err = open(dsn(options.Path, wait), 1); err != nil {
		return d, err
	}
	if d.Reads, err = open(dsn(options.Path, wait, "query_only(1)"), readers); err != nil {
		return d, errors.Join(err, d.Writes.Close())
	}
	d.Name = options.Path
	d.Jobs, d.Stats, d.FetchPoll = riversqlite.New(d.Writes), riversqlite.New(d.Reads), fetchPoll
	d.Goose, d.HasTable = goose.DialectSQLite3, "SELECT count(*) FROM sqlite_master WHERE name = $1"
	d.Snapshot = sql.TxOptions{ReadOnly: true}
	d.Classify = classify
	d.Check = func() error { return isSame(options.Path, file) }
	return d, nil
}

func open(dsn string, connections int) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections) // a new one would prepare everything again
	return db, nil
}

// makeFile takes the lock and makes the file, which only its owner can read;
// SQLite gives its other files the same mode.
func makeFile(options Options) (_ *flock.Flock, info fs.FileInfo, err error) {
	if err := os.MkdirAll(filepath.Dir(options.Path), 0o700); err != nil {
		return nil, nil, err
	}
	lock := flock.New(options.Path+".lock", flock.SetPermissions(0o600))
	taken, err := lock.TryLock()
	if err != nil {
		return nil, nil, err
	}
	if !taken {
		return nil, nil, errors.New("it is open already, perhaps in another process")
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, lock.Close())
		}
	}()
	if options.OnLock != nil {
		options.OnLock()
	}
	file, err := os.OpenFile(options.Path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, nil, err
	}
	info, err = file.Stat()
	return lock, info, errors.Join(err, file.Close())
}

func isSame(path string, file fs.FileInfo) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !os.SameFile(info, file) {
		return fmt.Errorf("another file has taken the place of %s", path)
	}
	return nil
}

// dsn makes every transaction that may write take the lock at its start: one
// that has read before could no longer get it.
func dsn(path string, wait time.Duration, pragmas ...string) string {
	return locator(path, url.Values{
		"_txlock": {"immediate"},
		"_pragma": append(pragmas,
			busyTimeout(wait),
			"foreign_keys(1)",
			"journal_mode(WAL)",
			"synchronous(FULL)",
			"journal_size_limit(67108864)",
		),
	})
}

func busyTimeout(d time.Duration) string {
	return "busy_timeout(" + strconv.FormatInt(d.Milliseconds(), 10) + ")"
}

// locator names a database file with settings for its connections.
func locator(path string, settings url.Values) string {
	name := url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(path)}
	if !filepath.IsAbs(path) {
		name = url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()}
	}
	name.RawQuery = settings.Encode()
	return name.String()
}
