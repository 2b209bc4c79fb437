package middleware_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/server"
)

const (
	base     = "/some/where/v2.1"
	exportID = "903ccd12-81d1-46e1-9ac9-b9d70af118de"
	exports  = base + "/projects/demo/exports"
	imports  = base + "/projects/demo/imports"
	one      = "/" + exportID
	token    = "Token 0123456789abcdef"
)

// journal collects what OnError gets.
type journal struct {
	mu    sync.Mutex
	noted []told
}

type told struct {
	status int
	err    error
}

func (j *journal) note(_ *http.Request, status int, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.noted = append(j.noted, told{status, err})
}

func (j *journal) last(t *testing.T) told {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.noted) == 0 {
		t.Fatal("OnError was not called")
	}
	return j.noted[len(j.noted)-1]
}

func accept(ctx context.Context, _ middleware.Credentials) (context.Context, error) { return ctx, nil }

func options(change ...func(*middleware.Options)) middleware.Options {
	opts := middleware.Options{BaseURLs: []string{base}, Authenticate: accept}
	for _, f := range change {
		f(&opts)
	}
	return opts
}

func strict(t *testing.T, impl server.StrictServerInterface, change ...func(*middleware.Options)) http.Handler {
	t.Helper()
	h, err := middleware.NewStrict(impl, options(change...))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func plain(t *testing.T, impl server.ServerInterface, change ...func(*middleware.Options)) http.Handler {
	t.Helper()
	h, err := middleware.New(impl, options(change...))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// listen serves h over loopback.
func listen(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// answer is a response that was read to its end.
type answer struct {
	status int
	header http.Header
	length int64 // the Content-Length, -1 if there is none
	body   string
	err    error // how reading the body ended, if not well
}

func readAnswer(t *testing.T, resp *http.Response) answer {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	return answer{resp.StatusCode, resp.Header, resp.ContentLength, string(body), err}
}

// call serves one request in memory. Headers come as name, value, name, ...;
// an empty value removes one. There is a token unless it is removed.
func call(t *testing.T, h http.Handler, method, target, body string, header ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	setHeader(r, header)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return readAnswer(t, w.Result())
}

// send does the same over loopback.
func send(t *testing.T, method, url string, body io.Reader, header ...string) answer {
	t.Helper()
	got, err := trySend(t, method, url, body, -1, header...)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// trySend is send for requests that may get no response. A length of -1 leaves
// it to net/http.
func trySend(t *testing.T, method, url string, body io.Reader, length int64, header ...string) (answer, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	if length >= 0 {
		r.ContentLength = length
	}
	setHeader(r, header)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return answer{}, err
	}
	return readAnswer(t, resp), nil
}

func setHeader(r *http.Request, header []string) {
	r.Header.Set("Authorization", token)
	for i := 0; i < len(header); i += 2 {
		r.Header.Del(header[i])
		if header[i+1] != "" {
			r.Header.Set(header[i], header[i+1])
		}
	}
}

type failure struct {
	Error  *string `json:"error"`
	Detail string  `json:"detail"`
}

// wantError checks that a response is an error in the one shape, and returns
// its text.
func wantError(t *testing.T, got answer, status int) string {
	t.Helper()
	body := wantStatus(t, got, status)
	if got := got.header.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q", got)
	}
	dec := json.NewDecoder(strings.NewReader(body))
	dec.DisallowUnknownFields()
	var f failure
	if err := dec.Decode(&f); err != nil || f.Error == nil || *f.Error == "" {
		t.Fatalf("not the error shape: %s (%v)", body, err)
	}
	return *f.Error + ": " + f.Detail
}

// wantStatus returns the body of a whole response.
func wantStatus(t *testing.T, got answer, status int) string {
	t.Helper()
	if got.status != status || got.err != nil {
		t.Fatalf("status %d, %v instead of %d: %.500s", got.status, got.err, status, got.body)
	}
	return got.body
}

// wantBroken checks that a response begins like whole and then breaks off.
func wantBroken(t *testing.T, got answer, whole string) {
	t.Helper()
	if got.err == nil {
		t.Errorf("the response ends as if it were whole: %.100q", got.body)
	}
	if !strings.HasPrefix(whole, got.body) {
		t.Errorf("the response is %.100q instead of the beginning of %.100q", got.body, whole)
	}
}

func wantText(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
}

func readAll(t *testing.T, r *http.Request) string {
	t.Helper()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	return string(body)
}
