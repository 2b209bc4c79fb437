package database

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"
)

// takeOver makes the jobs that a killed process has left running available again.
// The lock proves that the process is gone.
func (d *Database) takeOver(ctx context.Context) error {
	orphans, err := d.orphans(ctx)
	if err != nil {
		return err
	}
	if err := d.release(ctx, orphans); err != nil {
		return err
	}
	// River's leader moves the jobs whose next attempt is some time away. A
	// killed one would keep the next from being elected for a while.
	exec := d.river.Driver().GetExecutor()
	leader, err := exec.LeaderGetElectedLeader(ctx, &riverdriver.LeaderGetElectedLeaderParams{})
	if err != nil {
		if errors.Is(err, rivertype.ErrNotFound) {
			return nil
		}
		return err
	}
	_, err = exec.LeaderResign(ctx, &riverdriver.LeaderResignParams{ElectedAt: leader.ElectedAt, LeaderID: leader.LeaderID})
	return err
}

// watchOrphans makes jobs available whose end River could not record, since the
// database was busy or the disk full. River keeps trying for less than the
// time between two checks, so what both find is lost.
func (d *Database) watchOrphans(ctx context.Context) {
	before := map[int64]int{} // attempts
	ticker := time.NewTicker(orphanCheck)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		orphans, err := d.orphans(ctx)
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
			err = d.release(ctx, lost)
		}
		if err != nil && ctx.Err() == nil {
			d.options.Log.WarnContext(ctx, "the search for lost jobs failed", "error", err)
		}
	}
}

// orphans returns the jobs that the database says are running but that do not
// run in this process.
func (d *Database) orphans(ctx context.Context) ([]*rivertype.JobRow, error) {
	const batch = 1000
	var orphans []*rivertype.JobRow
	for after := int64(0); ; {
		rows, err := d.river.Driver().GetExecutor().JobGetStuck(ctx, &riverdriver.JobGetStuckParams{
			AfterID: after, Max: batch, StuckHorizon: endOfTime(),
		})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			after = row.ID
			if !d.isRunning(row.ID) {
				orphans = append(orphans, row)
			}
		}
		if len(rows) < batch {
			return orphans, nil
		}
	}
}

func (d *Database) isRunning(id int64) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.running[id] != nil
}

// release makes running jobs available, but ends those that were cancelled.
func (d *Database) release(ctx context.Context, jobs []*rivertype.JobRow) error {
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
	_, err := d.river.Driver().GetExecutor().JobRescueMany(ctx, &params)
	return err
}

// endOfTime is after every attempt, even one before the clock was set back.
func endOfTime() time.Time { return time.Now().AddDate(100, 0, 0) }
