package contract

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	sampleproject "github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// rig is the reference server; every exchange is compared with the contract.
type rig struct {
	t        *testing.T
	x        *exchanges
	url      string
	client   *api.Client
	tokens   map[string]string // read, write, other
	hold     chan struct{}     // the response of a link waits for it
	archive  []byte
	exportID string
	importID string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, hold: make(chan struct{}), tokens: map[string]string{}}
	var err error
	if r.archive, err = sampleproject.Archive(); err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Options{MaxArchive: 1 << 20, Workers: 1, Links: &http.Client{Transport: r}})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewUnstartedServer(nil)
	r.url = "http://" + web.Listener.Addr().String() + server.BaseURL
	r.x = newExchanges(t, r.url)
	web.Config.Handler = r.x.hold(s)
	web.Start()
	t.Cleanup(func() {
		web.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, name := range []string{project, "other"} {
		if err := s.AddProject(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	for name, access := range map[string]struct {
		project string
		write   bool
	}{"read": {project, false}, "write": {project, true}, "other": {"other", true}} {
		if r.tokens[name], err = s.AddToken(t.Context(), access.project, name, access.write); err != nil {
			t.Fatal(err)
		}
	}
	if r.client, err = api.NewClient(api.WithHost(r.url), api.WithToken(r.tokens["write"])); err != nil {
		t.Fatal(err)
	}
	return r
}

// RoundTrip answers a link, once it may.
func (r *rig) RoundTrip(req *http.Request) (*http.Response, error) {
	select {
	case <-r.hold:
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(r.archive)), Request: req}, nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// send sends a request below the project and wants a status.
func (r *rig) send(want int, token, method, path, contentType string, body io.Reader, header ...string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.url+"/projects/"+project+path, body)
	r.must(err)
	if token != "" {
		req.Header.Set("Authorization", "Token "+r.tokens[token])
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	r.must(err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	r.must(err)
	if resp.StatusCode != want {
		r.t.Errorf("%s %s with the token %q: %d %s; want %d", method, path, token, resp.StatusCode, data, want)
	}
}

// move is the whole journey of a project: every operation, as it should go.
func (r *rig) move() {
	r.t.Helper()
	ctx := r.t.Context()
	in := r.client.Project(project)
	exports, imports := in.Exports, in.Imports

	first, err := imports.Create(ctx, api.FromReader(bytes.NewReader(r.archive), int64(len(r.archive)), "sample.zip"))
	r.must(err)
	r.importID = first.ID
	waiting, err := imports.WaitScanned(ctx, first.ID)
	r.must(err)
	offered, err := api.Accept()(waiting)
	r.must(err)
	_, err = imports.Confirm(ctx, first.ID, offered)
	r.must(err)
	_, err = imports.WaitCompleted(ctx, first.ID)
	r.must(err)

	created, err := exports.Create(ctx, api.Select(plan.All(offered)))
	r.must(err)
	r.exportID = created.ID
	_, err = exports.WaitCompleted(ctx, created.ID)
	r.must(err)
	_, err = exports.List(ctx, api.ExportsIn(models.ExportStatusCompleted))
	r.must(err)
	_, err = imports.List(ctx, api.ImportsIn(models.ImportStatusCompleted))
	r.must(err)
	for _, path := range []string{"/exports/" + r.exportID + "/download", "/imports/" + r.importID + "/download"} {
		r.send(http.StatusOK, "read", "GET", path, "application/json", nil, "Accept", "application/json")
		r.send(http.StatusPartialContent, "read", "GET", path, "", nil, "Range", "bytes=1-10")
		r.send(http.StatusRequestedRangeNotSatisfiable, "read", "GET", path, "", nil, "Range", "bytes=99999999-")
	}
}

// refuse asks for everything that the server refuses.
func (r *rig) refuse() {
	r.t.Helper()
	const (
		none  = "/903ccd12-81d1-46e1-9ac9-b9d70af118de"
		form  = "multipart/form-data; boundary=x"
		field = "--x\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n"
	)
	huge := func() io.Reader { return strings.NewReader(`{"x":"` + strings.Repeat("a", 17<<20) + `"}`) }
	for operation, op := range r.operations() {
		method, path := op.method, op.path
		id := strings.ReplaceAll(path, "ID", none[1:])
		var body func() io.Reader
		contentType := ""
		switch operation {
		case "exports_create", "imports_update":
			contentType = "application/json"
			body = func() io.Reader { return strings.NewReader("{}") }
			r.send(http.StatusBadRequest, "write", method, id, contentType, strings.NewReader("null"))
			r.send(http.StatusRequestEntityTooLarge, "write", method, id, contentType, huge())
		case "imports_create":
			contentType = form
			body = func() io.Reader { return strings.NewReader(fmt.Sprintf(field, "export_id", none[1:]) + "--x--\r\n") }
			r.send(http.StatusBadRequest, "write", method, path, form, strings.NewReader(fmt.Sprintf(field, "skip_confirmation", "True")+"--x--\r\n"))
			r.send(http.StatusNotFound, "write", method, path, form, body())
			r.send(http.StatusRequestEntityTooLarge, "write", method, path, form, strings.NewReader(
				"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"+strings.Repeat("a", 2<<20)+"\r\n--x--\r\n"))
		case "exports_list", "imports_list":
			r.send(http.StatusBadRequest, "read", method, path+"?status=nothing", "", nil)
		default:
			r.send(http.StatusBadRequest, "write", method, strings.ReplaceAll(path, "ID", "1"), "", nil)
		}
		reader := func() io.Reader {
			if body == nil {
				return nil
			}
			return body()
		}
		r.send(http.StatusUnauthorized, "", method, id, contentType, reader())
		r.send(http.StatusNotFound, "other", method, id, contentType, reader())
		if method != http.MethodGet {
			r.send(http.StatusForbidden, "read", method, id, contentType, reader())
		}
	}
}

// conflict asks for what an import does not allow as long as its archive has
// not arrived, and an export as long as it waits for its turn: the one worker of
// the server waits for a link.
func (r *rig) conflict() {
	r.t.Helper()
	ctx := r.t.Context()
	waiting, err := r.client.Project(project).Imports.Create(ctx, api.FromLink("https://archives.example/a.zip"))
	r.must(err)
	created, err := r.client.Project(project).Exports.Create(ctx, api.Selection{})
	r.must(err)
	r.send(http.StatusConflict, "read", "GET", "/exports/"+created.ID+"/download", "", nil)
	r.send(http.StatusConflict, "read", "GET", "/imports/"+waiting.ID+"/download", "", nil)
	r.send(http.StatusConflict, "write", "PATCH", "/imports/"+waiting.ID, "application/json", strings.NewReader("{}"))
	close(r.hold)
}

func (r *rig) clean() {
	r.t.Helper()
	r.must(r.client.Project(project).Exports.Delete(r.t.Context(), r.exportID))
	r.must(r.client.Project(project).Imports.Delete(r.t.Context(), r.importID))
}

// The whole of what the reference server answers fits the contract, and every
// response that the contract declares has been given.
func TestTheServerSpeaksTheContract(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.move()
	r.refuse()
	r.conflict()
	r.clean()
	operations := r.operations()
	r.fail(operations)
	for _, wrong := range r.x.wrong {
		t.Error(wrong)
	}
	given := maps.Clone(r.x.seen)
	for _, operation := range slices.Sorted(maps.Keys(operations)) {
		for status := range operationOf(t, r.x, operation).Responses.Map() {
			if status == "2XX" { // what another server may send
				continue
			}
			switch hits := given[operation][status]; {
			case hits == 0 && !canned(operation, status):
				t.Errorf("%s: the server never answered %s; ask it for that in tests/contract/server_test.go", operation, status)
			case hits > 0 && canned(operation, status):
				t.Errorf("%s: the server answers %s by itself now", operation, status)
			case hits == 0:
				answerCanned(t, r.x, operations[operation], status)
				if r.x.seen[operation][status] == 0 {
					t.Errorf("%s: no canned response %s fits the contract", operation, status)
				}
			}
		}
	}
	for _, wrong := range r.x.wrong {
		t.Error(wrong)
	}
}
