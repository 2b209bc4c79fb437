package api

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

func TestResponse_any2xxIsSuccess(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 201, 202, 206, 226, 299} {
		c := newTestClient(t, reply(status, "text/plain", pendingJSON))
		if export, err := c.Project("p").Exports.Get(t.Context(), "x"); err != nil || export.Status != "pending" {
			t.Errorf("%d: %+v, %v", status, export, err)
		}
		if err := c.Project("p").Exports.Delete(t.Context(), "x"); err != nil {
			t.Errorf("delete, %d: %v", status, err)
		}
	}
}

func TestResponse_aSuccessWithAnUnusableBodyTellsItsStatus(t *testing.T) {
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
		export, err := c.Project("p").Exports.Get(t.Context(), "x")
		apiErr, ok := errors.AsType[*Error](err)
		if !ok || export != nil || apiErr.StatusCode != tc.status || apiErr.Err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %+v, %v", name, export, err)
		}
	}
}

func TestResponse_aResponseThatBreaksOffKeepsItsStatusAndItsCause(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte(`{"id": "x",`))
	})
	_, err := c.Project("p").Exports.Get(t.Context(), "x")
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

func TestResponse_anEndlessAnswerIsBounded(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]string{"before": "", "inside": `{"id": "x",`, "after": `{"id": "x"}`} {
		hc := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(io.MultiReader(strings.NewReader(start), spaces{})), Header: http.Header{}}, nil
		})}
		c := newTestClient(t, nil, WithHTTPClient(hc), WithMaxJSON(1<<20))
		if _, err := c.Project("p").Exports.Get(t.Context(), "x"); err == nil || !strings.HasSuffix(err.Error(), "it is larger than 1048576 bytes; see WithMaxJSON") {
			t.Errorf("white space %s the value: %v", name, err)
		}
	}
}

func TestResponse_compressedAnswersAreRead(t *testing.T) {
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
	if export, err := c.Project("p").Exports.Get(t.Context(), "x"); err != nil || export.Status != "pending" {
		t.Errorf("got %+v, %v", export, err)
	}
}

func TestResponse_connectionsAreUsedAgain(t *testing.T) {
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
		_, err := c.Project("p").Exports.Get(t.Context(), "x")
		if (err == nil) != (status == 200) {
			t.Errorf("%d: %v", status, err)
		}
		if err := c.Project("p").Exports.Delete(t.Context(), "x"); (err == nil) != (status == 200) {
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

func TestResponse_everyBodyIsClosed(t *testing.T) {
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

// Not parallel: it counts what the whole process allocates.
func TestResponse_aResponseOfKilobytesTakesNoGigabytes(t *testing.T) {
	for name, doc := range map[string]struct {
		start, part, end string
		unpacked         int // MiB
	}{
		"list":       {"[", "{},", "{}]", 12},
		"large list": {"[", "{},", "{}]", 48},
		"detail":     {`{"deployments": {`, `"%d":{},`, `"b":{}}}`, 12},
		"nested":     {`{"deployments": {"d": {"versions": {`, `"%d":{},`, `"b":{}}}}}`, 12},
	} {
		var z bytes.Buffer
		g := gzip.NewWriter(&z)
		_, _ = io.WriteString(g, doc.start)
		for i := range doc.unpacked * mib / len(doc.part) {
			_, _ = io.WriteString(g, strings.Replace(doc.part, "%d", strconv.Itoa(i), 1))
		}
		_, _ = io.WriteString(g, doc.end)
		_ = g.Close()
		c := newTestClient(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(z.Bytes())
		})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var err error
		if doc.start == "[" {
			_, err = c.Project("p").Exports.List(t.Context())
		} else {
			_, err = c.Project("p").Imports.Get(t.Context(), "x")
		}
		runtime.ReadMemStats(&after)
		took := (after.TotalAlloc - before.TotalAlloc) / mib
		t.Logf("%s: %d KiB take %d MiB: %v", name, z.Len()>>10, took, err)
		if took > 512 {
			t.Errorf("%s: %d MiB", name, took)
		}
		if err == nil || !strings.Contains(err.Error(), "more objects than a response of its size can have") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a project of 10,000 versions really is, and three times that, is read.
func TestResponse_anImportOf30MegabytesIsRead(t *testing.T) {
	t.Parallel()
	var doc bytes.Buffer
	doc.WriteString(`{"id": "x", "status": "confirmation", "size": 1, "deployments": {`)
	for d := 0; doc.Len() < 30*mib; d++ {
		if d > 0 {
			doc.WriteByte(',')
		}
		fmt.Fprintf(&doc, `"deployment-%d":{"description":"a { brace \" and {{{{{{{{{{{{ more","versions":{`, d)
		for v := range 5 {
			if v > 0 {
				doc.WriteByte(',')
			}
			fmt.Fprintf(&doc, `"v%d":{"zip":"deployments/d%d/v%d.zip","language":"python3.12","instance_type":"512mb","environment_variables":{"A":{"value":"b","secret":false},"C":{"value":"d"}},"labels":{"a":"b"}}`, v, d, v)
		}
		doc.WriteString(`}}`)
	}
	doc.WriteString(`}}`)
	c := newTestClient(t, reply(200, "application/json", doc.String()))
	detail, err := c.Project("p").Imports.Get(t.Context(), "x")
	if err != nil {
		t.Fatal(err)
	}
	if last := detail.Deployments[fmt.Sprintf("deployment-%d", len(detail.Deployments)-1)]; len(last.Versions) != 5 {
		t.Errorf("%d deployments, the last with %+v", len(detail.Deployments), last)
	}
}

func TestResponse_traceResponsesReportsEveryResponse(t *testing.T) {
	t.Parallel()
	var seen []Response
	scripted(t, steps(says(503, "Retry-After", "1"), reset, says(200, "X-Request-Id", "r-3", "X-Ratelimit-Remaining", "7")), func(t *testing.T, c *Client, _ *script) {
		ctx := TraceResponses(t.Context(), func(r Response) { seen = append(seen, r) })
		if _, err := c.Project("p").Exports.Get(ctx, "x"); err != nil {
			t.Error(err)
		}
	})
	if len(seen) != 2 || seen[0].StatusCode != 503 || seen[0].Attempts != 1 || seen[0].RateLimit != nil ||
		seen[1].StatusCode != 200 || seen[1].Attempts < 2 || seen[1].RequestID != "r-3" || *seen[1].RateLimit != (RateLimit{-1, 7, -1}) ||
		seen[1].Method != "GET" || seen[1].Path != "/projects/p/exports/x" {
		t.Errorf("saw %+v", seen)
	}
}

func TestResponse_objectsAreCountedAcrossReads(t *testing.T) {
	t.Parallel()
	const doc = `{"a{": {"b\"{": "\\"}, "c": [{}, {"\\\\": "{\"{"}]}`
	for size := 1; size <= len(doc); size++ {
		var b jsonBody
		for at := 0; at < len(doc); at += size {
			b.count([]byte(doc[at:min(at+size, len(doc))]))
		}
		if b.objects != 4 || b.text || b.escaped {
			t.Errorf("in parts of %d: %+v", size, b)
		}
	}
}
