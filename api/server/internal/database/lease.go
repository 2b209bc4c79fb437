package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river/rivertype"

	"github.com/ubiops-contrib/transfer/api/server/internal/database/queries"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// errTakenOver ends the changes of an opening of the database that is no longer one
// of the replicas: another server has opened the database of one machine, whose lock
// file was lost; or a replica was silent for longer than its lease.
var errTakenOver = errors.New("another server has opened the database")

// Session says which opening of the database may change it, and changes when a lost
// lease is taken anew.
func (d *Database) Session() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.session
}

// Replicas returns the sessions that may change the database.
func (d *Database) Replicas(ctx context.Context) ([]string, error) {
	live, err := d.reads.Replicas(ctx)
	return live, d.classify(ctx, err)
}

// mine returns the session if it may change the database.
func (d *Database) mine(ctx context.Context, q *queries.Queries) (string, error) {
	session := d.Session()
	_, err := q.Replica(ctx, session)
	if errors.Is(err, sql.ErrNoRows) {
		err = errTakenOver
		if d.dialect.shared() {
			err = fmt.Errorf("%w: the lease was lost: %w", store.ErrBusy, err)
		}
	}
	return session, err
}

// enter begins a session.
func (d *Database) enter(t *tx) error {
	session := uuid.NewString()
	if err := t.queries.AddReplica(t.ctx, session); err != nil {
		return err
	}
	if d.dialect.shared() {
		if _, err := t.sql.ExecContext(t.ctx, d.beatStatement(), session); err != nil {
			return err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.session = session
	return nil
}

func (d *Database) beatStatement() string {
	return "UPDATE replicas SET seen_at = " + d.dialect.Now + " WHERE id = $1"
}

// beat says from time to time that this replica lives, until ctx ends, and takes over
// from others that do not. After a time without the database everybody seems dead, so
// nobody is taken over from until they had two occasions to say otherwise.
func (d *Database) beat(ctx context.Context) {
	ticker := time.NewTicker(d.dialect.Beat)
	defer ticker.Stop()
	last := time.Now()
	since := last // when the first beat without a gap was
	for {
		select {
		case <-ctx.Done():
			d.leave(context.WithoutCancel(ctx))
			return
		case <-ticker.C:
		}
		limited, cancel := context.WithTimeout(ctx, d.dialect.Lease/2)
		now := time.Now()
		err := d.live(limited)
		if err == nil {
			if now.Sub(last) > d.dialect.Lease/2 {
				since = now
			}
			if last = now; now.Sub(since) >= 2*d.dialect.Beat {
				err = d.bury(limited)
			}
		}
		cancel()
		if err != nil && ctx.Err() == nil {
			d.options.Log.WarnContext(ctx, "the lease of this replica was not renewed, or those of others not looked at", "error", err)
		}
	}
}

// live renews the lease, or begins another session if it is lost.
func (d *Database) live(ctx context.Context) error {
	result, err := d.dialect.Reads.ExecContext(ctx, d.beatStatement(), d.Session())
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		return err
	}
	d.options.Log.WarnContext(ctx, "the lease of this replica was lost; its jobs run elsewhere")
	d.interruptAll(errTakenOver)
	return d.inTx(ctx, d.enter)
}

// bury takes the right to change anything from replicas that are silent, and gives
// their jobs back, in one transaction.
func (d *Database) bury(ctx context.Context) error {
	silent := "FROM replicas WHERE seen_at < " + d.dialect.Now + fmt.Sprint(" - ", d.dialect.Lease.Microseconds())
	var n int
	if err := d.dialect.Reads.QueryRowContext(ctx, "SELECT count(*) "+silent).Scan(&n); err != nil {
		return err
	}
	lost, err := d.orphans(ctx, d.river.Driver().GetExecutor(), d.reads)
	if err != nil || n+len(d.others(lost)) == 0 {
		return err
	}
	return d.inTx(ctx, func(t *tx) error {
		if _, err := t.sql.ExecContext(ctx, "DELETE "+silent); err != nil { //nolint:gosec // of the dialect's texts
			return err
		}
		exec := d.river.Driver().UnwrapExecutor(t.sql)
		lost, err := d.orphans(ctx, exec, t.queries)
		if err != nil {
			return err
		}
		lost = d.others(lost)
		d.options.Log.WarnContext(ctx, "replicas are silent", "jobs", len(lost))
		return release(ctx, exec, lost)
	})
}

// others leaves out the jobs of this replica, which may have been taken just now.
func (d *Database) others(jobs []*rivertype.JobRow) []*rivertype.JobRow {
	own := d.Session()
	return slices.DeleteFunc(jobs, func(row *rivertype.JobRow) bool { return ownerOf(row) == own })
}

// leave ends the session, so that nobody has to wait for the end of its lease.
func (d *Database) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, d.dialect.Beat)
	defer cancel()
	if err := d.inTx(ctx, func(t *tx) error { return t.queries.DeleteReplica(ctx, d.Session()) }); err != nil {
		d.options.Log.WarnContext(ctx, "the lease has to run out", "error", err)
	}
}

// setStop makes known how to end Work.
func (d *Database) setStop(stop context.CancelCauseFunc) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stop = stop
}

// interruptAll ends Work.
func (d *Database) interruptAll(cause error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stop != nil {
		d.stop(cause)
	}
}
