// Package postgres is the database of several servers: PostgreSQL.
package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"

	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

const (
	// readers is the number of connections beside the one for changes, and those
	// that listen.
	readers   = 16
	listeners = 2
	// changing is the number of the lock that changes take. Each database has its
	// own numbers.
	changing = 0x7562696f7073
	// BusyTimeout is how long a change waits for others, and how long one may do
	// nothing before the database ends it.
	BusyTimeout = 10 * time.Second
	// mostJobs is how many jobs a replica takes: enough for those of one project to
	// leave others their turn, and few enough to leave some to other replicas.
	mostJobs = 16
)

// Lease is how long a replica may say nothing until it counts as dead.
const Lease = 6 * time.Second

// Dialect returns PostgreSQL at a URL or connection string. No connection is made
// yet. Errors never contain the password.
func Dialect(ctx context.Context, location string) (d database.Dialect, err error) {
	config, err := pgxpool.ParseConfig(location)
	if err != nil {
		return d, err
	}
	at := config.ConnConfig
	at.ConnectTimeout = cmp.Or(at.ConnectTimeout, 5*time.Second)
	for name, value := range map[string]string{
		"application_name":                    "ubiops-transfer",
		"lock_timeout":                        strconv.FormatInt(BusyTimeout.Milliseconds(), 10),
		"idle_in_transaction_session_timeout": strconv.FormatInt(BusyTimeout.Milliseconds(), 10),
	} {
		if at.RuntimeParams[name] == "" {
			at.RuntimeParams[name] = value
		}
	}
	config.MaxConns = listeners
	listening, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return d, err
	}
	alone, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return d, err
	}
	d.Name = fmt.Sprintf("%s at %s:%d", at.Database, at.Host, at.Port)
	d.Reads, d.Writes = open(*at, readers), open(*at, 1)
	d.OnClose = listening.Close
	d.Jobs = riverdatabasesql.NewWithPgxListener(d.Reads, listening)
	d.Stats = d.Jobs
	d.Goose, d.GooseOptions = goose.DialectPostgres, []goose.ProviderOption{goose.WithSessionLocker(alone)}
	d.HasTable = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1"
	d.Snapshot = sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	d.Lock = func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", int64(changing))
		return err
	}
	d.Undone, d.Classify = undone, classify
	d.FetchPoll = 250 * time.Millisecond // those that came too soon after others to be told of
	d.Now, d.Lease, d.Beat = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint", Lease, Lease/4
	d.MostJobs = mostJobs
	return d, nil
}

func open(config pgx.ConnConfig, connections int) *sql.DB {
	db := stdlib.OpenDB(config)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections) // a new one would prepare everything again
	return db
}

// undone is the Undone of a [database.Dialect].
func undone(err error) bool {
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		return server.Severity != "FATAL"
	}
	return errors.Is(err, sql.ErrTxDone)
}

// classify is the Classify of a [database.Dialect].
func classify(err error) (own bool, _ error) {
	server, own := errors.AsType[*pgconn.PgError](err)
	switch {
	case own && server.Code == "53100": // the disk is full
		return own, fmt.Errorf("%w: %w", syscall.ENOSPC, err)
	case own && (busy[server.Code] || busy[server.Code[:2]]), !own && gone(err):
		return own, fmt.Errorf("%w: %w", store.ErrBusy, err)
	}
	return own, err
}

// busy are codes, and classes of codes, of errors that a later attempt may not get.
var busy = map[string]bool{
	"08":    true,                                              // the connection
	"53":    true,                                              // resources
	"40001": true,                                              // serialization failure
	"40P01": true,                                              // deadlock
	"55P03": true,                                              // another change takes too long
	"57P01": true, "57P02": true, "57P03": true, "57P05": true, // it stops, starts or was idle
	"25P03": true, // a transaction was idle
	"25006": true, // it only reads at present
}

// gone reports whether the database could not be reached.
func gone(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
	}
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed)
}
