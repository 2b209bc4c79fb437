package middleware

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/ubiops-contrib/transfer/api/internal/contract"
)

// A ResponseCheck says whether the responses of an implementation are held
// against the contract: status, header, content type and JSON.
type ResponseCheck int

// What can be done about a response that breaks the contract. To see that, JSON is
// held back until it is whole; an archive is sent as it comes.
const (
	TrustResponses  ResponseCheck = iota // nothing: it is not looked at
	ReportResponses                      // it is sent, and Options.OnError is told
	RefuseResponses                      // Options.OnError is told, and the response is 500, or broken off
)

// ErrResponse is in the error that Options.OnError gets for a response that
// breaks the contract. The whole error names the operation and the place: a
// header, or a JSON pointer.
var ErrResponse = errors.New("the response breaks the contract")

// checkedResponse lies between a response and what it is sent with.
type checkedResponse struct {
	http.ResponseWriter
	operation *operation
	refuse    bool
	status    int // 0 until the response has begun
	err       error
	passing   bool         // the body is sent as it comes
	held      bytes.Buffer // otherwise
	size      int64        // of the body
}

// checked serves a request of the route and checks the response.
func (rt *route) checked(rw *response, r *http.Request) {
	c := &checkedResponse{ResponseWriter: rw.ResponseWriter, operation: rt.operation, refuse: rt.opts.Responses == RefuseResponses}
	rw.ResponseWriter = c
	func() {
		defer func() { rw.ResponseWriter = c.ResponseWriter }() // panics are answered without a check
		rt.serve(rw, c.ResponseWriter, r)
	}()
	c.finish(rw)
}

// Unwrap is for http.ResponseController.
func (c *checkedResponse) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *checkedResponse) WriteHeader(status int) {
	if c.status != 0 {
		return
	}
	if status < 200 {
		c.ResponseWriter.WriteHeader(status)
		return
	}
	c.status = status
	if status != StatusGaveUp { // which nobody sees
		c.err = c.operation.CheckHeader(status, c.Header())
	}
	c.passing = c.operation.Streams(status, c.Header()) && (c.err == nil || !c.refuse)
	if c.passing {
		c.ResponseWriter.WriteHeader(status)
	}
}

func (c *checkedResponse) begin() io.Writer {
	c.WriteHeader(http.StatusOK)
	switch {
	case c.passing:
		return c.ResponseWriter
	case c.refuse && c.err != nil:
		return io.Discard
	}
	return &c.held
}

func (c *checkedResponse) Write(b []byte) (int, error) {
	n, err := c.begin().Write(b)
	c.size += int64(n)
	return n, err
}

// ReadFrom keeps the way open on which net/http sends files.
func (c *checkedResponse) ReadFrom(src io.Reader) (int64, error) {
	n, err := io.Copy(c.begin(), src)
	c.size += n
	return n, err
}

// FlushError sends nothing of what is held.
func (c *checkedResponse) FlushError() error {
	if c.begin(); c.passing {
		return http.NewResponseController(c.ResponseWriter).Flush()
	}
	return nil
}

// finish checks the body and sends what was held, or the error.
func (c *checkedResponse) finish(rw *response) {
	c.begin()
	if rw.request.Method != http.MethodHead && c.err == nil {
		c.err = c.checkBody()
	}
	if c.err != nil {
		err := fmt.Errorf("%w: %w", ErrResponse, c.err)
		if c.refuse {
			if !c.passing {
				rw.status, rw.sent = 0, 0
			}
			rw.fail(err)
			return
		}
		if rw.onError != nil {
			rw.onError(rw.request, c.status, err)
		}
	}
	if !c.passing {
		c.ResponseWriter.WriteHeader(c.status)
		_, _ = c.ResponseWriter.Write(c.held.Bytes()) // a client that has gone needs none
	}
}

func (c *checkedResponse) checkBody() error {
	if err := c.operation.CheckBody(c.status, c.Header(), c.held.Bytes()); err != nil {
		return err
	}
	if length := c.Header().Get("Content-Length"); length != "" && length != strconv.FormatInt(c.size, 10) {
		return &contract.Mismatch{Operation: c.operation.ID, Status: c.status,
			Reason: fmt.Sprintf("the header Content-Length is %q, and the body has %d bytes", length, c.size)}
	}
	return nil
}
