package contract

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/server"
	gen "github.com/ubiops-contrib/transfer/gen/server"
)

type operationPath struct{ method, path string }

// operations returns the method and the path below the project of each
// operation; ID stands for an id.
func (r *rig) operations() map[string]operationPath {
	out := map[string]operationPath{}
	for path, item := range r.x.doc.Paths.Map() {
		path = strings.TrimPrefix(path, "/projects/{project_name}")
		path = strings.NewReplacer("{export_id}", "ID", "{import_id}", "ID").Replace(path)
		for method, op := range item.Operations() {
			out[op.OperationID] = operationPath{method, path}
		}
	}
	return out
}

// canned is what the reference server never answers by itself: it lets every
// token of a project read.
func canned(operation, status string) bool {
	return status == "403" && !slices.Contains([]string{"exports_create", "exports_delete", "imports_create", "imports_update", "imports_delete"}, operation)
}

// fail sends every operation to a server that allows one request a minute,
// and to one whose database is closed.
func (r *rig) fail(operations map[string]operationPath) {
	r.t.Helper()
	for want, opts := range map[int]server.Options{
		http.StatusTooManyRequests:     {RateLimit: 1},
		http.StatusInternalServerError: {},
	} {
		s, err := server.New(opts)
		r.must(err)
		r.must(s.AddProject(r.t.Context(), project))
		token, err := s.AddToken(r.t.Context(), project, "writer", true)
		r.must(err)
		ask := func(op operationPath) int {
			req := httptest.NewRequest(op.method, "http://"+canon(r.x)+"/projects/"+project+strings.ReplaceAll(op.path, "ID", id), nil)
			req.Header.Set("Authorization", "Token "+token)
			recorder := httptest.NewRecorder()
			r.x.hold(s).ServeHTTP(recorder, req)
			return recorder.Code
		}
		if opts.RateLimit > 0 {
			ask(operations["exports_list"])
		}
		r.must(s.Close())
		for name, op := range operations {
			if got := ask(op); got != want {
				r.t.Errorf("%s: %d, want %d", name, got, want)
			}
		}
	}
}

// answerCanned makes the middleware answer with a status that the server never sends.
func answerCanned(t *testing.T, x *exchanges, op operationPath, status string) {
	t.Helper()
	code, err := strconv.Atoi(status)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := middleware.NewStrict(gen.StrictUnimplemented{}, middleware.Options{
		Authenticate: noEntry(code),
	})
	if err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(op.method, "http://"+canon(x)+"/projects/"+project+strings.ReplaceAll(op.path, "ID", id), nil)
	req.Header.Set("Authorization", "Token abc")
	recorder := httptest.NewRecorder()
	x.hold(handler).ServeHTTP(recorder, req)
	if recorder.Code != code {
		t.Errorf("%s %s: %d, want %d", op.method, op.path, recorder.Code, code)
	}
}

// canon is the host and base path that x knows.
func canon(x *exchanges) string { return strings.TrimPrefix(x.doc.Servers[0].URL, "http://") }

func operationOf(t *testing.T, x *exchanges, operation string) *openapi3.Operation {
	t.Helper()
	op := operations(x.doc)[operation]
	if op == nil {
		t.Fatalf("%s is not in the contract", operation)
	}
	return op
}

// noEntry answers every request with a status instead of serving it.
func noEntry(status int) func(context.Context, middleware.Credentials) (context.Context, error) {
	return func(context.Context, middleware.Credentials) (context.Context, error) {
		return nil, &middleware.Error{Status: status}
	}
}
