package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/sqlite"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// busyTimeout is waited for, and has to be enough for an undisturbed update
// on a busy machine.
const busyTimeout = 500 * time.Millisecond

func TestALockHeldBySomebodyElseIsBusyUntilItGoes(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "db")
	d := open(t, sqlite.Options{Path: path, Options: database.Options{Keeper: newKeeper(t), BusyTimeout: busyTimeout}})
	other, err := sql.Open("sqlite", path+"?_txlock=immediate")
	must(t, err)
	defer other.Close()
	held, err := other.BeginTx(t.Context(), nil)
	must(t, err)
	for range 2 {
		_, err = d.Update(t.Context(), func(tx store.Tx) error {
			t.Error("the update runs")
			return tx.AddProject("p")
		})
		if !errors.Is(err, store.ErrBusy) {
			t.Errorf("update: error %v", err)
		}
	}
	if err := d.Work(t.Context(), 1, nil); err == nil {
		t.Error("work: no error")
	}
	must(t, d.Ping(t.Context()))
	mustView(t, d, func(tx store.Tx) error { // a reader does not wait
		if err := tx.Project("p"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("view: error %v", err)
		}
		return nil
	})
	must(t, held.Rollback())
	mustUpdate(t, d, func(tx store.Tx) error { return tx.AddProject("p") })
}

func TestAnUpdateThatTakesTooLongMakesOthersBusy(t *testing.T) {
	t.Parallel()
	d := open(t, sqlite.Options{Options: database.Options{BusyTimeout: busyTimeout}})
	mustUpdate(t, d, func(store.Tx) error {
		_, err := d.Update(t.Context(), func(store.Tx) error { return nil })
		if !errors.Is(err, store.ErrBusy) {
			t.Errorf("error %v", err)
		}
		mustView(t, d, func(store.Tx) error { return nil })
		return nil
	})
	mustUpdate(t, d, func(store.Tx) error { return nil })
}

func TestAFullDiskChangesNothingAndPasses(t *testing.T) {
	t.Parallel()
	d := open(t, patient)
	mustUpdate(t, d, func(tx store.Tx) error { return tx.AddProject("p") })
	must(t, d.LimitPages(t.Context(), 1))
	big := store.Export{Project: "p", ID: "1", ErrorMessage: strings.Repeat("x", 1<<20)}
	small := store.Export{Project: "p", ID: "2"}
	for _, swallow := range []bool{false, true} {
		_, err := d.Update(t.Context(), func(tx store.Tx) error {
			err := errors.Join(tx.PutExport(small), tx.PutExport(big))
			// SQLite may have rolled back, and would keep what follows.
			err = errors.Join(err, tx.PutExport(small), tx.AddProject("q"),
				tx.Enqueue(store.Job{Kind: store.RunExport, ID: "1"}))
			if swallow {
				return nil
			}
			return err
		})
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("error %v", err)
		}
		mustView(t, d, func(tx store.Tx) error {
			exports, err := tx.Exports("p", "")
			if len(exports) > 0 || !errors.Is(tx.Project("q"), store.ErrNotFound) {
				t.Errorf("%d exports", len(exports))
			}
			return err
		})
	}
	must(t, d.LimitPages(t.Context(), 1<<30))
	mustUpdate(t, d, func(tx store.Tx) error { return tx.PutExport(big) })
	stats, err := d.Stats(t.Context())
	must(t, err)
	if stats.Jobs != 0 {
		t.Errorf("%d jobs", stats.Jobs)
	}
}

func TestAContextThatEndsInsideAnUpdateRollsBack(t *testing.T) {
	t.Parallel()
	d := open(t, patient)
	for name, swallow := range map[string]bool{"with an error": false, "without": true} {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := d.Update(ctx, func(tx store.Tx) error {
			must(t, tx.AddProject("p"))
			cancel()
			if err := tx.AddProject("q"); !swallow {
				return err
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	mustView(t, d, func(tx store.Tx) error {
		for _, project := range []string{"p", "q"} {
			if err := tx.Project(project); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("project %s: error %v", project, err)
			}
		}
		return nil
	})
}

func TestAViewKeepsItsSnapshotWhileOthersWrite(t *testing.T) {
	t.Parallel()
	d := open(t, patient)
	mustView(t, d, func(tx store.Tx) error {
		for i := range 3 {
			_, err := tx.Exports("p", "")
			must(t, err)
			mustUpdate(t, d, func(tx store.Tx) error {
				return tx.PutExport(store.Export{Project: "p", ID: fmt.Sprint(i)})
			})
		}
		exports, err := tx.Exports("p", "")
		if len(exports) != 0 {
			t.Errorf("%d exports of later", len(exports))
		}
		return err
	})
}

func TestStatsDoNotWaitForWhoeverWrites(t *testing.T) {
	t.Parallel()
	d := open(t, patient)
	mustUpdate(t, d, func(tx store.Tx) error { return tx.Enqueue(store.Job{Kind: store.RunExport, Project: "p", ID: "1"}) })
	mustUpdate(t, d, func(tx store.Tx) error {
		must(t, tx.Enqueue(store.Job{Kind: store.RunExport, Project: "p", ID: "2"}))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		stats, err := d.Stats(ctx)
		if err != nil || stats.Jobs != 1 {
			t.Errorf("%d jobs, error %v", stats.Jobs, err)
		}
		return nil
	})
}

func TestAForeignHandleIsRefused(t *testing.T) {
	t.Parallel()
	d := open(t, patient)
	if _, err := d.Update(t.Context(), func(tx store.Tx) error { return tx.Finish(store.Job{}) }); err == nil {
		t.Error("no error")
	}
}
