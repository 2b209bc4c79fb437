package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// An outage, however long, does not use up the patience with other errors.
func TestPatience_anOutageUsesNoPatienceUp(t *testing.T) {
	t.Parallel()
	for _, after := range []error{syscall.ENOSPC, errors.New("input/output error")} {
		t.Run(after.Error(), func(t *testing.T) {
			t.Parallel()
			work(t, func(t *testing.T, e *engine.Engine, w *watched) {
				blobs := &failing{Blobs: e.Blobs, write: fmt.Errorf("write: %w", store.ErrUnavailable)}
				e.Blobs = blobs
				if _, err := e.CreateExport(t.Context(), "p", "", models.ExportCreate{}, false, true); err != nil {
					t.Fatal(err)
				}
				time.Sleep(5 * time.Minute)
				synctest.Wait()
				blobs.setWrite(after)
				time.Sleep(45 * time.Second) // for one or two attempts
				synctest.Wait()
				blobs.setWrite(nil)
				time.Sleep(time.Minute)
				synctest.Wait()
				wantSeen(t, w, "pending", "processing", "completed")
			})
		})
	}
}

// It may have been begun by processes that were killed.
func TestPatience_howOftenAJobWasBegunIsNoReasonToGiveItUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		e := engineOn(t, s)
		blobs := &failing{Blobs: e.Blobs, write: errors.New("input/output error")}
		e.Blobs = blobs
		e.Store = begun{s, 1000}
		var ends []engine.End
		ctx, stop := context.WithCancel(t.Context())
		e.OnJob = func(_ store.JobKind, end engine.End, _ time.Duration) { ends = append(ends, end) }
		var working sync.WaitGroup
		working.Go(func() {
			if err := e.Work(ctx, 1); err != nil {
				t.Error(err)
			}
		})
		if _, err := e.CreateExport(t.Context(), "p", "", models.ExportCreate{}, false, true); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		stop()
		working.Wait()
		if want := []engine.End{engine.Retried, engine.Retried, engine.Failed}; !slices.Equal(ends, want) {
			t.Errorf("ends %q; want %q", ends, want)
		}
	})
}

func TestPatience_aJobThatADeleteEndsIsDroppedAndOneThatAStopEndsInterrupted(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, _ *watched) {
		ends := make(chan engine.End, 2)
		e.OnJob = func(_ store.JobKind, end engine.End, _ time.Duration) { ends <- end }
		e.OnStep = func(ctx context.Context, _ engine.Job, _ func() error) error {
			<-ctx.Done()
			return ctx.Err()
		}
		export, err := e.CreateExport(t.Context(), "p", "", models.ExportCreate{}, false, true)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := e.DeleteExport(t.Context(), "p", export.ID); err != nil {
			t.Fatal(err)
		}
		if end := <-ends; end != engine.Dropped {
			t.Errorf("a deleted one is %s", end)
		}
		if _, err := e.CreateImport(t.Context(), "p", "", file(t, e, zipOf(t, content)), false); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		t.Cleanup(func() { // when the work has been stopped
			if end := <-ends; end != engine.Interrupted {
				t.Errorf("one that was stopped is %s", end)
			}
		})
	})
}
