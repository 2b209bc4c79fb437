package api

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// flow is a server with one job, whose reads answer one status after the other,
// the last one again and again. It notes what it was asked to do.
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
	case r.Method == http.MethodGet:
		f.reads++
	}
	reply(200, "application/json", fmt.Sprintf(`{"id": "x", "status": %q, "size": 22, "error_message": "no s3cr3t here",
		"deployments": {"d": {}, "e": {}}, "environment_variables": {"KEY": {"value": null, "secret": true}}}`, status))(w, r)
}

func TestRun_importsRunGoesFromTheArchiveToTheEnd(t *testing.T) {
	t.Parallel()
	refusal := errors.New("not today")
	refuse := func(*models.ImportDetail) (models.ImportUpdate, error) {
		return models.ImportUpdate{}, refusal
	}
	fill := Accept(Keep(func(_, name string) bool { return name != "e" }), FillFrom(value))
	const patch = `PATCH {"deployments":{"d":{}},"environment_variables":{"KEY":{"secret":true,"value":"s3cr3t"}}}`
	for name, tc := range map[string]struct {
		flow
		confirm Confirmation
		opts    []RunImportOption
		did     []string
		step    string // of a *JobError
		want    string // in the error
	}{
		"whole":            {flow{statuses: []string{"scanning", "confirmation", "confirmation", "processing", "completed"}}, fill, nil, []string{"POST", patch}, "", ""},
		"refused":          {flow{statuses: []string{"confirmation"}}, refuse, nil, []string{"POST"}, "refuse", "import x: refuse: not today"},
		"refused, deleted": {flow{statuses: []string{"confirmation"}}, refuse, []RunImportOption{DeleteRefused()}, []string{"POST", "DELETE"}, "", "import x was refused and deleted: not today"},
		"not scanned":      {flow{statuses: []string{"failed"}}, fill, nil, []string{"POST"}, "wait", "import x: wait: last in status failed: the job failed: no s3cr3t here"},
		"not applied":      {flow{statuses: []string{"confirmation", "failed"}}, fill, nil, []string{"POST", patch}, "wait", "the job failed: no [secret] here"},
		"no confirm":       {flow{statuses: []string{"completed"}}, nil, nil, nil, "", "the confirmation is nil"},
		"not created":      {flow{statuses: []string{"completed"}, create: says(400)}, fill, nil, []string{"POST"}, "", "400"},
		"create lost":      {flow{statuses: []string{"confirmation"}, create: reset}, fill, nil, []string{"POST"}, "", "not known whether"},
		"status callback":  {flow{statuses: []string{"confirmation", "completed"}}, fill, []RunImportOption{OnImportStatus(func(models.ImportStatus) {})}, []string{"POST", patch}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watched(t, tc.ServeHTTP, func(t *testing.T, c *Client) {
				done, err := c.Project("p").Imports.Run(t.Context(), FromReader(strings.NewReader("PK"), 2, ""), tc.confirm, tc.opts...)
				if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) || err == nil && done.Status != "completed" {
					t.Errorf("got %+v, %v", done, err)
				}
				left, ok := errors.AsType[*JobError](err)
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

func TestRun_toFileGoesFromTheSelectionToTheFile(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		flow
		step, want string
	}{
		"whole":       {flow: flow{statuses: []string{"pending", "completed"}, archive: emptyZIP}},
		"failed":      {flow: flow{statuses: []string{"failed"}}, step: "wait", want: "export x: wait: last in status failed: the job failed: no s3cr3t here"},
		"no ZIP":      {flow: flow{statuses: []string{"completed"}, archive: "not a ZIP, of 22 bytes"}, step: "download", want: "export x: download: "},
		"create lost": {flow: flow{statuses: []string{"completed"}, create: reset}, want: "not known whether"},
		"not created": {flow: flow{statuses: []string{"completed"}, create: says(403)}, want: "403"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watched(t, tc.ServeHTTP, func(t *testing.T, c *Client) {
				path := filepath.Join(t.TempDir(), "a.zip")
				var seen []models.ExportStatus
				file, err := c.Project("p").Exports.RunToFile(t.Context(), Everything(), path, OnExportStatus(func(s models.ExportStatus) { seen = append(seen, s) }))
				if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) || err == nil && (file.ID != "x" || file.Path != path || file.Size != 22) {
					t.Errorf("got %+v, %v", file, err)
				}
				left, ok := errors.AsType[*JobError](err)
				if ok != (tc.step != "") || ok && (left.Step != tc.step || left.ID != "x" || left.Job != "export") {
					t.Errorf("error is %#v", left)
				}
				if (err == nil || ok) && string(seen[len(seen)-1]) != tc.statuses[len(tc.statuses)-1] {
					t.Errorf("saw %q", seen)
				}
			})
		})
	}
}

func TestRun_toFileFindsAFileThatExistsBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.zip")
	put(t, path, []byte("mine"))
	c := newTestClient(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("sent %s %s", r.Method, r.URL) })
	for to, want := range map[string]error{path: fs.ErrExist, filepath.Join(path, "missing", "a.zip"): syscall.ENOTDIR, filepath.Join(filepath.Dir(path), "missing", "a.zip"): fs.ErrNotExist} {
		if _, err := c.Project("p").Exports.RunToFile(t.Context(), Everything(), to); !errors.Is(err, want) {
			t.Errorf("%s: %v", to, err)
		}
	}
}

func TestRun_anImportThatDidNotWaitForItsArchiveIsNamed(t *testing.T) {
	t.Parallel()
	h := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, r.Body, 1000)
		reply(201, "application/json", `{"id": "x", "status": "pending"}`)(w, r)
	}
	watched(t, h, func(t *testing.T, c *Client) {
		_, err := c.Project("p").Imports.Run(t.Context(), FromReader(&source{left: 4 * mib, size: 4 * mib}, 4*mib, ""), Accept())
		if left, ok := errors.AsType[*JobError](err); !ok || left.ID != "x" || left.Step != "create" {
			t.Errorf("error is %v", err)
		}
	})
}
