package api

import (
	"compress/gzip"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestAny2xxIsSuccess(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 201, 202, 206, 226, 299} {
		c := newTestClient(t, reply(status, "text/plain", pendingJSON))
		if export, err := c.Exports.Get(t.Context(), "p", "x"); err != nil || export.Status != "pending" {
			t.Errorf("%d: %+v, %v", status, export, err)
		}
		if err := c.Exports.Delete(t.Context(), "p", "x"); err != nil {
			t.Errorf("delete, %d: %v", status, err)
		}
	}
}

func TestASuccessWithAnUnusableBodyTellsItsStatus(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status     int
		body, want string
	}{
		"empty":      {202, "", "it is empty"},
		"no content": {204, "", "it is empty"},
		"null":       {200, " null", "it is null"},
		"cut":        {201, `{"id": "x", "sta`, "unexpected EOF"},
		"list":       {200, `[]`, "array"},
		"wrong type": {200, `{"id": 5}`, "/id"},
		"HTML":       {200, `<html><title>Log in</title></html>`, "invalid character"},
		"two values": {200, `{"id": "x"} {}`, "'{' after top-level value"},
		"trailing":   {200, `{"id": "x"} oops`, "invalid character"},
	} {
		c := newTestClient(t, reply(tc.status, "application/json", tc.body))
		export, err := c.Exports.Get(t.Context(), "p", "x")
		apiErr, ok := errors.AsType[*Error](err)
		if !ok || export != nil || apiErr.StatusCode != tc.status || apiErr.Err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %+v, %v", name, export, err)
		}
	}
}

func TestAnAnswerThatBreaksOffKeepsItsStatusAndItsCause(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte(`{"id": "x",`))
	})
	_, err := c.Exports.Get(t.Context(), "p", "x")
	if apiErr, ok := errors.AsType[*Error](err); !ok || apiErr.StatusCode != 200 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error is %v", err)
	}
}

// spaces is white space without end.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestAnEndlessAnswerIsBounded(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]string{"before": "", "inside": `{"id": "x",`, "after": `{"id": "x"}`} {
		body := notedBody{ReadCloser: io.NopCloser(io.MultiReader(strings.NewReader(start), spaces{}))}
		_, err := readJSON[models.ExportDetail](&body, 1<<20)
		if err == nil || err.Error() != "it is larger than 1048576 bytes" {
			t.Errorf("white space %s the value: %v", name, err)
		}
	}
}

func TestCompressedAnswersAreRead(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("Accept-Encoding is %q", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, pendingJSON)
		_ = z.Close()
	})
	if export, err := c.Exports.Get(t.Context(), "p", "x"); err != nil || export.Status != "pending" {
		t.Errorf("got %+v, %v", export, err)
	}
}

func TestConnectionsAreUsedAgain(t *testing.T) {
	t.Parallel()
	var conns atomic.Int32
	status := http.StatusOK
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reply(status, "application/json", pendingJSON)(w, r)
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			conns.Add(1)
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	c, err := NewClient(WithHost(srv.URL), WithToken("t"), WithEnv(nil), WithHTTPClient(srv.Client()))
	if err != nil {
		t.Fatal(err)
	}
	for _, status = range []int{200, 404, 500, 200} {
		_, err := c.Exports.Get(t.Context(), "p", "x")
		if (err == nil) != (status == 200) {
			t.Errorf("%d: %v", status, err)
		}
		if err := c.Exports.Delete(t.Context(), "p", "x"); (err == nil) != (status == 200) {
			t.Errorf("%d: %v", status, err)
		}
	}
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections for 8 requests", n)
	}
}

// closable counts how often it is closed.
type closable struct {
	io.Reader
	closed *int
}

func (c closable) Close() error { *c.closed++; return nil }

func TestEveryBodyIsClosed(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		body   string
	}{
		"success": {200, `{"id": "x", "status": "completed"}`}, "broken": {200, "{"}, "refused": {404, "gone"}, "part": {206, "{}"},
	} {
		opened, closed := 0, 0
		hc := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			opened++
			body := closable{strings.NewReader(tc.body), &closed}
			return &http.Response{StatusCode: tc.status, Body: body, Header: http.Header{}}, nil
		})}
		for call, err := range calls(t, newTestClient(t, nil, WithHTTPClient(hc)), "p", "x") {
			if err != nil && strings.Contains(err.Error(), " id is ") {
				t.Errorf("%s was not made: %v", call, err)
			}
		}
		// The bodies of two downloads that succeed are the caller's to close.
		want := opened
		if name == "success" || name == "broken" {
			want -= 2
		}
		if opened < 13 || closed != want {
			t.Errorf("%s: %d opened, %d closed, want %d", name, opened, closed, want)
		}
	}
}
