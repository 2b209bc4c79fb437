package engine_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ubiops-contrib/transfer/api/server/internal/blob"
	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// failing blobs fail to write or panic when they are opened, and count.
type failing struct {
	blob.Blobs
	write   error
	panics  bool
	deleted []string
}

func (f *failing) Write(ctx context.Context, write func(io.Writer) error) (blob.Info, error) {
	if f.write != nil {
		return blob.Info{}, f.write
	}
	return f.Blobs.Write(ctx, write)
}

func (f *failing) Open(ctx context.Context, key string) (blob.Blob, error) {
	if f.panics {
		panic("a bug")
	}
	return f.Blobs.Open(ctx, key)
}

func (f *failing) Delete(ctx context.Context, key string) error {
	f.deleted = append(f.deleted, key)
	return f.Blobs.Delete(ctx, key)
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

func TestExportThatCannotBeWrittenFails(t *testing.T) {
	t.Parallel()
	work(t, func(e *engine.Engine, w *watched) {
		e.Blobs = &failing{Blobs: e.Blobs, write: errors.New("the disk is full")}
		export, err := e.CreateExport(t.Context(), "p", "", models.ExportCreate{}, false, true)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		wantSeen(t, w, "pending", "processing", "failed")
		if got := errorMessage(t, w, export.ID); got != "the disk is full" {
			t.Errorf("error_message %q", got)
		}
	})
}

func TestJobThatPanicsFailsAndTheNextOneRuns(t *testing.T) {
	t.Parallel()
	work(t, func(e *engine.Engine, w *watched) {
		blobs := &failing{Blobs: e.Blobs}
		source := file(t, e, zipOf(t, content))
		e.Blobs, blobs.panics = blobs, true
		row, err := e.CreateImport(t.Context(), "p", "", source, false)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		wantSeen(t, w, "pending", "scanning", "failed")
		if got := errorMessage(t, w, row.ID); got != "internal error" {
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

type answer string

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(string(a))), Request: r}, nil
}

func TestArchiveFromALinkThatIsNoneIsNotKept(t *testing.T) {
	t.Parallel()
	work(t, func(e *engine.Engine, w *watched) {
		blobs := &failing{Blobs: e.Blobs}
		e.Blobs, e.Links = blobs, &http.Client{Transport: answer("no ZIP")}
		if _, err := e.CreateImport(t.Context(), "p", "", engine.Source{Link: "https://archives.example/a.zip"}, false); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		wantSeen(t, w, "pending", "scanning", "failed")
		if len(blobs.deleted) != 1 {
			t.Errorf("deleted blobs %q", blobs.deleted)
		}
	})
}

func TestRedirectsOfLinksAreChecked(t *testing.T) {
	t.Parallel()
	check := engine.NewLinkClient().CheckRedirect
	for _, test := range []struct {
		url  string
		via  int
		want string // empty where it is followed
	}{
		{"https://archives.example/b.zip", 4, ""},
		{"https://archives.example/b.zip", 5, "more than 5 redirects"},
		{"http://169.254.169.254/latest/meta-data", 1, "not public"},
		{"http://[::1]:8080/", 1, "not public"},
		{"ftp://archives.example/b.zip", 1, "scheme"},
		{"https://me:pw@archives.example/b.zip", 1, "credentials"},
	} {
		r := httptest.NewRequest(http.MethodGet, test.url, nil)
		err := check(r, make([]*http.Request, test.via))
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.url, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: error %v; want %q", test.url, err, test.want)
		}
	}
}
