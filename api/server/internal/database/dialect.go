package database

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver"
)

// A Driver is what River uses of a database.
type Driver = riverdriver.Driver[*sql.Tx]

// A Dialect is a database and what is its own among those that understand the same
// statements. All members are needed except those that may be nil or zero.
type Dialect struct {
	// Name of the database in errors.
	Name string
	// Reads is for reading, Writes for changes: one connection, so that writers
	// take turns in order. [Database.Close] closes both.
	Reads, Writes *sql.DB
	// Jobs is for River; Stats for its counts, without waiting for a writer.
	Jobs, Stats Driver
	// Goose migrates in its manner.
	Goose        goose.Dialect
	GooseOptions []goose.ProviderOption
	// HasTable is a statement that counts the tables of a name.
	HasTable string
	// Snapshot are the options of a transaction that sees one state only.
	Snapshot sql.TxOptions
	// Lock makes a transaction that has begun the only one that may change
	// anything. Nil if it is that anyway.
	Lock func(context.Context, *sql.Tx) error
	// Undone reports whether the error of a commit says that nothing was changed.
	// Nil if each does.
	Undone func(error) bool
	// Classify wraps [store.ErrBusy] or [syscall.ENOSPC] into an error that means
	// that, and reports whether the error is one of the database at all.
	Classify func(error) (own bool, err error)
	// OnClose releases what else the dialect holds; it may be nil.
	OnClose func()
	// Check is a part of [Database.Ping]; nil checks nothing.
	Check func() error
	// FetchPoll is how often to look for jobs that nobody has told of.
	FetchPoll time.Duration

	// Now is an expression for the time in microseconds since 1970, by the clock of
	// the database. It is set if several replicas use the database at once.
	Now string
	// Lease is how long a replica may say nothing until it counts as dead, and
	// Beat how often it says that it lives.
	Lease, Beat time.Duration
	// MostJobs is how many jobs a replica takes, to run or to wait for their turn;
	// 0 sets no limit.
	MostJobs int
}

// shared reports whether several replicas use the database.
func (d *Dialect) shared() bool { return d.Now != "" }

// Close closes what the dialect holds.
func (d *Dialect) Close() error {
	err := errors.Join(d.Reads.Close(), d.Writes.Close())
	if d.OnClose != nil {
		d.OnClose()
	}
	return err
}
