package contract

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

const (
	project = "my-project"
	id      = "903ccd12-81d1-46e1-9ac9-b9d70af118de"
)

// call is one operation as a user of the client calls it.
type call struct {
	operation string
	method    string
	path      string // below the base URL, with the query
	request   string // the documented example, by part; empty if there is none
	form      map[string]string
	answer    func(t *testing.T) []byte
	do        func(ctx context.Context, t *testing.T, c *api.Client) (any, error)
}

func documentedAnswer(operation string) func(*testing.T) []byte {
	return func(t *testing.T) []byte { t.Helper(); return fixture(t, operation, "response") }
}

// The page has no example of these two; what the contract shows in its place
// is ours.
func shownAnswer(example string) func(*testing.T) []byte {
	return func(t *testing.T) []byte {
		t.Helper()
		data, err := json.Marshal(contract(t).Components.Examples[example].Value.Value)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
}

func archiveAnswer(*testing.T) []byte { return []byte("PK archive") }

func body(ctx context.Context, download *api.Download, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(download.Body)
	if closeErr := download.Body.Close(); err == nil {
		err = closeErr
	}
	return data, firstOf(err, ctx.Err())
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

var calls = []call{
	{operation: "exports_create", method: "POST", path: "/exports", request: "request", answer: documentedAnswer("exports_create"),
		do: func(ctx context.Context, t *testing.T, c *api.Client) (any, error) {
			return c.Project(project).Exports.Create(ctx, api.Select(decoded[models.ExportCreate](t, fixture(t, "exports_create", "request"))))
		}},
	{operation: "exports_create", method: "POST", path: "/exports?all=true&packages=false", answer: documentedAnswer("exports_create"),
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			return c.Project(project).Exports.Create(ctx, api.Everything().WithoutPackages())
		}},
	{operation: "exports_delete", method: "DELETE", path: "/exports/" + id,
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			return nil, c.Project(project).Exports.Delete(ctx, id)
		}},
	{operation: "exports_download", method: "GET", path: "/exports/" + id + "/download", answer: archiveAnswer,
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			download, err := c.Project(project).Exports.Download(ctx, id)
			return body(ctx, download, err)
		}},
	{operation: "exports_get", method: "GET", path: "/exports/" + id, answer: shownAnswer("ExportDetail"),
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			return c.Project(project).Exports.Get(ctx, id)
		}},
	{operation: "exports_list", method: "GET", path: "/exports", answer: documentedAnswer("exports_list"),
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			return c.Project(project).Exports.List(ctx)
		}},
	{operation: "exports_list", method: "GET", path: "/exports?status=completed", answer: documentedAnswer("exports_list"),
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			return c.Project(project).Exports.List(ctx, api.ExportsIn(models.ExportStatusCompleted))
		}},
	{operation: "imports_create", method: "POST", path: "/imports", answer: documentedAnswer("imports_create"),
		form: map[string]string{"file": "PK archive"},
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			return c.Project(project).Imports.Create(ctx, api.FromReader(strings.NewReader("PK archive"), 10, "import.zip"))
		}},
	{operation: "imports_create", method: "POST", path: "/imports", answer: documentedAnswer("imports_create"),
		form: map[string]string{"import_link": "https://example.com/export.zip", "skip_confirmation": "true"},
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			return c.Project(project).Imports.Create(ctx, api.FromLink("https://example.com/export.zip"), api.SkipConfirmation())
		}},
	{operation: "imports_create", method: "POST", path: "/imports", answer: documentedAnswer("imports_create"),
		form: map[string]string{"export_id": id},
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			return c.Project(project).Imports.Create(ctx, api.FromExport(id))
		}},
	{operation: "imports_delete", method: "DELETE", path: "/imports/" + id,
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			return nil, c.Project(project).Imports.Delete(ctx, id)
		}},
	{operation: "imports_download", method: "GET", path: "/imports/" + id + "/download", answer: archiveAnswer,
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			download, err := c.Project(project).Imports.Download(ctx, id)
			return body(ctx, download, err)
		}},
	{operation: "imports_get", method: "GET", path: "/imports/" + id, answer: shownAnswer("ImportDetail"),
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			return c.Project(project).Imports.Get(ctx, id)
		}},
	{operation: "imports_list", method: "GET", path: "/imports", answer: documentedAnswer("imports_list"),
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			return c.Project(project).Imports.List(ctx)
		}},
	{operation: "imports_list", method: "GET", path: "/imports?status=confirmation_pending", answer: documentedAnswer("imports_list"),
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			return c.Project(project).Imports.List(ctx, api.ImportsIn(models.ImportStatusConfirmationPending))
		}},
	{operation: "imports_update", method: "PATCH", path: "/imports/" + id, request: "request", answer: documentedAnswer("imports_update"),
		do: func(ctx context.Context, t *testing.T, c *api.Client) (any, error) {
			return c.Project(project).Imports.Confirm(ctx, id, decoded[models.ImportUpdate](t, fixture(t, "imports_update", "request")))
		}},
	{operation: "imports_update", method: "PATCH", path: "/imports/" + id, answer: documentedAnswer("imports_update"),
		do: func(ctx context.Context, _ *testing.T, c *api.Client) (any, error) {
			return c.Project(project).Imports.Confirm(ctx, id, models.ImportUpdate{})
		}},
}

