package api

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Kinds of an [*Error] for [errors.Is], by its status.
var (
	ErrUnauthorized = errors.New("unauthorized") // 401: there is no token, or it is not known
	ErrForbidden    = errors.New("forbidden")    // 403: the token may not do this
	ErrNotFound     = errors.New("not found")    // 404: not there, or in a project that the token does not see
	ErrConflict     = errors.New("conflict")     // 409: the present status does not allow it, or an object exists already
	ErrRateLimited  = errors.New("rate limited") // 429: too many requests; see [Error.RateLimit]
)

// Error is an answer of the server that is no success, whatever kind of body it
// has, or a success whose body cannot be used. Find it with [errors.As].
//
// Nothing in it contains the token, also where the server repeats it.
type Error struct {
	StatusCode int    // of HTTP; 2xx where only the body was at fault
	Method     string // what was asked, before any redirect
	Path       string // below the base URL, escaped, without a query

	// Message is what went wrong in the words of the server: a JSON member
	// "error" or "error_message", the Message of an object storage's XML, the
	// title of an HTML page, or a plain text. It is one line of at most 1024
	// characters, and empty where there was nothing of the kind.
	Message string
	// Detail is a JSON member "detail" or the Details of XML, likewise.
	Detail string

	RequestID string     // from the header X-Request-Id or X-Amz-Request-Id, else empty
	RateLimit *RateLimit // nil where the answer says nothing about it

	// Err is why the body could not be read or decoded; nil where it could, and
	// where the status is no 2xx and the body is merely of another kind.
	Err error
}

// RateLimit is what the x-ratelimit headers of an answer say. The platform
// documents 300 requests a minute for each source address. A number that is
// missing or makes no sense is -1.
type RateLimit struct {
	Limit     int           // requests that are allowed in a window
	Remaining int           // requests that are left in this window
	Reset     time.Duration // until the window starts anew
}

// Error reads like "GET /projects/p/exports/x: 404 Not Found: the export does
// not exist".
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %d", e.Method, e.Path, e.StatusCode)
	if text := http.StatusText(e.StatusCode); text != "" {
		b.WriteString(" " + text)
	}
	for _, part := range []string{e.Message, e.Detail} {
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

// refusal makes the error of an answer that is no success out of its header and
// a bounded part of its body.
func (s *sender) refusal(resp *http.Response) *Error {
	e := s.newError(resp)
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if err != nil {
		e.Err = s.masked(fmt.Errorf("reading the body: %w", err))
	}
	e.Message, e.Detail = parseErrorBody(body, s.mask.Replace)
	target, err := url.Parse(resp.Header.Get("Location"))
	if err == nil && target.Path != "" && resp.StatusCode/100 == 3 {
		shown := url.URL{Scheme: target.Scheme, Host: target.Host, Path: target.Path} // without a signature
		e.Message = printable("the redirect to "+shown.String()+" was not followed", s.mask.Replace)
	}
	return e
}

// unusable makes the error of a success whose body is of no use.
func (s *sender) unusable(resp *http.Response, why string, err error) *Error {
	e := s.newError(resp)
	e.Message = why
	if err != nil {
		e.Err = s.masked(err)
	}
	return e
}

func (s *sender) newError(resp *http.Response) *Error {
	h := resp.Header
	return &Error{
		StatusCode: resp.StatusCode,
		Method:     resp.Request.Method,
		Path:       s.path(resp.Request),
		RequestID:  printable(cmp.Or(h.Get("X-Request-Id"), h.Get("X-Amz-Request-Id")), s.mask.Replace),
		RateLimit:  parseRateLimit(h),
	}
}

// parseRateLimit reads the headers; the seconds of the reset may have a fraction.
func parseRateLimit(h http.Header) *RateLimit {
	number := func(name string) int {
		n, err := strconv.ParseUint(h.Get(name), 10, 31)
		if err != nil {
			return -1
		}
		return int(n)
	}
	r := RateLimit{Limit: number("X-Ratelimit-Limit"), Remaining: number("X-Ratelimit-Remaining"), Reset: -1}
	const maxReset = 24 * time.Hour // more is nonsense for a window of a minute
	seconds, err := strconv.ParseFloat(h.Get("X-Ratelimit-Reset"), 64)
	if err == nil && !math.IsNaN(seconds) && seconds >= 0 && seconds <= maxReset.Seconds() {
		r.Reset = time.Duration(seconds * float64(time.Second))
	}
	if r == (RateLimit{-1, -1, -1}) {
		return nil
	}
	return &r
}
