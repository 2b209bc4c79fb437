package middleware_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// pipes is a listener of connections in memory, with deadlines that follow the
// clock of a bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// dial serves h in the bubble and returns a connection to it.
func dial(t *testing.T, h http.Handler) net.Conn {
	t.Helper()
	return dialWith(t, h, nil)
}

func dialWith(t *testing.T, h http.Handler, protocols *http.Protocols) net.Conn {
	t.Helper()
	p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Second, Protocols: protocols}
	served := make(chan error)
	go func() { served <- s.Serve(p) }()
	client, other := net.Pipe()
	p.conns <- other
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), client.Close()); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return client
}

func say(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

func hear(t *testing.T, c net.Conn) answer {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	return readAnswer(t, resp)
}

func post(path, length string) string {
	return "POST " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: " + token + "\r\nContent-Length: " + length + "\r\n"
}
