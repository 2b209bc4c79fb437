package apitest_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestJournal_theJournalHasWhatCame(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		zip := sampleZIP(t)
		s := apitest.New(t, opts...)
		ctx, c := t.Context(), s.Client("demo")
		exports, err := c.Project("demo").Exports.Create(ctx, api.Select(models.ExportCreate{Description: models.Value("mine")}).WithoutPackages())
		must(t, err)
		_, err = c.Project("demo").Imports.Create(ctx, file(zip), api.SkipConfirmation())
		must(t, err)
		_, err = c.Project("demo").Exports.WaitCompleted(ctx, exports.ID)
		must(t, err)
		_, err = c.Project("demo").Imports.Create(ctx, api.FromExport(exports.ID))
		must(t, err)
		requests := s.Requests()

		r := requests[0]
		equal(t, "operation", r.Operation, apitest.ExportsCreate)
		equal(t, "line", strings.Replace(r.String(), r.Time.UTC().Format("15:04:05.000"), "TIME", 1),
			fmt.Sprintf("#1 TIME POST /v2.1/projects/demo/exports -> 201 (in %d, out %d)", r.In, r.Out))
		equal(t, "query", r.Query.Encode(), "packages=false")
		equal(t, "body", string(r.Body), `{"description":"mine"}`)
		equal(t, "bytes", r.In, int64(len(r.Body)))

		r = requests[1]
		equal(t, "field", r.Form["skip_confirmation"], "true")
		equal(t, "file", r.FileName, "sample.zip")
		equal(t, "size", r.FileSize, int64(len(zip)))
		equal(t, "fields", len(r.Form), 1)
		equal(t, "body of a form", len(r.Body), 0)
		equal(t, "field", requests[3].Form["export_id"], exports.ID)

		for _, r := range requests {
			if text := fmt.Sprintf("%+v", r); strings.Contains(text, s.Token("demo")) || r.Status == 0 || r.Time.IsZero() {
				t.Errorf("the journal has %s", text)
			}
		}
	})
}

func TestJournal_theJournalHasWhatTheServerRefuses(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.WithFault(apitest.ExportsDelete, apitest.Every(), apitest.Answer(502, nil, "<html>")))
	c := s.Client("demo", once)
	_, err := c.Project("demo").Exports.Get(t.Context(), "not-an-id")
	equal(t, "refused", err != nil, true)
	equal(t, "refused", c.Project("demo").Exports.Delete(t.Context(), apitest.ID(1)) != nil, true)
	create(t, c)
	requests := s.Requests()
	equal(t, "error", requests[0].Error, "the path parameter export_id is not valid: string doesn't match the format \"uuid\" (it is not a UUID)")
	equal(t, "line", strings.HasSuffix(requests[0].String(), ") "+requests[0].Error), true)
	equal(t, "error", requests[1].Error, "<html>")
	equal(t, "error", requests[2].Error, "")
}

func TestJournal_requestsAreCountedByOperation(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	c := s.Client("demo")
	create(t, c)
	create(t, c)
	_, err := c.Project("demo").Imports.List(t.Context())
	must(t, err)
	equal(t, "creates", s.Count(apitest.ExportsCreate), 2)
	equal(t, "lists", s.Count(apitest.ImportsList), 1)
	equal(t, "gets", s.Count(apitest.ExportsGet), 0)
	equal(t, "all", s.Count(apitest.AnyOperation), 3)
	equal(t, "two kinds", len(s.Requests(apitest.ExportsCreate, apitest.ImportsList)), 3)
}

func TestJournal_aLargeBodyIsNotedInPart(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	c := s.Client("demo")
	_, err := c.Project("demo").Exports.Create(t.Context(), api.Select(models.ExportCreate{
		Deployments: map[string]models.DeploymentSelection{strings.Repeat("x", 100<<10): {}},
	}))
	if err == nil {
		t.Error("no error")
	}
	r := s.Requests()[0]
	equal(t, "noted", len(r.Body), 64<<10)
	if r.In < 100<<10 {
		t.Errorf("%d bytes came in", r.In)
	}
}

func TestJournal_theJournalIsReadWhileItIsWritten(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	c := s.Client("demo")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 5 {
				if _, err := c.Project("demo").Exports.Create(t.Context(), api.Selection{}); err != nil {
					t.Error(err)
				}
				s.Requests()
			}
		})
	}
	all.Wait()
	equal(t, "requests", s.Count(apitest.ExportsCreate), 40)
	list, err := c.Project("demo").Exports.List(t.Context())
	must(t, err)
	for i, e := range list {
		equal(t, "id", e.ID, apitest.ID(40-i))
	}
}

func TestJournal_requestsOutsideOfTheContractHaveNoOperation(t *testing.T) {
	t.Parallel()
	s := apitest.New(t)
	for _, path := range []string{"/status", "/projects", "/projects/demo/exports/a/b", "//projects/demo/exports", "/projects/demo/others"} {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.URL+path, nil)
		must(t, err)
		resp, err := s.HTTPClient.Do(req)
		must(t, err)
		must(t, resp.Body.Close())
	}
	for _, r := range s.Requests() {
		if r.Operation != "" || r.Status == 0 {
			t.Errorf("the journal has %v", r)
		}
	}
}

func TestJournal_datesAndIDsAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.WithProject("demo"), apitest.WithProject("p"))
	c := s.Client("demo")
	create(t, c)
	create(t, c)
	list, err := c.Project("demo").Exports.List(t.Context())
	must(t, err)
	equal(t, "newest", list[0].ID, "00000000-0000-7000-8000-000000000002")
	equal(t, "newest", list[0].CreationDate.UTC().String(), "2024-01-01 00:00:02 +0000 UTC")
	equal(t, "oldest", list[1].ID, apitest.ID(1))
	equal(t, "archives", string(emptyZIP(t)), string(emptyZIP(t)))
}
