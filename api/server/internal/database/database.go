// Package database keeps the state of the server in a database of SQL: the
// implementation of [store.Store] that survives the process.
//
// The statements are of the kind that SQLite and PostgreSQL share; sqlc makes the
// package queries of them, goose runs the migrations, and River runs the jobs. What
// differs is a [Dialect], one package for each. Documents that can hold values of
// secrets are sealed before they get here.
package database

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"github.com/ubiops-contrib/transfer/api/server/internal/database/queries"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// DefaultBusyTimeout is that of [Options].
const DefaultBusyTimeout = 5 * time.Second

// Options are the options of [Open]. Keeper is needed.
type Options struct {
	// Keeper seals the documents.
	Keeper *Keeper
	// Migrate brings the tables up to date. Otherwise Open fails with
	// [ErrPending] if they are not.
	Migrate bool
	// Accept is asked before anything is changed; its error is that of Open. Nil
	// accepts any database.
	Accept func(Identity) error
	// OnChange is called whenever the database has learned of blobs; it may be nil.
	OnChange func(Identity)
	// Log gets what goes wrong in the background; nil drops it.
	Log *slog.Logger
	// BusyTimeout is how long to wait for another writer; [DefaultBusyTimeout] if it
	// is 0. Then the error is [store.ErrBusy].
	BusyTimeout time.Duration
	// RetryDelay is how long to wait before a job is tried again after its
	// failed attempt; nil for 1 s, 2 s, 4 s and so on up to 30 s.
	RetryDelay func(attempt int) time.Duration
}

// A Database is a [store.Store] in a database.
type Database struct {
	dialect Dialect
	options Options
	reads   *queries.Queries
	writes  *queries.Queries
	river   *river.Client[*sql.Tx] // adds and cancels jobs, and works on none
	beating sync.WaitGroup         // the lease
	endBeat context.CancelFunc

	working sync.Mutex // held by Work
	mu      sync.Mutex
	session string                            // which opening this is
	stop    context.CancelCauseFunc           // ends Work; nil while there is none
	running map[int64]context.CancelCauseFunc // jobs of this process by River's id
}

var _ store.Store = (*Database)(nil)

// Open opens a database of a dialect. One that belongs to another key, or that a
// newer version has written, is refused. It closes the dialect if it fails.
func Open(ctx context.Context, dialect Dialect, options Options) (_ *Database, err error) {
	d := &Database{dialect: dialect, options: options, running: make(map[int64]context.CancelCauseFunc)}
	defer func() {
		if err != nil {
			err = fmt.Errorf("database %s: %w", dialect.Name, errors.Join(d.classify(ctx, err), d.Close()))
		}
	}()
	if options.Keeper == nil {
		return nil, errors.New("no keeper to seal documents with")
	}
	d.options.Log = quietly(options.Log)
	d.options.BusyTimeout = cmp.Or(options.BusyTimeout, DefaultBusyTimeout)
	if options.RetryDelay == nil {
		d.options.RetryDelay = retryDelay
	}
	was, err := d.inspect(ctx)
	if err == nil && options.Accept != nil {
		err = options.Accept(was)
	}
	if err != nil {
		return nil, err
	}
	if err := d.migrate(ctx, options.Migrate); err != nil {
		return nil, err
	}
	if d.reads, err = queries.Prepare(ctx, dialect.Reads); err != nil {
		return nil, err
	}
	if d.writes, err = queries.Prepare(ctx, dialect.Writes); err != nil {
		return nil, err
	}
	d.river, err = river.NewClient(dialect.Jobs, &river.Config{
		Logger: d.options.Log, MaxAttempts: maxAttempts, SkipUnknownJobCheck: true,
		FetchCooldown: fetchCooldown, // of telling others that there is a job, too
	})
	if err != nil {
		return nil, err
	}
	if err := d.introduce(ctx); err != nil {
		return nil, err
	}
	if dialect.shared() {
		beat, end := context.WithCancel(context.WithoutCancel(ctx))
		d.endBeat = end
		d.beating.Go(func() { d.beat(beat) })
	}
	return d, nil
}

// Close closes the database. Work has to have returned.
func (d *Database) Close() error {
	var err error
	if d.endBeat != nil {
		d.endBeat()
		d.beating.Wait()
	}
	for _, prepared := range []*queries.Queries{d.reads, d.writes} {
		if prepared != nil {
			err = errors.Join(err, prepared.Close())
		}
	}
	return errors.Join(err, d.dialect.Close())
}
