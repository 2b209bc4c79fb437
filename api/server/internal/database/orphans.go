package database

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"github.com/ubiops-contrib/transfer/api/server/internal/database/queries"
)

// takeOver makes the jobs that a killed process has left running available again.
// That it is not one of the replicas proves that it is gone.
func (d *Database) takeOver(ctx context.Context) error {
	exec := d.river.Driver().GetExecutor()
	orphans, err := d.orphans(ctx, exec, d.reads)
	if err != nil {
		return err
	}
	if err := release(ctx, exec, orphans); err != nil {
		return err
	}
	// River's leader moves the jobs whose next attempt is some time away. A
	// killed one would keep the next from being elected for a while.
	leader, err := exec.LeaderGetElectedLeader(ctx, &riverdriver.LeaderGetElectedLeaderParams{})
	if err != nil {
		if errors.Is(err, rivertype.ErrNotFound) {
			return nil
		}
		return err
	}
	live, err := d.reads.Replicas(ctx)
	if err != nil || leader.LeaderID != d.Session() && slices.Contains(live, leader.LeaderID) {
		return err
	}
	_, err = exec.LeaderResign(ctx, &riverdriver.LeaderResignParams{ElectedAt: leader.ElectedAt, LeaderID: leader.LeaderID})
	return err
}

// watchOrphans makes jobs available whose end River could not record, since the
// database was busy or the disk full. River keeps trying for less than the
// time between two checks, so what both find is lost.
func (d *Database) watchOrphans(ctx context.Context) {
	exec := d.river.Driver().GetExecutor()
	before := map[int64]int{} // attempts
	ticker := time.NewTicker(orphanCheck)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		orphans, err := d.orphans(ctx, exec, d.reads)
		if err == nil {
			now := make(map[int64]int, len(orphans))
			var lost []*rivertype.JobRow
			for _, row := range orphans {
				now[row.ID] = row.Attempt
				if attempt, ok := before[row.ID]; ok && attempt == row.Attempt {
					lost = append(lost, row)
				}
			}
			before = now
			err = release(ctx, exec, lost)
		}
		if err != nil && ctx.Err() == nil {
			d.options.Log.WarnContext(ctx, "the search for lost jobs failed", "error", err)
		}
	}
}

// orphans returns the jobs that the database says are running but that do not
// run in this process, nor are those of another replica.
func (d *Database) orphans(ctx context.Context, exec riverdriver.Executor, q *queries.Queries) ([]*rivertype.JobRow, error) {
	const batch = 1000
	live, err := q.Replicas(ctx)
	if err != nil {
		return nil, err
	}
	own := d.Session()
	var orphans []*rivertype.JobRow
	for after := int64(0); ; {
		rows, err := exec.JobGetStuck(ctx, &riverdriver.JobGetStuckParams{
			AfterID: after, Max: batch, StuckHorizon: endOfTime(),
		})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			after = row.ID
			owner := ownerOf(row)
			if owner == own && !d.isRunning(row.ID) || owner != own && !slices.Contains(live, owner) {
				orphans = append(orphans, row)
			}
		}
		if len(rows) < batch {
			return orphans, nil
		}
	}
}

// ownerOf returns the session that a running job is of; an earlier version knew none.
func ownerOf(row *rivertype.JobRow) string {
	if len(row.AttemptedBy) == 0 {
		return ""
	}
	return row.AttemptedBy[len(row.AttemptedBy)-1]
}

func (d *Database) isRunning(id int64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.running[id] != nil
}

// release makes running jobs available, but ends those that were cancelled.
func release(ctx context.Context, exec riverdriver.Executor, jobs []*rivertype.JobRow) error {
	if len(jobs) == 0 {
		return nil
	}
	now := time.Now()
	params := riverdriver.JobRescueManyParams{StuckHorizon: endOfTime()}
	for _, row := range jobs {
		note, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: row.Attempt, Error: "the process ended"})
		if err != nil {
			return err
		}
		state, finalized := rivertype.JobStateAvailable, (*time.Time)(nil)
		if cancelRequested(row) {
			state, finalized = rivertype.JobStateCancelled, &now
		}
		params.ID = append(params.ID, row.ID)
		params.Error = append(params.Error, note)
		params.FinalizedAt = append(params.FinalizedAt, finalized)
		params.ScheduledAt = append(params.ScheduledAt, now)
		params.State = append(params.State, string(state))
	}
	_, err := exec.JobRescueMany(ctx, &params)
	return err
}

// endOfTime is after every attempt, even one before the clock was set back.
func endOfTime() time.Time { return time.Now().AddDate(100, 0, 0) }
