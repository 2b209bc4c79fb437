package chaos

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
)

// busyTwice answers the first two uploads with 429 and 503.
func busyTwice(t *testing.T) *apitest.Server {
	t.Helper()
	return apitest.New(t,
		apitest.WithFault(apitest.ImportsCreate, apitest.Between(1, 1),
			apitest.Answer(http.StatusTooManyRequests, http.Header{"X-Ratelimit-Reset": {"2"}}, `{"error": "too many"}`)),
		apitest.WithFault(apitest.ImportsCreate, apitest.Between(2, 2),
			apitest.Answer(http.StatusServiceUnavailable, http.Header{"Retry-After": {"1"}}, "")))
}

func TestAnUploadThatCanBeRewoundIsSentAgain(t *testing.T) {
	t.Parallel()
	zip, err := sample.Archive()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "archive.zip")
	if err := os.WriteFile(path, zip, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, source := range map[string]func() api.ImportSource{
		"file":   func() api.ImportSource { return api.FromFile(path) },
		"memory": func() api.ImportSource { return api.FromReader(bytes.NewReader(zip), int64(len(zip)), "") },
		"part of a file": func() api.ImportSource {
			return api.FromReader(io.NewSectionReader(bytes.NewReader(zip), 0, int64(len(zip))), int64(len(zip)), "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := busyTwice(t)
				var done int64
				progress := api.OnProgress(func(n, _ int64) { done = n })
				created, err := s.Project("demo").Imports.Create(t.Context(), source(), progress)
				if err != nil {
					t.Fatal(err)
				}
				waiting, err := s.Project("demo").Imports.WaitScanned(t.Context(), created.ID)
				if err != nil || waiting.Size.Or(0) != int64(len(zip)) {
					t.Errorf("%+v, %v", waiting, err)
				}
				if n := s.Count(apitest.ImportsCreate); n != 3 || done != int64(len(zip)) {
					t.Errorf("%d uploads; %d bytes done in the end", n, done)
				}
				if rows, err := s.Project("demo").Imports.List(t.Context()); err != nil || len(rows) != 1 {
					t.Errorf("%d imports: %v", len(rows), err)
				}
			})
		})
	}
}

func TestAnUploadThatCannotBeRewoundIsNotSentAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := busyTwice(t)
		once := struct{ io.Reader }{bytes.NewReader(make([]byte, 1<<20))}
		_, err := s.Project("demo").Imports.Create(t.Context(), api.FromReader(once, 1<<20, ""))
		if !errors.Is(err, api.ErrRateLimited) || s.Count(apitest.ImportsCreate) != 1 {
			t.Errorf("%d uploads: %v", s.Count(apitest.ImportsCreate), err)
		}
	})
}
