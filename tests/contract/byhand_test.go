package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	sampleproject "github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/tests/contract/drift"
)

// These tests find what a change of the contract leaves to be done by hand, and
// say it in one line with the file to edit.

// sentOnItsOwn are the parameters that the client sends by itself, each with
// its purpose.
var sentOnItsOwn = map[string]string{
	"exports_download header Range": "a download that goes on where it broke off",
	"imports_download header Range": "a download that goes on where it broke off",
}

func TestTheClientSendsEveryParameter(t *testing.T) {
	t.Parallel()
	sent := map[string]bool{}
	for _, call := range calls {
		_, query, _ := strings.Cut(call.path, "?")
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		for name := range values {
			sent[call.operation+" query "+name] = true
		}
		for name := range call.form {
			sent[call.operation+" form "+name] = true
		}
	}
	for operation, parameters := range optional(contract(t)) {
		for _, parameter := range parameters {
			if key := operation + " " + parameter; !sent[key] && sentOnItsOwn[key] == "" {
				t.Errorf("%s: the client never sends it; add an option in %s and a call in tests/contract/client_test.go", key, clientFile(operation))
			}
		}
	}
}

func clientFile(operation string) string {
	service, _, _ := strings.Cut(operation, "_")
	return "api/" + service + ".go"
}

// optional returns what each operation takes beside the names in its path and a
// JSON body, as in "query status".
func optional(doc *openapi3.T) map[string][]string {
	all := map[string][]string{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for _, p := range slices.Concat(item.Parameters, op.Parameters) {
				if p.Value.In != openapi3.ParameterInPath {
					all[op.OperationID] = append(all[op.OperationID], p.Value.In+" "+p.Value.Name)
				}
			}
			if form := drift.Content(op.RequestBody, "multipart/form-data"); form != nil {
				for name := range form.Value.Properties {
					all[op.OperationID] = append(all[op.OperationID], "form "+name)
				}
			}
		}
	}
	return all
}

// An effect observes the server with a parameter and without it. Its two results
// have to differ.
type effect func(r *rig, with bool) string

var effects = map[string]effect{
	"exports_list query status": func(r *rig, with bool) string { return listed(r, "exports", with) },
	"imports_list query status": func(r *rig, with bool) string { return listed(r, "imports", with) },
	"exports_create query all":  func(r *rig, with bool) string { return exported(r, pick(with, "?all=true", "")) },
	"exports_create query packages": func(r *rig, with bool) string {
		return exported(r, "?all=true"+pick(with, "&packages=false", ""))
	},
	"exports_download header Range": func(r *rig, with bool) string {
		return ranged(r, "/exports/"+r.exportID+"/download", with)
	},
	"imports_download header Range": func(r *rig, with bool) string {
		return ranged(r, "/imports/"+r.importID+"/download", with)
	},
	"imports_create form file":        func(r *rig, with bool) string { return created(r, pick(with, "file", "")) },
	"imports_create form import_link": func(r *rig, with bool) string { return created(r, pick(with, "import_link", "")) },
	"imports_create form export_id":   func(r *rig, with bool) string { return created(r, pick(with, "export_id", "")) },
	"imports_create form skip_confirmation": func(r *rig, with bool) string {
		status, body := r.ask("POST", "/imports", form(r, "file", pick(with, "true", "false")))
		return fmt.Sprint(status, r.settled("/imports/", body))
	},
}

func TestTheServerHeedsEveryParameter(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	close(r.hold)
	r.move()
	for operation, parameters := range optional(contract(t)) {
		for _, parameter := range parameters {
			key := operation + " " + parameter
			observe, ok := effects[key]
			if !ok {
				service, _, _ := strings.Cut(operation, "_")
				t.Errorf("%s: nothing shows that the server heeds it; heed it in api/server/%s.go and add it to the effects in tests/contract/byhand_test.go", key, service)
				continue
			}
			if without, with := observe(r, false), observe(r, true); with == without {
				t.Errorf("%s: with it and without it the server says %s", key, with)
			}
		}
	}
}

func pick(with bool, yes, no string) string {
	if with {
		return yes
	}
	return no
}

// ask sends a request of the writer below the project. What is not JSON is a
// form.
func (r *rig) ask(method, path string, body io.Reader, header ...string) (int, []byte) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.url+"/projects/"+project+path, body)
	r.must(err)
	req.Header.Set("Authorization", "Token "+r.tokens["write"])
	req.Header.Set("Content-Type", "application/json")
	if f, ok := body.(*formBody); ok {
		req.Header.Set("Content-Type", f.contentType)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	r.must(err)
	data, err := io.ReadAll(resp.Body)
	r.must(err)
	r.must(resp.Body.Close())
	return resp.StatusCode, data
}

type formBody struct {
	bytes.Buffer
	contentType string
}

// form is one of imports_create with one source, or with none.
func form(r *rig, source, skip string) *formBody {
	r.t.Helper()
	body := &formBody{}
	w := multipart.NewWriter(body)
	body.contentType = w.FormDataContentType()
	r.must(w.WriteField("skip_confirmation", skip))
	switch source {
	case "file":
		part, err := w.CreateFormFile("file", "import.zip")
		r.must(err)
		_, err = part.Write(r.archive)
		r.must(err)
	case "import_link":
		r.must(w.WriteField(source, "https://archives.example/a.zip"))
	case "export_id":
		r.must(w.WriteField(source, r.exportID))
	}
	r.must(w.Close())
	return body
}

