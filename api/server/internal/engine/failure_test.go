package engine_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestFailure_exportThatCannotBeWrittenFailsAfterSomeAttempts(t *testing.T) {
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
func TestFailure_exportWaitsForTheEndOfAnOutage(t *testing.T) {
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

func TestFailure_exportGoesOnWhenThereIsSpaceAgain(t *testing.T) {
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

func TestFailure_jobThatPanicsFailsAndTheNextOneRuns(t *testing.T) {
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

func TestFailure_errorMessageHasTheFirstReasonsAndTheNumberOfTheRest(t *testing.T) {
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

func TestFailure_bytesOfATransactionThatWasMadeInSpiteOfItsErrorStay(t *testing.T) {
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
