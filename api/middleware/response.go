package middleware

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
)

// response is the ResponseWriter that implementations get. It knows whether
// the response has begun, from when on an error can only break it off.
type response struct {
	http.ResponseWriter
	request   *http.Request
	operation *operation // nil until the request is routed
	onError   func(*http.Request, int, error)
	unknown   []string // query parameters that the contract does not have
	strict    bool     // a strict implementation returned the response
	status    int      // 0 until the response has begun
	broken    bool
	sent      int64 // bytes of the body
	pace      pace  // at which the client takes the response
}

// unwrap returns the response that w is, or that w is built on, or nil.
func unwrap(w http.ResponseWriter) *response {
	for {
		switch v := w.(type) {
		case *response:
			return v
		case interface{ Unwrap() http.ResponseWriter }:
			w = v.Unwrap()
		default:
			return nil
		}
	}
}

// Unwrap is for http.ResponseController.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader begins the response.
func (w *response) WriteHeader(status int) {
	if w.strict && w.status == 0 && !w.operation.Answers(status) {
		panic(fmt.Errorf("the implementation of %s returned a response with the status %d, which is neither in the contract nor one of success", w.operation.ID, status))
	}
	w.ResponseWriter.WriteHeader(status) // it panics on nonsense, so it goes first
	if w.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		w.status = status
	}
}

func (w *response) Write(b []byte) (int, error) {
	w.begin()
	return w.write(b)
}

// ReadFrom keeps the way open on which net/http sends files without copying
// them through memory.
func (w *response) ReadFrom(src io.Reader) (int64, error) {
	w.begin()
	if _, ok := w.ResponseWriter.(io.ReaderFrom); !ok {
		return io.Copy(writerOnly{w}, src)
	}
	return w.readFrom(src)
}

// writerOnly hides ReadFrom.
type writerOnly struct{ io.Writer }

// FlushError is for http.ResponseController, which would otherwise pass by.
func (w *response) FlushError() error {
	w.begin()
	w.pace.wait()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *response) begin() {
	w.status = cmp.Or(w.status, http.StatusOK)
}

// fail answers with err, or breaks the response off when it has begun.
func (w *response) fail(err error) {
	answer := asError(err)
	if w.request.Context().Err() != nil && answer.Status >= 500 {
		answer = &Error{Status: StatusGaveUp, Message: "the client gave up"}
	}
	w.strict = false // what is written from here on is ours
	w.broken = w.status != 0
	if w.onError != nil {
		status := answer.Status
		if w.broken {
			status = w.status
		}
		w.onError(w.request, status, err)
	}
	if w.broken {
		panic(http.ErrAbortHandler)
	}
	writeAnswer(w, answer)
}

// recoverPanic is deferred around everything. A panic with http.ErrAbortHandler
// is for net/http.
func (w *response) recoverPanic() {
	switch v := recover(); v {
	case nil:
	case http.ErrAbortHandler:
		w.broken = true
		panic(v)
	default:
		w.fail(fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
	}
}