// What leaves the client fits the contract and is the documented example; the
// documented response comes back with all of its values.
func TestTheClientSpeaksTheContract(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, call := range calls {
		seen[call.operation] = true
		t.Run(call.operation+" "+call.path, func(t *testing.T) {
			t.Parallel()
			call.run(t)
		})
	}
	for operation := range operations(contract(t)) {
		if !seen[operation] {
			t.Errorf("%s: the client has no method for it; add one in %s and a call in tests/contract/client_test.go", operation, clientFile(operation))
		}
	}
}

func (c call) run(t *testing.T) {
	t.Helper()
	const base = "/base/v2.1"
	var (
		answer  []byte
		x       *exchanges
		request *http.Request
		sent    []byte
	)
	if c.answer != nil {
		answer = c.answer(t)
	}
	web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request = r.Clone(context.WithoutCancel(r.Context()))
		sent, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(sent))
		x.hold(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			switch {
			case answer == nil:
				w.WriteHeader(http.StatusNoContent)
			case strings.HasSuffix(c.operation, "_download"):
				w.Header().Set("Content-Type", "application/zip")
				_, _ = w.Write(answer)
			default:
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write(answer)
			}
		})).ServeHTTP(w, r)
	}))
	web.Start()
	t.Cleanup(web.Close)
	x = newExchanges(t, web.URL+base)
	client, err := api.NewClient(api.WithHost(web.URL+base), api.WithToken("Token abc"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.do(t.Context(), t, client)
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range x.wrong {
		t.Error(wrong)
	}
	if request.Method != c.method || request.URL.RequestURI() != base+"/projects/"+project+c.path {
		t.Errorf("%s %s", request.Method, request.URL.RequestURI())
	}
	if auth := request.Header.Get("Authorization"); auth != "Token abc" {
		t.Errorf("Authorization: %s", auth)
	}
	switch {
	case c.form != nil:
		wantForm(t, request, sent, c.form)
	case c.request != "":
		wantSame(t, fixture(t, c.operation, c.request), sent)
	case c.method == "POST" || c.method == "PATCH":
		wantSame(t, []byte(`{}`), sent)
	case len(sent) > 0:
		t.Errorf("a body of %d bytes", len(sent))
	}
	if bytes, ok := got.([]byte); ok {
		if string(bytes) != string(answer) {
			t.Errorf("got %q, want %q", bytes, answer)
		}
	} else if answer != nil {
		back, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		wantSame(t, answer, back)
	}
}
