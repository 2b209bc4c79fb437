package middleware

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/server"
)

// Error is an error for the client: an implementation returns it, or wraps
// it, wherever it fails. Any other error is answered with 500 and its text
// stays in the server.
type Error struct {
	Status  int    // of the response, 400 to 599; another one is answered as 500
	Message string // what went wrong; by default the name of the status; cut after 2000 bytes
	Detail  string // where or why, in more words; may be empty; cut after 1 MiB
	Err     error  // the cause; for logs only, never sent

	// RetryAfter, if it is positive, tells the client when to try again: the
	// server has done nothing of what was asked. It is sent in whole seconds,
	// rounded up.
	RetryAfter time.Duration
}

// StatusGaveUp is the status in logs and metrics of a request whose client went
// away before the response began. Nobody sees it on the wire.
const StatusGaveUp = 499

// Error returns status, message, detail and cause.
func (e *Error) Error() string {
	text := fmt.Sprintf("%d %s", e.Status, e.message())
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause; a nil *Error has none.
func (e *Error) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

func (e *Error) message() string {
	if e.Message == "" {
		return strings.ToLower(http.StatusText(e.Status))
	}
	return e.Message
}

// asError is the response to err.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		if e != nil && e.Status >= 400 && e.Status <= 599 {
			return e
		}
	} else if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &Error{Status: http.StatusRequestEntityTooLarge, Message: "the body is too large",
			Detail: fmt.Sprintf("at most %d bytes are taken", e.Limit)}
	}
	return &Error{Status: http.StatusInternalServerError, Message: "internal server error"}
}

// isAnswer reports whether reading a body failed in a way that has a response of
// its own: 413 or 408.
func isAnswer(err error) bool {
	_, large := errors.AsType[*http.MaxBytesError](err)
	_, slow := errors.AsType[*Error](err)
	return large || slow
}

// WriteError answers a request with err, as {"error", "detail"}: an [*Error]
// in its chain as it says, a [*http.MaxBytesError] with 413, everything else
// with 500 and without its text. Options.OnError is told of err.
//
// When the response had already begun, the connection is broken off instead, by
// a panic with [http.ErrAbortHandler]: the client must not take half an
// archive for a whole one. So it is the last thing that a handler does.
func WriteError(w http.ResponseWriter, _ *http.Request, err error) {
	if rw := unwrap(w); rw != nil {
		rw.fail(err)
		return
	}
	writeAnswer(w, asError(err))
}

// entityHeaders describe a body that was not sent after all.
var entityHeaders = []string{
	"Accept-Ranges", "Cache-Control", "Content-Disposition", "Content-Encoding",
	"Content-Length", "Etag", "Last-Modified",
}

func writeAnswer(w http.ResponseWriter, e *Error) {
	header := w.Header()
	for _, name := range entityHeaders {
		header.Del(name)
	}
	if e.Status != http.StatusRequestedRangeNotSatisfiable {
		header.Del("Content-Range")
	}
	if e.Status == http.StatusRequestTimeout {
		header.Set("Connection", "close") // the rest of the body would follow
	}
	if e.RetryAfter > 0 {
		header.Set("Retry-After", strconv.FormatInt(int64((e.RetryAfter+time.Second-1)/time.Second), 10))
	}
	if e.Status == http.StatusUnauthorized && header.Get("WWW-Authenticate") == "" {
		header["Www-Authenticate"] = []string{"Token", "Bearer"}
	}
	body := models.Error{Error: clean(e.message(), maxMessage)}
	if e.Detail != "" {
		body.Detail = new(clean(e.Detail, maxDetail))
	}
	// Nothing is left that could fail to encode, and a client that has gone
	// needs no response.
	_ = WriteJSON(w, e.Status, body)
}

const (
	maxMessage = 2000    // bytes
	maxDetail  = 1 << 20 // bytes; it may name thousands of objects
)

// clean keeps text encodable, and bounded.
func clean(text string, most int) string {
	if len(text) > most {
		for !utf8.RuneStart(text[most]) {
			most--
		}
		text = text[:most] + "..."
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// quoted bounds a detail that quotes the request.
func quoted(detail string) string { return clean(detail, 2000) }

// writeBindError answers what the generated code could not bind to its Go
// parameters.
func writeBindError(w http.ResponseWriter, r *http.Request, err error) {
	name := ""
	if e, ok := errors.AsType[*server.InvalidParamFormatError](err); ok {
		name = e.ParamName
	} else if e, ok := errors.AsType[*server.RequiredParamError](err); ok {
		name = e.ParamName
	} else if e, ok := errors.AsType[*server.TooManyValuesForParamError](err); ok {
		name = e.ParamName
	}
	WriteError(w, r, &Error{Status: http.StatusBadRequest,
		Message: fmt.Sprintf("the parameter %q cannot be read", name), Err: err})
}
