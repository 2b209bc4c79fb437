package api

import (
	"context"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/gen/models"
)

const testToken = "0123456789abcdef0123456789abcdef01234567"

// newTestClient serves the handler below /base/v2.1, whose prefix it does not
// see, and returns a client for it with connections of its own.
func newTestClient(t *testing.T, h http.HandlerFunc, opts ...Option) *Client {
	t.Helper()
	srv := httptest.NewServer(http.StripPrefix("/base/v2.1", h))
	t.Cleanup(srv.Close)
	c, err := NewClient(append([]Option{
		WithEnv(nil), WithHost(srv.URL + "/base"), WithToken(testToken), WithHTTPClient(srv.Client()),
		WithRetry(RetryPolicy{MaxAttempts: 1}), // tests of it give their own
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// reply answers every request in the same way.
func reply(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

const pendingJSON = `{"id": "903ccd12-81d1-46e1-9ac9-b9d70af118de", "status": "pending", "error_message": "",
	"creation_date": "2020-06-18T08:32:14.876451Z", "size": null}`

// emptyZIP is the shortest archive that there is.
const emptyZIP = "PK\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// watched serves h over pipes inside a bubble. After f it fails if a
// connection is still open; the bubble fails if a goroutine is left.
func watched(t *testing.T, h http.HandlerFunc, f func(t *testing.T, c *Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
		// A server that closes at once after an early response may break the
		// request before the client has seen the response: this one lingers, also
		// when net/http does not, which is after Expect: 100-continue.
		srv := &http.Server{Handler: http.StripPrefix("/base/v2.1", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h(w, r)
			if err := http.NewResponseController(w).Flush(); err == nil {
				time.Sleep(100 * time.Millisecond) // of the bubble's time
			}
		}))}
		go func() { _ = srv.Serve(l) }()
		tr := &http.Transport{DialContext: l.dial}
		c, err := NewClient(WithHost("http://localhost/base"), WithToken(testToken), WithEnv(nil), WithHTTPClient(&http.Client{Transport: tr}))
		if err != nil {
			t.Fatal(err)
		}
		f(t, c)
		tr.CloseIdleConnections()
		synctest.Wait()
		if n := l.open.Load(); n != 0 {
			t.Errorf("%d connections are left open", n)
		}
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Second) // of the bubble's time: net/http lets a connection linger half of that
	})
}

// pipes is a network in memory, which may be used inside a bubble.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
	once   sync.Once
	open   atomic.Int32
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }
func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.accept <- far:
		p.open.Add(1)
		return &counted{Conn: near, open: &p.open}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type counted struct {
	net.Conn
	once sync.Once
	open *atomic.Int32
}

func (c *counted) Close() error { c.once.Do(func() { c.open.Add(-1) }); return c.Conn.Close() }

// readForm takes the whole form of a request and returns its first error.
func readForm(r *http.Request) error {
	form, err := r.MultipartReader()
	for err == nil {
		var part *multipart.Part
		if part, err = form.NextPart(); err == nil {
			_, err = io.Copy(io.Discard, part)
		}
	}
	if err == io.EOF { //nolint:errorlint // wrapped, it is that of a form cut short
		return nil
	}
	return err
}

// source is size bytes; it does something half-way.
type source struct {
	left, size int64
	half       func() error
	reads      atomic.Int32
}

func (s *source) Read(p []byte) (int, error) {
	s.reads.Add(1)
	if s.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), s.left)
	if before := s.left; before > s.size/2 && before-n <= s.size/2 && s.half != nil {
		if err := s.half(); err != nil {
			return 0, err
		}
	}
	s.left -= n
	return int(n), nil
}

const mib = 1 << 20

var (
	pending = taken(reply(201, "application/json", pendingJSON))
	gone    = says(404)
	reset   = taken(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	cut     = taken(func(w http.ResponseWriter, _ *http.Request) { // of a success
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"id": "x", `)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	early = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) } // before the body is read
)

// value knows the values of what is called KEY.
func value(name string) (string, bool) { return "s3cr3t", name == "KEY" }

func encoded(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// calls makes every call with a project and an id.
func calls(t *testing.T, c *Client, project, id string) map[string]error {
	ctx, errs := t.Context(), map[string]error{}
	_, errs["exports create"] = c.Project(project).Exports.Create(ctx, Selection{})
	_, errs["exports list"] = c.Project(project).Exports.List(ctx)
	_, errs["imports create"] = c.Project(project).Imports.Create(ctx, FromExport("x"))
	_, errs["imports list"] = c.Project(project).Imports.List(ctx)
	_, errs["exports get id"] = c.Project(project).Exports.Get(ctx, id)
	_, errs["exports wait id"] = c.Project(project).Exports.WaitCompleted(ctx, id)
	_, errs["exports download id"] = c.Project(project).Exports.Download(ctx, id)
	errs["exports delete id"] = c.Project(project).Exports.Delete(ctx, id)
	_, errs["imports get id"] = c.Project(project).Imports.Get(ctx, id)
	_, errs["imports wait id"] = c.Project(project).Imports.WaitCompleted(ctx, id)
	_, errs["imports confirm id"] = c.Project(project).Imports.Confirm(ctx, id, models.ImportUpdate{})
	_, errs["imports download id"] = c.Project(project).Imports.Download(ctx, id)
	errs["imports delete id"] = c.Project(project).Imports.Delete(ctx, id)
	return errs
}
