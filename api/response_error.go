package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Kinds of an [*Error] for [errors.Is], by its status.
var (
	ErrUnauthorized = errors.New("unauthorized") // 401: there is no token, or it is not known
	ErrForbidden    = errors.New("forbidden")    // 403: the token may not do this
	ErrNotFound     = errors.New("not found")    // 404: not there, or in a project that the token does not see
	ErrConflict     = errors.New("conflict")     // 409: the present status does not allow it, or an object exists already
	ErrRateLimited  = errors.New("rate limited") // 429: too many requests; see [Error.RetryAfter]
)

// ErrUnknownOutcome says that a create or a confirmation may have been carried
// out or not: the connection broke, the context ended, or a gateway gave up
// after the whole request was sent, or its success cannot be read. It comes with
// its cause, an [*Error] if there was a response. The request was not sent again.
//
// [ImportsService.Confirm] has already read the import for as long as it
// could; read its status. Before a create is repeated, list the jobs of the
// project and compare with a list from before the create; the example shows it.
// That is sure only if nobody else creates jobs there at the same time.
var ErrUnknownOutcome = errors.New("it is not known whether this was carried out")

// Error is a response that is not a success, whatever kind of body it has, or a
// success whose body cannot be used. Find it with [errors.As].
//
// Nothing in it contains the token, even if the server repeats it.
type Error struct {
	Response // its StatusCode is 2xx if only the body was wrong

	// Message is what went wrong in the words of the server: a JSON member
	// "error" or "error_message", the Message of an object storage's XML, the
	// title of an HTML page, or a plain text. It is one line of at most 1024
	// characters, and empty if the body has none.
	Message string
	// Detail is a JSON member "detail" or the Details of XML, one line likewise,
	// but whole: it can name every object that is wrong.
	Detail string
	// RetryAfter is how long the server asks to wait: the header Retry-After in
	// either form, else x-ratelimit-reset if the limit is used up. It is 0 if the
	// server asks for nothing, or for nonsense such as a year.
	RetryAfter time.Duration
	// Err is why the body could not be read or decoded. It is nil if it could,
	// and if the status is not 2xx and the body is merely of another kind.
	Err error

	waits  bool // the server asks for a wait, perhaps of 0
	broken bool // the body of a success broke off
}

// Error reads like "GET /projects/p/exports/x: 404 Not Found: the export does
// not exist".
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %d", e.Method, e.Path, e.StatusCode)
	if text := http.StatusText(e.StatusCode); text != "" {
		b.WriteString(" " + text)
	}
	for _, part := range []string{e.Message, shortened(e.Detail)} {
		if part != "" {
			b.WriteString(": " + part)
		}
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.RequestID != "" {
		b.WriteString(" (request " + e.RequestID + ")")
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Is matches [ErrUnauthorized], [ErrForbidden], [ErrNotFound], [ErrConflict]
// and [ErrRateLimited] by the status.
func (e *Error) Is(target error) bool {
	switch e.StatusCode {
	case http.StatusUnauthorized:
		return target == ErrUnauthorized
	case http.StatusForbidden:
		return target == ErrForbidden
	case http.StatusNotFound:
		return target == ErrNotFound
	case http.StatusConflict:
		return target == ErrConflict
	case http.StatusTooManyRequests:
		return target == ErrRateLimited
	}
	return false
}

// refusal makes the error of a response that is not a success out of its header
// and a bounded part of its body.
func (s *sender) refusal(resp *http.Response, attempts int) *Error {
	e := s.newError(resp, attempts)
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if err != nil {
		e.Err = s.mask.error(fmt.Errorf("reading the body: %w", err))
	}
	e.Message, e.Detail = parseErrorBody(body, s.mask.hide)
	location, err := url.Parse(resp.Header.Get("Location"))
	if err == nil && location.Path != "" && resp.StatusCode/100 == 3 {
		shown := url.URL{Scheme: location.Scheme, Host: location.Host, Path: location.Path} // without a signature
		e.Message = printable("the redirect to "+shown.String()+" was not followed", s.mask.hide)
	}
	return e
}

// unusable makes the error of a success whose body cannot be used.
func (s *sender) unusable(resp *http.Response, attempts int, why string, err error) *Error {
	e := s.newError(resp, attempts)
	e.Message = why
	if err != nil {
		e.Err = s.mask.error(err)
	}
	return e
}

func (s *sender) newError(resp *http.Response, attempts int) *Error {
	e := &Error{Response: s.response(resp, attempts)}
	e.RetryAfter, e.waits = parseRetryAfter(resp.Header)
	if !e.waits && (e.StatusCode == http.StatusTooManyRequests || e.RateLimit.usedUp()) {
		if reset := e.RateLimit.wait(); reset >= 0 {
			e.RetryAfter, e.waits = reset, true
		}
	}
	return e
}
