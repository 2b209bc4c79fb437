// Package cluster keeps what several servers have in common: a database of PostgreSQL
// and a bucket of an S3-compatible service. Jobs run in the processes, each in one.
//
//	storage, err := cluster.Open(ctx, cluster.Options{Database: "postgres://...", Archives: "s3://...", KeyFile: "secret.key"})
//	...
//	s, err := server.New(server.Options{Storage: storage})
//
// Each process is a replica. It has a lease on the database, which it renews every
// 1.5 seconds. If it says nothing for 6, another replica takes its jobs over, and
// nothing that it does is kept any more until it has a new lease. All changes take
// turns. [server.Options] are those of one replica: its limits, its memory, its
// workers.
//
// [Migrate] makes the tables, before the first start and before a newer version.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/cluster/internal/bucket"
	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/postgres"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// Options are the options of [Open]. All replicas have the same; all are needed
// except Log.
type Options struct {
	// Database is the URL or connection string of a database of PostgreSQL, 15 or
	// later, that nothing else uses. The environment of libpq completes it.
	Database string
	// Archives is s3://BUCKET/PREFIX?endpoint=URL&region=NAME: a bucket that exists,
	// and what the names of its objects begin with, which nothing else uses. Without
	// an endpoint the bucket is Amazon's. Credentials come from AWS_ACCESS_KEY_ID and
	// AWS_SECRET_ACCESS_KEY, the file of Amazon's tools, or the role of the machine.
	Archives string
	// KeyFile holds the key of what is kept secret: 32 bytes in URL-safe base64.
	// What was written with a key can be read with that only.
	KeyFile string
	// Log gets what goes wrong in the background; nil drops it.
	Log *slog.Logger
}

// ErrPending is wrapped by the error of [Open] for a database that has to be migrated
// first.
var ErrPending = database.ErrPending

// home is a database and a bucket.
type home struct {
	*database.Database
	blobs *bucket.Bucket
}

var _ store.Home = (*home)(nil)

// Blobs implements [store.Home].
func (h *home) Blobs() store.Blobs { return h.blobs }

// Update implements [store.Store]. What was written with a lease that was lost since
// may be swept already.
func (h *home) Update(ctx context.Context, f func(store.Tx) error) (unused []string, err error) {
	return h.Database.Update(ctx, func(tx store.Tx) error { return f(&leased{tx, h.Session()}) })
}

// leased refuses blobs of another session.
type leased struct {
	store.Tx
	session string
}

// AddBlob implements [store.Tx].
func (t *leased) AddBlob(b store.Blob) (string, error) {
	if !bucket.IsOf(b.Key, t.session) {
		return "", fmt.Errorf("%w: the lease was lost while blob %s was written", store.ErrBusy, b.Key)
	}
	return t.Tx.AddBlob(b)
}

// Open opens a database and a bucket for [server.Options]. It refuses a database that
// was begun with another key, whose tables are not those of this version
// ([ErrPending]), and archives of another database.
func Open(ctx context.Context, opts Options) (server.Storage, error) {
	h, err := open(ctx, opts)
	if err != nil {
		return nil, err
	}
	return h, nil
}

func open(ctx context.Context, opts Options) (*home, error) {
	keeper, err := database.ReadKeeper(opts.KeyFile)
	if err != nil {
		return nil, err
	}
	dialect, err := postgres.Dialect(ctx, opts.Database)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	h := &home{}
	if h.blobs, err = bucket.Open(opts.Archives, h); err != nil {
		return nil, errors.Join(err, dialect.Close())
	}
	// Everything is reachable before the replica says that it lives.
	if err := h.blobs.Ping(ctx); err != nil {
		return nil, errors.Join(err, dialect.Close())
	}
	h.Database, err = database.Open(ctx, dialect, database.Options{Keeper: keeper, Log: opts.Log, BusyTimeout: postgres.BusyTimeout})
	if err != nil {
		return nil, err
	}
	is, err := h.Identity(ctx)
	if err == nil {
		err = h.blobs.Belong(ctx, is.ID)
	}
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// A Schema says which versions the tables of a database have and which ones this
// program knows, its own and those of its jobs.
type Schema = database.Schema

// Migrate brings the tables of a database up to date, which can take a while, and
// returns what they were. Replicas of an earlier version have to be stopped. Several
// calls at once take turns.
func Migrate(ctx context.Context, location string, log *slog.Logger) (was Schema, err error) {
	return migrate(ctx, location, log, true)
}

// Migrations returns what the tables of a database are. It fails if a newer version
// has written them.
func Migrations(ctx context.Context, location string) (is Schema, err error) {
	return migrate(ctx, location, nil, false)
}

func migrate(ctx context.Context, location string, log *slog.Logger, up bool) (Schema, error) {
	dialect, err := postgres.Dialect(ctx, location)
	if err != nil {
		return Schema{}, fmt.Errorf("database: %w", err)
	}
	return database.Migrate(ctx, dialect, log, up)
}
