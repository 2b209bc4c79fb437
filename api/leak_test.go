package api

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// watched serves h over pipes inside a bubble. After f it fails where a
// connection is still open; the bubble fails where a goroutine is left.
func watched(t *testing.T, h http.HandlerFunc, f func(t *testing.T, c *Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
		// A server that closes at once after an early answer may break the
		// request before the client has seen the answer: this one lingers, also
		// where net/http does not, which is after Expect: 100-continue.
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

// source is size bytes; it does something to itself half-way.
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

func TestUploadsThatFailLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	for name, tc := range map[string]struct {
		half     func(cancel func()) error
		size     int64 // announced
		early    int64 // the server answers 413 after so many bytes, where it is > 0
		want     error
		wantText string
	}{
		"reader fails":    {half: func(func()) error { return broken }, size: 4 * mib, want: broken, wantText: "reading the archive"},
		"context ends":    {half: func(cancel func()) error { cancel(); return nil }, size: 4 * mib, want: context.Canceled},
		"reader is short": {size: 5 * mib, want: ErrArchiveSize, wantText: "it ends after 4194304 of 5242880 bytes"},
		"reader is long":  {size: 3 * mib, want: ErrArchiveSize, wantText: "it goes on after 3145728 bytes"},
		"early answer":    {size: 4 * mib, early: mib, wantText: "413 Request Entity Too Large: too large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := func(w http.ResponseWriter, r *http.Request) {
				if tc.early > 0 {
					_, _ = io.CopyN(io.Discard, r.Body, tc.early)
					reply(413, "application/json", `{"error": "too large"}`)(w, r)
					return
				}
				if err := readForm(r); err == nil {
					t.Error("the server got a complete form")
				}
				reply(201, "application/json", pendingJSON)(w, r)
			}
			watched(t, h, func(t *testing.T, c *Client) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				src := &source{left: 4 * mib, size: 4 * mib}
				if tc.half != nil {
					src.half = func() error { return tc.half(cancel) }
				}
				created, err := c.Project("p").Imports.Create(ctx, FromReader(src, tc.size, ""))
				if created != nil || err == nil || tc.want != nil && !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.wantText) {
					t.Errorf("got %v, %v", created, err)
				}
				synctest.Wait()
				reads := src.reads.Load()
				synctest.Wait()
				if again := src.reads.Load(); again != reads {
					t.Errorf("read on after the end: %d, %d", reads, again)
				}
			})
		})
	}
}

func TestARefusedUploadIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	watched(t, reply(401, "application/json", `{"error": "Invalid token"}`), func(t *testing.T, c *Client) {
		src := &source{left: 4 * mib, size: 4 * mib}
		_, err := c.Project("p").Imports.Create(t.Context(), FromReader(src, 4*mib, ""))
		// This transport does not wait for 100 Continue, so that some is read.
		if !errors.Is(err, ErrUnauthorized) || src.left == 0 {
			t.Errorf("%d bytes left: %v", src.left, err)
		}
	})
}

func TestCreateReturnsThoughTheReaderBlocks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		half func(cancel func())
		h    http.HandlerFunc
		want error
	}{
		"context ends": {func(cancel func()) { cancel() }, func(_ http.ResponseWriter, r *http.Request) {
			if err := readForm(r); err == nil {
				t.Error("the server got a complete form")
			}
		}, context.Canceled},
		"early answer": {func(func()) {}, reply(409, "text/plain", "no"), ErrConflict},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watched(t, tc.h, func(t *testing.T, c *Client) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				release := make(chan struct{})
				src := &source{left: mib, size: mib, half: func() error { tc.half(cancel); <-release; return nil }}
				if _, err := c.Project("p").Imports.Create(ctx, FromReader(src, mib, "")); !errors.Is(err, tc.want) {
					t.Errorf("error is %v", err)
				}
				reads := src.reads.Load()
				close(release)
				synctest.Wait()
				if again := src.reads.Load(); again != reads {
					t.Errorf("a new Read began: %d, %d", reads, again)
				}
			})
		})
	}
}

func TestDownloadsThatEndEarlyLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	h := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "104857600")
		_, _ = io.CopyN(w, spaces{}, 100*mib) // until the client has gone
	}
	for name, tc := range map[string]struct {
		half func(cancel func())
		want error
	}{
		"closed":       {func(func()) {}, nil},
		"context ends": {func(cancel func()) { cancel() }, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watched(t, h, func(t *testing.T, c *Client) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				d, err := c.Project("p").Imports.Download(ctx, "x")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.CopyN(io.Discard, d.Body, mib); err != nil {
					t.Error(err)
				}
				if tc.half(cancel); tc.want != nil {
					if _, err := io.Copy(io.Discard, d.Body); !errors.Is(err, tc.want) {
						t.Errorf("error is %v", err)
					}
				}
				if err := d.Body.Close(); err != nil && tc.want == nil {
					t.Error(err)
				}
			})
		})
	}
}
