package apitest

import (
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"syscall"
)

type connKey struct{}

// reset breaks the connection of a request off and ends its handling. Before
// that it takes the rest of the request's body: whether the client gets to send
// all of it must not depend on luck.
func reset(r *http.Request) {
	discard(r.Body, math.MaxInt64)
	breakOff(r)
	panic(http.ErrAbortHandler)
}

// discard reads bytes of a body that neither the server nor the journal gets. It
// returns how many there were.
func discard(body io.Reader, most int64) int64 {
	if watched, ok := body.(*watchedBody); ok {
		body = watched.ReadCloser
	}
	n, _ := io.CopyN(io.Discard, body, most) // the client may have gone
	return n
}

func breakOff(r *http.Request) {
	switch c := r.Context().Value(connKey{}).(type) {
	case *conn:
		c.reset()
	case *net.TCPConn:
		// Without time to linger the system sends a reset. This fails only on
		// a connection that the client has already closed.
		_ = c.SetLinger(0)
		_ = c.Close()
	}
}

// lostResponse is a response that nobody gets. The journal gets its status.
type lostResponse struct {
	header  http.Header
	request *http.Request
	begun   bool
}

func (l *lostResponse) Header() http.Header { return l.header }

func (l *lostResponse) WriteHeader(status int) {
	if !l.begun && status >= http.StatusOK {
		l.begun = true
		if e := entryOf(l.request); e != nil {
			e.answered(status)
		}
	}
}

func (l *lostResponse) Write(p []byte) (int, error) {
	l.WriteHeader(http.StatusOK)
	return len(p), nil
}

var (
	errResponseCut = errors.New("apitest: the response was cut")
	errRequestCut  = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
)

// cutResponse lets only so many bytes of a response through.
type cutResponse struct {
	http.ResponseWriter
	request     *http.Request
	left, after int64
	cut         bool
}

// Unwrap is for [http.ResponseController].
func (c *cutResponse) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *cutResponse) Write(p []byte) (int, error) {
	part := p[:min(int64(len(p)), c.left)]
	n, err := c.ResponseWriter.Write(part)
	c.left -= int64(n)
	if err != nil || len(part) == len(p) {
		return n, err
	}
	c.cut = true
	met(c.request, "cut response after %d", c.after)
	return n, errors.Join(errResponseCut, http.NewResponseController(c.ResponseWriter).Flush())
}

// end closes the connection after a cut, however the handler has ended.
func (c *cutResponse) end() {
	if c.cut {
		panic(http.ErrAbortHandler)
	}
}

// cutRequest lets only so many bytes of a request's body through.
type cutRequest struct {
	io.ReadCloser
	request     *http.Request
	left, after int64
	cut         bool
}

func (c *cutRequest) Read(p []byte) (int, error) {
	if c.left > 0 {
		n, err := c.ReadCloser.Read(p[:min(int64(len(p)), c.left)])
		c.left -= int64(n)
		return n, err
	}
	if !c.cut {
		if discard(c.ReadCloser, connBuffer) == 0 { // nothing is left to cut
			return c.ReadCloser.Read(p)
		}
		c.cut = true
		met(c.request, "cut request after %d", c.after)
		breakOff(c.request)
	}
	return 0, errRequestCut
}

// end closes the connection after a cut, however the handler has ended.
func (c *cutRequest) end() {
	if c.cut {
		panic(http.ErrAbortHandler)
	}
}
