package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/ubiops-contrib/transfer/api/archive"

	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// watched records every status that the rows of project p go through.
type watched struct {
	store.Store
	seen []string
	// unsure reports that a transaction which completes something has failed,
	// but makes it.
	unsure atomic.Bool
}

func (w *watched) Update(ctx context.Context, f func(store.Tx) error) ([]string, error) {
	completed := false
	unused, err := w.Store.Update(ctx, func(tx store.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		exports, err := tx.Exports("p", "")
		for _, e := range exports {
			w.saw(string(e.Status))
		}
		imports, importsErr := tx.Imports("p", "")
		for _, i := range imports {
			w.saw(string(i.Status))
		}
		completed = slices.Contains(w.seen, "completed")
		return errors.Join(err, importsErr)
	})
	if err == nil && completed && w.unsure.Load() {
		return nil, errors.New("the connection broke after COMMIT")
	}
	return unused, err
}

func (w *watched) saw(status string) {
	if n := len(w.seen); n == 0 || w.seen[n-1] != status {
		w.seen = append(w.seen, status)
	}
}

func engineOn(t *testing.T, s store.Store) *engine.Engine {
	t.Helper()
	if _, err := s.Update(t.Context(), func(tx store.Tx) error { return tx.AddProject("p") }); err != nil {
		t.Fatal(err)
	}
	return &engine.Engine{
		Store: s, Blobs: store.NewMemory().Blobs(), Links: engine.NewLinks(nil, nil, 0), MaxArchive: 1 << 20,
		NewID: func() (string, error) { id, err := uuid.NewV7(); return id.String(), err },
		Now:   time.Now, Log: slog.New(slog.DiscardHandler),
	}
}

// work runs f with an engine whose jobs run whenever f waits.
func work(t *testing.T, f func(*testing.T, *engine.Engine, *watched)) {
	t.Helper()
	workers(t, 1, f)
}

func workers(t *testing.T, n int, f func(*testing.T, *engine.Engine, *watched)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &watched{Store: store.NewMemory()}
		e := engineOn(t, w)
		ctx, stop := context.WithCancel(t.Context())
		go func() {
			if err := e.Work(ctx, n); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait() // f may change the fields of e
		f(t, e, w)
		stop()
		synctest.Wait()
	})
}

func file(t *testing.T, e *engine.Engine, data []byte) engine.Source {
	t.Helper()
	info, err := e.Blobs.Write(t.Context(), func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return engine.Source{File: info}
}

func zipOf(t *testing.T, c archive.Content) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := archive.Write(&buf, c, nil); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

var content = archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{"A": {Value: models.Value("1")}}}

func wantSeen(t *testing.T, w *watched, want ...string) {
	t.Helper()
	if !slices.Equal(w.seen, want) {
		t.Errorf("statuses %q; want %q", w.seen, want)
	}
}

func TestExportGoesThroughTheDocumentedStatuses(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		if _, err := e.CreateExport(t.Context(), "p", "", models.ExportCreate{}, false, true); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		wantSeen(t, w, "pending", "processing", "completed")
	})
}

func TestImportGoesThroughTheDocumentedStatuses(t *testing.T) {
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

func TestImportWithoutConfirmationGoesThroughTheDocumentedStatuses(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		if _, err := e.CreateImport(t.Context(), "p", "", file(t, e, zipOf(t, content)), true); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		wantSeen(t, w, "pending", "scanning", "processing", "completed")
	})
}

func TestImportThatCannotBeAppliedFailsAndChangesNothing(t *testing.T) {
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

func TestDeletedImportLeavesNoArchive(t *testing.T) {
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

func TestWhatIsCreatedAtTheSameTimeHasDatesInTheOrderOfItsIDs(t *testing.T) {
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

func TestExportThatIsNotCompletedIsNoSource(t *testing.T) {
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
