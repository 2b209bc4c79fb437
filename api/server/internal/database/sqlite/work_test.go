package sqlite_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// A job whose end could not be recorded seems to run, but does not.
func TestAJobThatWasLostOnTheWayIsFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := open(t, patient)
		ctx, cancel := context.WithCancel(t.Context())
		var working sync.WaitGroup
		started := make(chan store.Job)
		working.Go(func() {
			err := d.Work(ctx, 1, func(_ context.Context, job store.Job) error {
				started <- job
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		mustUpdate(t, d, func(tx store.Tx) error { return tx.Enqueue(store.Job{ID: "1"}) })
		<-started // so the jobs of before have been taken over
		_, err := d.DB().ExecContext(ctx, `
			INSERT INTO river_job (args, attempt, attempted_at, kind, max_attempts, state)
			VALUES (jsonb('{"id": "lost"}'), 1, datetime('now', 'subsec'), 'job', 9, 'running')`)
		must(t, err)
		if job := <-started; job.ID != "lost" || job.Attempt != 2 {
			t.Errorf("job %+v", job)
		}
		cancel()
		working.Wait()
	})
}

func TestOnlyOneWorksAtATime(t *testing.T) {
	t.Parallel()
	d := open(t, patient)
	ctx, cancel := context.WithCancel(t.Context())
	mustUpdate(t, d, func(tx store.Tx) error { return tx.Enqueue(store.Job{ID: "1"}) })
	must(t, d.Work(ctx, 1, func(ctx context.Context, _ store.Job) error {
		defer cancel()
		if err := d.Work(ctx, 1, nil); err == nil {
			t.Error("no error")
		}
		return nil
	}))
}

// Else jobs whose next attempt is some time away would wait for its end.
func TestTheLeaderOfAKilledProcessIsDeposed(t *testing.T) {
	t.Parallel()
	d := open(t, patient)
	_, err := d.DB().ExecContext(t.Context(), `
		INSERT INTO river_leader (elected_at, expires_at, leader_id, name)
		VALUES (datetime('now', 'subsec'), datetime('now', '+1 hour', 'subsec'), 'killed', 'default')`)
	must(t, err)
	mustUpdate(t, d, func(tx store.Tx) error { return tx.Enqueue(store.Job{ID: "1"}) })
	ctx, cancel := context.WithCancel(t.Context())
	must(t, d.Work(ctx, 1, func(ctx context.Context, job store.Job) error {
		defer cancel()
		var n int
		err := d.DB().QueryRowContext(ctx, "SELECT count(*) FROM river_leader WHERE leader_id = 'killed'").Scan(&n)
		if n > 0 {
			t.Error("it still leads")
		}
		return err
	}))
}
