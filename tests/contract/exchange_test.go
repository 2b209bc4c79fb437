package contract

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/conformance"
	"github.com/ubiops-contrib/transfer/tests/contract/document"
)

// exchanges compares requests and their responses with the contract, and
// remembers which responses it has seen.
type exchanges struct {
	doc    *openapi3.T
	router routers.Router
	mu     sync.Mutex
	seen   map[string]map[string]int // operation -> declared status -> how often
	wrong  []string
}

func newExchanges(t *testing.T, base string) *exchanges {
	t.Helper()
	doc := contract(t)
	doc.Servers = openapi3.Servers{{URL: base}}
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation()) // which a test of their own does
	if err != nil {
		t.Fatal(err)
	}
	return &exchanges{doc: doc, router: router, seen: map[string]map[string]int{}}
}

// hold serves with next and checks every exchange. The bodies are held in
// memory.
func (x *exchanges) hold(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			x.fault("%s %s: %v", r.Method, r.URL.Path, err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		recorder := httptest.NewRecorder()
		next.ServeHTTP(recorder, r)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if err := x.check(r, recorder.Code, recorder.Header(), recorder.Body.Bytes()); err != nil {
			x.fault("%s %s -> %d: %v", r.Method, r.URL.Path, recorder.Code, brief(err))
		}
		maps.Copy(w.Header(), recorder.Header())
		w.WriteHeader(recorder.Code)
		if _, err := w.Write(recorder.Body.Bytes()); err != nil {
			x.fault("%s %s: %v", r.Method, r.URL.Path, err)
		}
	})
}

func (x *exchanges) fault(format string, args ...any) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.wrong = append(x.wrong, fmt.Sprintf(format, args...))
}

// check compares one exchange with the contract. A request that was refused
// need not fit it.
func (x *exchanges) check(r *http.Request, status int, header http.Header, body []byte) error {
	found := r.Clone(r.Context())
	found.URL.Scheme, found.URL.Host = "http", r.Host
	route, parameters, err := x.router.FindRoute(found)
	if err != nil {
		return fmt.Errorf("no operation: %w", err)
	}
	if status < 400 {
		options := &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true}
		request := &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route, Options: options}
		if err := openapi3filter.ValidateRequest(r.Context(), request); err != nil {
			return fmt.Errorf("request: %w", err)
		}
	}
	if err := conformance.CheckResponse(r.Method, r.URL.Path, status, header, body); err != nil {
		return fmt.Errorf("response: %w", err)
	}
	declared, response := declaredResponse(route.Operation, status)
	if media := response.Content["application/json"]; media != nil {
		if err := undeclared(media.Schema.Value, body); err != nil {
			return err
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.seen[route.Operation.OperationID] == nil {
		x.seen[route.Operation.OperationID] = map[string]int{}
	}
	x.seen[route.Operation.OperationID][declared]++
	return nil
}

// declaredResponse returns the response that the operation declares for the
// status, and its key: 404, or 2XX.
func declaredResponse(op *openapi3.Operation, status int) (string, *openapi3.Response) {
	for _, key := range []string{fmt.Sprint(status), fmt.Sprintf("%dXX", status/100)} {
		if ref := op.Responses.Value(key); ref != nil {
			return key, ref.Value
		}
	}
	return "", nil
}

// undeclared finds members that the schema does not name.
func undeclared(schema *openapi3.Schema, body []byte) error {
	doc, err := document.Parse(body)
	if err != nil {
		return err
	}
	described := map[jsontext.Pointer]bool{}
	for place := range document.Described(schema, doc) {
		described[place.At] = true
	}
	var names []string
	for at := range document.Places(doc) {
		if !described[at] {
			names = append(names, string(at))
		}
	}
	if len(names) > 0 {
		return fmt.Errorf("not in the contract: %s", strings.Join(names, ", "))
	}
	return nil
}

func TestExchangesThatDoNotFitAreFound(t *testing.T) {
	t.Parallel()
	const good = `{"id":"903ccd12-81d1-46e1-9ac9-b9d70af118de","status":"pending","error_message":"","creation_date":"2020-06-18T08:32:14Z","size":null`
	for _, test := range []struct {
		name, method, path, request string
		status                      int
		contentType, response       string
		want                        string // empty if it fits
	}{
		{"fits", "POST", "/projects/p/exports", `{}`, 201, "application/json", good + "}", ""},
		{"refused", "POST", "/projects/p/exports", `[]`, 400, "application/json", `{"error":"no"}`, ""},
		{"no operation", "GET", "/projects/p/nothing", "", 200, "application/json", `{}`, "no operation"},
		{"request", "POST", "/projects/p/exports", `[]`, 201, "application/json", good + "}", "request: "},
		{"status", "POST", "/projects/p/exports", `{}`, 409, "application/json", `{"error":"no"}`, "no such status"},
		{"field", "POST", "/projects/p/exports", `{}`, 201, "application/json", good + `,"more":1}`, "/more"},
		{"error field", "POST", "/projects/p/exports", `{}`, 404, "application/json", `{"error":"no","code":1}`, "/code"},
		{"value", "POST", "/projects/p/exports", `{}`, 201, "application/json", `{"id":1}`, "response: "},
		{"content type", "POST", "/projects/p/exports", `{}`, 404, "text/plain", `no`, "response: "},
		{"body", "DELETE", "/projects/p/exports/903ccd12-81d1-46e1-9ac9-b9d70af118de", "", 200, "application/json", `{}`, "it has a body"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			x := newExchanges(t, "http://example.com/base")
			r := httptest.NewRequest(test.method, "http://example.com/base"+test.path, strings.NewReader(test.request))
			r.Header.Set("Content-Type", "application/json")
			err := x.check(r, test.status, http.Header{"Content-Type": {test.contentType}}, []byte(test.response))
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("error %v; want %q", err, test.want)
			}
		})
	}
}
