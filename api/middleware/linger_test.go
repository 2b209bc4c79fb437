package middleware_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/server"
)

// halves notes whether connections are half closed before they are closed.
type halves struct {
	net.Listener
	half, whole atomic.Int64
}

func (h *halves) Accept() (net.Conn, error) {
	c, err := h.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &halfConn{TCPConn: c.(*net.TCPConn), halves: h}, nil
}

type halfConn struct {
	*net.TCPConn
	halves *halves
	half   atomic.Bool
}

func (c *halfConn) CloseWrite() error {
	c.half.Store(true)
	c.halves.half.Add(1)
	return c.TCPConn.CloseWrite()
}

func (c *halfConn) Close() error {
	if !c.half.Load() {
		c.halves.whole.Add(1)
	}
	return c.TCPConn.Close()
}

// If it were closed as a whole, with bytes of the body unread, the connection
// would be reset, and the response might be lost.
func TestLinger_anEarlyResponseReachesAClientThatIsStillSending(t *testing.T) {
	t.Parallel()
	for name, expect := range map[string]string{"at once": "", "when told to continue": "Expect: 100-continue\r\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := strict(t, stub{upload: func(_ context.Context, r server.ImportsCreateRequestObject) (server.ImportsCreateResponseObject, error) {
				_, err := middleware.ReadImportForm(r.Body, func(archive io.Reader) error {
					_, err := archive.Read(make([]byte, 1))
					if err != nil {
						return err
					}
					return &middleware.Error{Status: http.StatusInsufficientStorage, Message: "the disk is full"}
				})
				return nil, err
			}})
			web := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				h.ServeHTTP(w, r.WithContext(r.Context())) // a copy, so that net/http sees its own body in the request
			}))
			listener := &halves{Listener: web.Listener}
			web.Listener = listener
			web.Start()
			defer web.Close()
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", web.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: h\r\nAuthorization: %s\r\nContent-Type: multipart/form-data; boundary=b\r\n%sContent-Length: 1000000\r\n\r\n"+
				"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n%01000d", imports, token, expect, 0)
			answers := bufio.NewReader(conn)
			status := http.StatusContinue
			for status == http.StatusContinue {
				resp, err := http.ReadResponse(answers, nil)
				if err != nil {
					t.Fatal(err)
				}
				status = resp.StatusCode
				if _, err := io.Copy(io.Discard, resp.Body); err != nil {
					t.Error(err)
				}
				resp.Body.Close()
			}
			if _, err := answers.ReadByte(); err != io.EOF {
				t.Errorf("after the response: %v", err)
			}
			if status != http.StatusInsufficientStorage || listener.half.Load() != 1 || listener.whole.Load() != 0 {
				t.Errorf("status %d; %d connections half closed first, %d not", status, listener.half.Load(), listener.whole.Load())
			}
		})
	}
}
