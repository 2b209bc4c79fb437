package cli_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// conn is a connection to the command.
type conn struct {
	net.Conn
	answer *bufio.Reader
}

// talk opens a connection and sends the beginning of a request.
func (s *served) talk(t *testing.T, text string) *conn {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.host(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return &conn{c, bufio.NewReader(c)}
}

func (s *served) host(t *testing.T) string {
	t.Helper()
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

func (c *conn) status(t *testing.T) int {
	t.Helper()
	resp, err := http.ReadResponse(c.answer, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}

// upload begins a request that the server waits for the body of.
func (s *served) upload(t *testing.T) *conn {
	t.Helper()
	c := s.talk(t, fmt.Sprintf("POST /v2.1/projects/default/exports HTTP/1.1\r\nHost: h\r\nAuthorization: Token %s\r\n"+
		"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n", s.tokens["default"]))
	if got := c.status(t); got != http.StatusContinue {
		t.Fatalf("status %d", got)
	}
	return c
}

// What a signal does: an upload that makes no progress is cut off at
// the deadline, and the command still ends without an error.
func TestServeEndsWithinTheDeadline(t *testing.T) {
	t.Parallel()
	s := serve(t, noEnv, "--shutdown-timeout", "50ms")
	c := s.upload(t)
	s.end(t)
	if line, err := c.answer.ReadString('\n'); err == nil {
		t.Errorf("there is a response: %s", line)
	}
	if log := s.log.String(); !strings.Contains(log, "stopping") || !strings.Contains(log, "cut off") {
		t.Errorf("the log is %s", log)
	}
	if late, err := net.Dial("tcp", s.host(t)); err == nil {
		t.Error("it still takes connections")
		late.Close()
	}
}

func TestServeFinishesWhatItServes(t *testing.T) {
	t.Parallel()
	s := serve(t, noEnv, "--shutdown-timeout", "10m")
	c := s.upload(t)
	s.stop()
	for { // until it takes no connection any more
		probe, err := (&net.Dialer{}).DialContext(context.WithoutCancel(t.Context()), "tcp", s.host(t))
		if err != nil {
			break
		}
		probe.Close()
	}
	if _, err := io.WriteString(c, "{}"); err != nil {
		t.Fatal(err)
	}
	if got := c.status(t); got != http.StatusCreated {
		t.Errorf("status %d", got)
	}
	s.end(t)
}

func TestServeTellsConnectionsOverTheLimitToTryAgain(t *testing.T) {
	t.Parallel()
	s := serve(t, noEnv, "--max-connections", "1")
	first := s.upload(t)
	for path, want := range map[string]int{"/openapi.yaml": http.StatusServiceUnavailable, "/livez": http.StatusOK, "/readyz": http.StatusOK} {
		over := s.talk(t, "GET "+path+" HTTP/1.1\r\nHost: h\r\n\r\n")
		if got := over.status(t); got != want {
			t.Errorf("%s: status %d", path, got)
		}
	}
	if _, err := io.WriteString(first, "{}"); err != nil {
		t.Fatal(err)
	}
	if got := first.status(t); got != http.StatusCreated {
		t.Errorf("status %d of the connection within the limit", got)
	}
}

func TestServeMeetsHugeHeadersWithALimit(t *testing.T) {
	t.Parallel()
	s := serve(t, noEnv)
	r := s.talk(t, "GET /livez HTTP/1.1\r\nHost: h\r\nX: "+strings.Repeat("x", 70<<10))
	if got := r.status(t); got != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", got)
	}
}
