package serve_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/serve"
)

// fakeConn is a connection from an address.
type fakeConn struct {
	net.Conn
	from   string
	closed bool
}

func (c *fakeConn) RemoteAddr() net.Addr {
	addr, err := net.ResolveTCPAddr("tcp", c.from)
	if err != nil {
		panic(err)
	}
	return addr
}

func (c *fakeConn) Close() error {
	c.closed = true
	return nil
}

func TestAnIdleConnectionOfTheGreediestClientMakesRoom(t *testing.T) {
	t.Parallel()
	accept, note, guard := serve.NewConnections(6, 4)
	come := func(from string) (*fakeConn, int) {
		conn := &fakeConn{from: from}
		ctx := accept(context.Background(), conn)
		note(conn, http.StateNew)
		w := httptest.NewRecorder()
		guard(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
		return conn, w.Code
	}
	var greedy []*fakeConn
	for range 4 {
		conn, _ := come("[2001:db8::1]:1")
		note(conn, http.StateActive)
		note(conn, http.StateIdle)
		greedy = append(greedy, conn)
	}
	// The same client again, from another address of its network.
	if _, code := come("[2001:db8::2]:1"); code != http.StatusNotFound || !greedy[0].closed || greedy[1].closed {
		t.Errorf("status %d, closed: the first %t, the second %t", code, greedy[0].closed, greedy[1].closed)
	}
	for i := range 3 {
		if conn, code := come("192.0.2.1:1"); code != http.StatusNotFound || conn.closed {
			t.Errorf("connection %d of another client: status %d, closed %t", i, code, conn.closed)
		}
	}
	if !greedy[1].closed || greedy[2].closed {
		t.Errorf("closed: the second %t, the third %t", greedy[1].closed, greedy[2].closed)
	}
}

func TestConnectionsInUseAreKept(t *testing.T) {
	t.Parallel()
	accept, note, guard := serve.NewConnections(2, 1)
	first, spare := &fakeConn{from: "192.0.2.1:1"}, &fakeConn{from: "192.0.2.1:2"}
	accept(context.Background(), first)
	note(first, http.StateActive)
	ctx := accept(context.Background(), spare)
	for path, want := range map[string]int{"/v2.1/status": http.StatusServiceUnavailable, "/livez": http.StatusOK, "/readyz": http.StatusOK} {
		w := httptest.NewRecorder()
		ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
		guard(ok).ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
		if w.Code != want || w.Header().Get("Connection") != "close" {
			t.Errorf("%s: status %d, Connection %q", path, w.Code, w.Header().Get("Connection"))
		}
	}
	// One client has only so many connections over its limit.
	for i := range 10 {
		conn := &fakeConn{from: "192.0.2.1:3"}
		accept(context.Background(), conn)
		if want := i >= 7; conn.closed != want {
			t.Errorf("spare connection %d: closed %t", i+2, conn.closed)
		}
		note(conn, http.StateActive)
	}
	if first.closed || spare.closed {
		t.Errorf("closed: the one in use %t, the spare one %t", first.closed, spare.closed)
	}
	note(spare, http.StateClosed)
	note(first, http.StateClosed)
	again := &fakeConn{from: "192.0.2.1:4"}
	if ctx := accept(context.Background(), again); ctx != context.Background() || again.closed {
		t.Error("there is no room for the client, which has none within the limit")
	}
}
