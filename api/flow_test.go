package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// flow is a server with one job, whose reads answer one status after the other,
// the last one for ever. It notes what it was asked to do.
type flow struct {
	statuses []string
	create   http.HandlerFunc // nil for a success
	did      []string
	reads    int
	archive  string // of a download
}

func (f *flow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodGet {
		what := r.Method
		if r.Method == http.MethodPatch {
			what += " " + string(body)
		}
		f.did = append(f.did, what)
	}
	status := f.statuses[min(f.reads, len(f.statuses)-1)]
	switch {
	case r.Method == http.MethodPost && f.create != nil:
		f.create(w, r)
		return
	case strings.HasSuffix(r.URL.Path, "/download"):
		reply(200, "application/zip", f.archive)(w, r)
		return
	case strings.HasSuffix(r.URL.Path, "ports") && r.Method == http.MethodGet:
		list := "[]"
		if len(f.did) > 0 {
			list = `[{"id": "x", "status": "pending"}]`
		}
		reply(200, "application/json", list)(w, r)
		return
	case r.Method == http.MethodGet:
		f.reads++
	}
	reply(200, "application/json", fmt.Sprintf(`{"id": "x", "status": %q, "size": 2, "error_message": "no s3cr3t here",
		"deployments": {"d": {}, "e": {}}, "environment_variables": {"KEY": {"value": null, "secret": true}}}`, status))(w, r)
}

func TestImportsRunGoesFromTheArchiveToTheEnd(t *testing.T) {
	t.Parallel()
	refusal := errors.New("not today")
	refuse := func(context.Context, *models.ImportDetail) (models.ImportUpdate, error) {
		return models.ImportUpdate{}, refusal
	}
	fill := Accept(Select(func(_, name string) bool { return name != "e" }), FillMissing(value))
	const patch = `PATCH {"deployments":{"d":{}},"environment_variables":{"KEY":{"secret":true,"value":"s3cr3t"}}}`
	for name, tc := range map[string]struct {
		flow
		confirm ConfirmFunc
		opts    []ImportRunOption
		did     []string
		step    string // of a *RunError
		want    string // in the error
	}{
		"whole":            {flow{statuses: []string{"scanning", "confirmation", "confirmation", "processing", "completed"}}, fill, nil, []string{"POST", patch}, "", ""},
		"refused":          {flow{statuses: []string{"confirmation"}}, refuse, nil, []string{"POST"}, "refuse", "import x remains after the step refuse: not today"},
		"refused, deleted": {flow{statuses: []string{"confirmation"}}, refuse, []ImportRunOption{DeleteRefused()}, []string{"POST", "DELETE"}, "", "import x was refused and deleted: not today"},
		"not scanned":      {flow{statuses: []string{"failed"}}, fill, nil, []string{"POST"}, "wait", "import x failed"},
		"not applied":      {flow{statuses: []string{"confirmation", "failed"}}, fill, nil, []string{"POST", patch}, "wait", "import x failed: no [secret] here"},
		"skipping":         {flow{statuses: []string{"scanning", "completed"}}, nil, []ImportRunOption{SkipConfirmation(true)}, []string{"POST"}, "", ""},
		"skip not known":   {flow{statuses: []string{"confirmation"}}, nil, []ImportRunOption{SkipConfirmation(true)}, []string{"POST"}, "wait", "needs a confirmation"},
		"no confirm":       {flow{statuses: []string{"completed"}}, nil, nil, nil, "", "nothing that confirms"},
		"not created":      {flow{statuses: []string{"completed"}, create: says(400)}, fill, nil, []string{"POST"}, "", "400"},
		"create lost":      {flow{statuses: []string{"confirmation", "processing", "completed"}, create: reset}, fill, nil, []string{"POST", patch}, "", ""},
		"status callback":  {flow{statuses: []string{"confirmation", "completed"}}, fill, []ImportRunOption{OnStatus(func(string) {})}, []string{"POST", patch}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watched(t, tc.ServeHTTP, func(t *testing.T, c *Client) {
				c, err := c.With(WithCreateLookup(true))
				if err != nil {
					t.Fatal(err)
				}
				done, err := c.Imports.Run(t.Context(), "p", FromReader(strings.NewReader("PK"), 2, ""), tc.confirm, tc.opts...)
				if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) || err == nil && done.Status != "completed" {
					t.Errorf("got %+v, %v", done, err)
				}
				left, ok := errors.AsType[*RunError](err)
				if ok != (tc.step != "") || ok && (left.Step != tc.step || left.ID != "x" || left.Job != "import") {
					t.Errorf("error is %#v", left)
				}
				if !slices.Equal(tc.did, tc.flow.did) {
					t.Errorf("did %q, want %q", tc.flow.did, tc.did)
				}
			})
		})
	}
}

func TestExportsRunBringsTheArchiveToItsTarget(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		flow
		noTarget   bool
		step, want string
	}{
		"whole":       {flow: flow{statuses: []string{"pending", "completed"}, archive: "PK"}},
		"failed":      {flow: flow{statuses: []string{"failed"}}, step: "wait", want: "export x failed"},
		"too short":   {flow: flow{statuses: []string{"completed"}, archive: "P"}, step: "download", want: "after 1 bytes of 2: unexpected EOF"},
		"create lost": {flow: flow{statuses: []string{"completed"}, archive: "PK", create: reset}},
		"not created": {flow: flow{statuses: []string{"completed"}, create: says(403)}, want: "403"},
		"no target":   {flow: flow{statuses: []string{"completed"}}, noTarget: true, want: "no target"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watched(t, tc.ServeHTTP, func(t *testing.T, c *Client) {
				c, err := c.With(WithCreateLookup(true))
				if err != nil {
					t.Fatal(err)
				}
				var got bytes.Buffer
				target := ToWriter(&got)
				if tc.noTarget {
					target = nil
				}
				done, err := c.Exports.Run(t.Context(), "p", models.ExportCreate{}, target, All(true), OnStatus(func(string) {}))
				if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) || err == nil && (done.Status != "completed" || got.String() != "PK") {
					t.Errorf("got %+v, %q, %v", done, got.String(), err)
				}
				left, ok := errors.AsType[*RunError](err)
				if ok != (tc.step != "") || ok && (left.Step != tc.step || left.ID != "x" || left.Job != "export") {
					t.Errorf("error is %#v", left)
				}
			})
		})
	}
}

func TestAnImportThatDidNotWaitForItsArchiveIsNamed(t *testing.T) {
	t.Parallel()
	h := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, r.Body, 1000)
		reply(201, "application/json", `{"id": "x", "status": "pending"}`)(w, r)
	}
	watched(t, h, func(t *testing.T, c *Client) {
		_, err := c.Imports.Run(t.Context(), "p", FromReader(&source{left: 4 * mib, size: 4 * mib}, 4*mib, ""), Accept())
		if left, ok := errors.AsType[*RunError](err); !ok || left.ID != "x" || left.Step != "create" {
			t.Errorf("error is %v", err)
		}
	})
}