func created(r *rig, source string) string {
	status, _ := r.ask("POST", "/imports", form(r, source, "false"))
	return fmt.Sprint(status)
}

func listed(r *rig, service string, with bool) string {
	_, body := r.ask("GET", "/"+service+pick(with, "?status=failed", ""), http.NoBody)
	return string(body)
}

func ranged(r *rig, path string, with bool) string {
	var header []string
	if with {
		header = []string{"Range", "bytes=0-9"}
	}
	status, body := r.ask("GET", path, http.NoBody, header...)
	return fmt.Sprint(status, len(body))
}

// exported returns the size of a finished export.
func exported(r *rig, query string) string {
	_, body := r.ask("POST", "/exports"+query, strings.NewReader("{}"))
	return r.settled("/exports/", body)
}

// settled waits until an export or import is done or asks for its confirmation,
// and returns its status and size.
func (r *rig) settled(path string, created []byte) string {
	r.t.Helper()
	var state struct {
		ID     string      `json:"id"`
		Status string      `json:"status"`
		Size   json.Number `json:"size"`
	}
	r.must(json.Unmarshal(created, &state))
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		_, body := r.ask("GET", path+state.ID, http.NoBody)
		r.must(json.Unmarshal(body, &state))
		switch state.Status {
		case "completed", "failed", "confirmation":
			return state.Status + " " + state.Size.String()
		}
	}
	r.t.Fatalf("%s%s is still %s", path, state.ID, state.Status)
	return ""
}

// notProduced are the statuses that the reference server does not show when all
// goes well, each with the reason.
var notProduced = map[string]string{
	"ExportStatus failed": "an export fails only if the storage does; the tests of the engine let it",
}

func TestEveryStatusIsKnownToTheClientAndReachedByTheServer(t *testing.T) {
	t.Parallel()
	var reached map[string]bool
	t.Run("server", func(t *testing.T) { reached = reachedStatuses(t) }) //nolint:paralleltest // needed below; by itself, so that its journal is not printed
	for kind, statuses := range map[string][]string{
		"ExportStatus": models.ExportStatus("").Values(),
		"ImportStatus": models.ImportStatus("").Values(),
	} {
		for _, status := range statuses {
			key := kind + " " + status
			if !reached[key] && notProduced[key] == "" {
				t.Errorf("%s: the server never shows it; produce it in api/server, or say why not in notProduced in tests/contract/byhand_test.go", key)
			}
			if err := waitThrough(t, kind, status); err != nil {
				t.Errorf("%s: waiting does not know it: %v; add it in api/job.go", key, err)
			}
		}
	}
}

// waitThrough waits with the client for what is in the status at first and then
// completed. It returns the error if that is about the status.
func waitThrough(t *testing.T, kind, status string) error {
	t.Helper()
	var unknown error
	synctest.Test(t, func(t *testing.T) { unknown = waitInBubble(t, kind, status) })
	return unknown
}

func waitInBubble(t *testing.T, kind, status string) error {
	t.Helper()
	reads := 0
	transport := roundTrip(func(req *http.Request) (*http.Response, error) {
		reads++
		now := status
		if reads > 1 && status != "failed" && status != "confirmation" {
			now = "completed"
		}
		body := fmt.Sprintf(`{"id":%q,"status":%q,"error_message":"","creation_date":"2020-06-18T08:32:14Z","size":1}`, id, now)
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
	})
	client, err := api.NewClient(api.WithHost("https://example.com"), api.WithToken("Token abc"), api.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		t.Fatal(err)
	}
	if kind == "ExportStatus" {
		_, err = client.Project(project).Exports.WaitCompleted(t.Context(), id)
	} else {
		_, err = client.Project(project).Imports.WaitCompleted(t.Context(), id)
	}
	if err != nil && strings.Contains(err.Error(), "does not know") {
		return err
	}
	return nil
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func sampleArchive(t *testing.T) []byte {
	t.Helper()
	zip, err := sampleproject.Archive()
	if err != nil {
		t.Fatal(err)
	}
	return zip
}

// reachedStatuses are those that reads see of exports and imports that go well
// and that fail, one step at a time.
func reachedStatuses(t *testing.T) map[string]bool {
	t.Helper()
	s := apitest.New(t, apitest.WithProject(project, apitest.FromBytes(sampleArchive(t))), apitest.JobsByHand())
	client := s.Client(project).Project(project)
	reached := map[string]bool{}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	run := func(read func() (string, error)) {
		for {
			status, err := read()
			must(err)
			reached[status] = true
			if _, ok := s.Step(); !ok {
				return
			}
		}
	}
	export, err := client.Exports.Create(t.Context(), api.Everything())
	must(err)
	run(func() (string, error) {
		got, err := client.Exports.Get(t.Context(), export.ID)
		return "ExportStatus " + string(got.Status), err
	})
	imported := func(source api.ImportSource) {
		created, err := client.Imports.Create(t.Context(), source)
		must(err)
		read := func() (string, error) {
			got, err := client.Imports.Get(t.Context(), created.ID)
			return "ImportStatus " + string(got.Status), err
		}
		run(read)
		if status, err := read(); status != "ImportStatus confirmation" {
			must(err)
			return
		}
		_, err = client.Imports.Confirm(t.Context(), created.ID, models.ImportUpdate{EnvironmentVariables: map[string]models.EnvironmentVariable{}})
		must(err)
		run(read)
	}
	imported(api.FromExport(export.ID))
	imported(api.FromReader(strings.NewReader("not a ZIP"), 9, "import.zip"))
	return reached
}
