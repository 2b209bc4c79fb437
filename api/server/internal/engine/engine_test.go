package engine_test

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestEngine_exportGoesThroughTheDocumentedStatuses(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		if _, err := e.CreateExport(t.Context(), "p", "", models.ExportCreate{}, false, true); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		wantSeen(t, w, "pending", "processing", "completed")
	})
}

func TestEngine_importGoesThroughTheDocumentedStatuses(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		row, err := e.CreateImport(t.Context(), "p", "", file(t, e, zipOf(t, content)), false)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, err := e.ConfirmImport(t.Context(), "p", row.ID, models.ImportUpdate{}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		wantSeen(t, w, "pending", "scanning", "confirmation", "confirmation_pending", "processing", "completed")
	})
}

func TestEngine_importWithoutConfirmationGoesThroughTheDocumentedStatuses(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		if _, err := e.CreateImport(t.Context(), "p", "", file(t, e, zipOf(t, content)), true); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		wantSeen(t, w, "pending", "scanning", "processing", "completed")
	})
}

func TestEngine_importThatCannotBeAppliedFailsAndChangesNothing(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		source := file(t, e, zipOf(t, content))
		row, err := e.CreateImport(t.Context(), "p", "", source, false)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, err := w.Update(t.Context(), func(tx store.Tx) error {
			// Somebody takes the name between the confirmation and the work.
			if err := tx.PutContent("p", content); err != nil {
				return err
			}
			row, err := tx.Import("p", row.ID)
			if err != nil {
				return err
			}
			row.Status = models.ImportStatusConfirmationPending
			return errors.Join(tx.PutImport(row), tx.Enqueue(store.Job{Kind: store.ApplyImport, Project: "p", ID: row.ID}))
		}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		wantSeen(t, w, "pending", "scanning", "confirmation", "confirmation_pending", "processing", "failed")
	})
}

func TestEngine_deletedImportLeavesNoArchive(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, _ *watched) {
		source := file(t, e, zipOf(t, content))
		row, err := e.CreateImport(t.Context(), "p", "", source, false)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.DeleteImport(t.Context(), "p", row.ID); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, err := e.Blobs.Open(t.Context(), source.File); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the archive is still there: %v", err)
		}
	})
}

func TestEngine_whatIsCreatedAtTheSameTimeHasDatesInTheOrderOfItsIDs(t *testing.T) {
	t.Parallel()
	s := store.NewMemory()
	e := engineOn(t, s)
	var last atomic.Int64 // as a deterministic server has it: the date is that of the last id
	e.NewID = func() (string, error) { return fmt.Sprintf("%04d", last.Add(1)), nil }
	e.Now = func() time.Time {
		runtime.Gosched()
		return time.Unix(last.Load(), 0)
	}
	var creating sync.WaitGroup
	for range 20 {
		creating.Go(func() {
			_, err := e.CreateExport(t.Context(), "p", "", models.ExportCreate{}, false, true)
			if err == nil {
				_, err = e.CreateImport(t.Context(), "p", "", engine.Source{Link: signed}, false)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	creating.Wait()
	if err := s.View(t.Context(), func(tx store.Tx) error {
		exports, err := tx.Exports("p", "")
		imports, importsErr := tx.Imports("p", "")
		dates := map[string]time.Time{}
		for _, row := range exports {
			dates[row.ID] = row.Created
		}
		for _, row := range imports {
			dates[row.ID] = row.Created
		}
		for i := range int64(40) {
			if id := fmt.Sprintf("%04d", i+1); !dates[id].Equal(time.Unix(i+1, 0)) {
				t.Errorf("%s is of %v", id, dates[id])
			}
		}
		return errors.Join(err, importsErr)
	}); err != nil {
		t.Fatal(err)
	}
}

func TestEngine_exportThatIsNotCompletedIsNoSource(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		id := "0198"
		if _, err := w.Update(t.Context(), func(tx store.Tx) error {
			return tx.PutExport(store.Export{Project: "p", ID: id, Status: models.ExportStatusPending})
		}); err != nil {
			t.Fatal(err)
		}
		_, err := e.CreateImport(t.Context(), "p", "", engine.Source{ExportID: id}, false)
		if _, ok := errors.AsType[*engine.InvalidError](err); !ok {
			t.Errorf("error %v", err)
		}
	})
}
