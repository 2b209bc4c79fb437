package engine_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// failing blobs fail to write or panic when they are opened, and count.
type failing struct {
	store.Blobs
	mu      sync.Mutex
	write   error
	writes  int
	panics  bool
	deleted []string
}

func (f *failing) Write(ctx context.Context, write func(io.Writer) error) (store.Blob, error) {
	f.mu.Lock()
	f.writes++
	err := f.write
	f.mu.Unlock()
	if err != nil {
		return store.Blob{}, err
	}
	return f.Blobs.Write(ctx, write)
}

func (f *failing) setWrite(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.write = err
}

func (f *failing) Open(ctx context.Context, b store.Blob) (store.Reader, error) {
	if f.panics {
		panic("a bug")
	}
	return f.Blobs.Open(ctx, b)
}

func (f *failing) Delete(ctx context.Context, keys ...string) error {
	f.deleted = append(f.deleted, keys...)
	return f.Blobs.Delete(ctx, keys...)
}

func errorMessage(t *testing.T, s store.Store, id string) (message string) {
	t.Helper()
	if err := s.View(t.Context(), func(tx store.Tx) error {
		if e, err := tx.Export("p", id); err == nil {
			message = e.ErrorMessage
			return nil
		}
		i, err := tx.Import("p", id)
		message = i.ErrorMessage
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return message
}

func TestExportThatCannotBeWrittenFailsAfterSomeAttempts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err      error
		want     string
		attempts int
	}{
		{fmt.Errorf("write /data/a: %w", syscall.ENOSPC), "The server has no space left", 8},
		{errors.New("token 1234 in /data"), "An internal error of the server; see its log", 3},
	} {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()
			work(t, func(t *testing.T, e *engine.Engine, w *watched) {
				blobs := &failing{Blobs: e.Blobs, write: test.err}
				e.Blobs = blobs
				export, err := e.CreateExport(t.Context(), "p", "", models.ExportCreate{}, false, true)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				wantSeen(t, w, "pending", "processing", "failed")
				if got := errorMessage(t, w, export.ID); got != test.want || blobs.writes != test.attempts {
					t.Errorf("error_message %q after %d attempts", got, blobs.writes)
				}
			})
		})
	}
}

// However long that takes, the client does not have to start again.
func TestExportWaitsForTheEndOfAnOutage(t *testing.T) {
	t.Parallel()
	for _, outage := range []error{store.ErrBusy, store.ErrUnavailable} {
		t.Run(outage.Error(), func(t *testing.T) {
			t.Parallel()
			work(t, func(t *testing.T, e *engine.Engine, w *watched) {
				blobs := &failing{Blobs: e.Blobs, write: fmt.Errorf("write: %w", outage)}
				e.Blobs = blobs
				if _, err := e.CreateExport(t.Context(), "p", "", models.ExportCreate{}, false, true); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				synctest.Wait()
				wantSeen(t, w, "pending", "processing")
				blobs.setWrite(nil)
				time.Sleep(time.Minute)
				synctest.Wait()
				wantSeen(t, w, "pending", "processing", "completed")
			})
		})
	}
}

func TestExportGoesOnWhenThereIsSpaceAgain(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		blobs := &failing{Blobs: e.Blobs, write: syscall.ENOSPC}
		e.Blobs = blobs
		if _, err := e.CreateExport(t.Context(), "p", "", models.ExportCreate{}, false, true); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		blobs.setWrite(nil)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		wantSeen(t, w, "pending", "processing", "completed")
	})
}

func TestJobThatPanicsFailsAndTheNextOneRuns(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		blobs := &failing{Blobs: e.Blobs}
		source := file(t, e, zipOf(t, content))
		e.Blobs, blobs.panics = blobs, true
		row, err := e.CreateImport(t.Context(), "p", "", source, false)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		wantSeen(t, w, "pending", "scanning", "failed")
		if got := errorMessage(t, w, row.ID); !strings.HasPrefix(got, "An internal error") {
			t.Errorf("error_message %q shows what is inside", got)
		}
		w.seen = nil
		if err := e.DeleteImport(t.Context(), "p", row.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := e.CreateExport(t.Context(), "p", "", models.ExportCreate{}, false, true); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		wantSeen(t, w, "pending", "processing", "completed")
	})
}

func TestErrorMessageHasTheFirstReasonsAndTheNumberOfTheRest(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		var buf bytes.Buffer
		z := zip.NewWriter(&buf)
		for i := range 40 {
			if _, err := z.Create(fmt.Sprintf("../%s%d", strings.Repeat("é", 40), i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		row, err := e.CreateImport(t.Context(), "p", "", file(t, e, buf.Bytes()), false)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		got := errorMessage(t, w, row.ID)
		shown := strings.Count(got, "../")
		if n := utf8.RuneCountInString(got); n > 1024 || n < 900 || shown < 2 || !strings.HasSuffix(got, fmt.Sprintf("; and %d more", 40-shown)) {
			t.Errorf("%d characters: %s", n, got)
		}
	})
}

func TestBytesOfATransactionThatWasMadeInSpiteOfItsErrorStay(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		w.unsure.Store(true)
		export, err := e.CreateExport(t.Context(), "p", "", models.ExportCreate{}, false, true)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if err := w.View(t.Context(), func(tx store.Tx) (err error) {
			export, err = tx.Export("p", export.ID)
			return err
		}); err != nil || export.Status != models.ExportStatusCompleted {
			t.Fatalf("%+v, %v", export, err)
		}
		b, err := e.OpenArchive(t.Context(), export.Blob)
		if err != nil {
			t.Fatalf("the archive has gone: %v", err)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
}
