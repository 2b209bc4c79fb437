// Package database keeps the state of the server in SQLite: the implementation of
// [store.Store] that survives the process.
//
// The statements are of the kind that SQLite and PostgreSQL share; sqlc makes the
// package queries of them, goose runs the migrations, and River runs the jobs.
// Documents that can hold values of secrets are sealed before they get here.
package database

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	_ "modernc.org/sqlite" // the driver

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/api/server/local/internal/database/queries"
)

// readers is the number of connections for reading, beside the one for writing.
const readers = 8

const defaultBusyTimeout = 5 * time.Second

// Options are the options of [Open]. Path and Keeper are needed.
type Options struct {
	// Path of the database file. Its folder is made if it is missing. SQLite has
	// other files beside it.
	Path string
	// Keeper seals the documents.
	Keeper *Keeper
	// OnLock is called when nobody else has the database; it may be nil.
	OnLock func()
	// Accept is asked before anything is changed; its error is that of Open. Nil
	// accepts any database.
	Accept func(Identity) error
	// OnChange is called whenever the database has learned of blobs; it may be nil.
	OnChange func(Identity)
	// Log gets what goes wrong in the background; nil drops it.
	Log *slog.Logger
	// BusyTimeout is how long to wait for another writer; 5 s if it
	// is 0. Then the error is [store.ErrBusy].
	BusyTimeout time.Duration
	// RetryDelay is how long to wait before a job is tried again after its
	// failed attempt; nil for 1 s, 2 s, 4 s and so on up to 30 s.
	RetryDelay func(attempt int) time.Duration
}

// A Database is a [store.Store] in a file.
type Database struct {
	options Options
	lock    *flock.Flock
	file    fs.FileInfo
	session string
	reads   pool
	writes  pool                   // one connection, so that writers take turns in order
	river   *river.Client[*sql.Tx] // adds and cancels jobs, and works on none

	working sync.Mutex              // held by Work
	stop    context.CancelCauseFunc // ends Work
	mu      sync.Mutex
	running map[int64]context.CancelCauseFunc // jobs of this process by River's id
}

var _ store.Store = (*Database)(nil)

// Open opens a database and makes or migrates it if needed. A database that
// is open already, also in another process, that belongs to another key, or that
// a newer version has written, is refused.
func Open(ctx context.Context, options Options) (_ *Database, err error) {
	if options.Keeper == nil {
		return nil, errors.New("database: no keeper to seal documents with")
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	options.Log = slog.New(quiet{options.Log.Handler()})
	options.BusyTimeout = cmp.Or(options.BusyTimeout, defaultBusyTimeout)
	if options.RetryDelay == nil {
		options.RetryDelay = retryDelay
	}
	d := &Database{
		options: options,
		running: make(map[int64]context.CancelCauseFunc),
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("database %s: %w", options.Path, errors.Join(classify(ctx, err), d.Close()))
		}
	}()
	if err := d.makeFile(); err != nil {
		return nil, err
	}
	if err := d.writes.open(dsn(options), 1); err != nil {
		return nil, err
	}
	was, err := d.inspect(ctx)
	if err == nil && options.Accept != nil {
		err = options.Accept(was)
	}
	if err != nil {
		return nil, err
	}
	if err := d.migrate(ctx); err != nil {
		return nil, err
	}
	if err := d.reads.open(dsn(options, "query_only(1)"), readers); err != nil {
		return nil, err
	}
	for _, p := range []*pool{&d.writes, &d.reads} {
		if p.queries, err = queries.Prepare(ctx, p.db); err != nil {
			return nil, err
		}
	}
	if err := d.introduce(ctx); err != nil {
		return nil, err
	}
	d.river, err = river.NewClient(riversqlite.New(d.writes.db), &river.Config{
		Logger: options.Log, MaxAttempts: maxAttempts, SkipUnknownJobCheck: true,
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// makeFile takes the lock and makes the file, which only its owner can read;
// SQLite gives its other files the same mode.
func (d *Database) makeFile() error {
	if err := os.MkdirAll(filepath.Dir(d.options.Path), 0o700); err != nil {
		return err
	}
	lock := flock.New(d.options.Path+".lock", flock.SetPermissions(0o600))
	taken, err := lock.TryLock()
	if err != nil {
		return err
	}
	if !taken {
		return errors.New("it is open already, perhaps in another process")
	}
	d.lock = lock
	if d.options.OnLock != nil {
		d.options.OnLock()
	}
	file, err := os.OpenFile(d.options.Path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	d.file, err = file.Stat()
	return errors.Join(err, file.Close())
}

// dsn makes every transaction that may write take the lock at its start: one
// that has read before could no longer get it.
func dsn(options Options, pragmas ...string) string {
	return locator(options.Path, url.Values{
		"_txlock": {"immediate"},
		"_pragma": append(pragmas,
			busyTimeout(options.BusyTimeout),
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

// Close closes the database and gives up its lock.
func (d *Database) Close() error {
	err := errors.Join(d.reads.close(), d.writes.close())
	if d.lock != nil {
		err = errors.Join(err, d.lock.Close())
	}
	return err
}
