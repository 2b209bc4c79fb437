package api

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"strconv"
	"time"
)

// Response is what the server has sent besides the content: a part of every
// [*Error], and for successes what [TraceResponses] reports.
type Response struct {
	Method     string // what was asked, before any redirect
	Path       string // below the base URL, escaped, without a query
	StatusCode int    // of HTTP
	RequestID  string // from X-Request-Id, X-Correlation-Id or X-Amz-Request-Id, else empty
	// RateLimit is nil if the response says nothing about it.
	RateLimit *RateLimit
	// Attempts is how often the request had been sent when the response came.
	Attempts int
}

type traceKey struct{}

// TraceResponses returns a context for calls whose responses are to be
// reported: each one to report, whatever its status, those included that are
// followed by another attempt. Redirects that are followed are not reported.
// report is called in the goroutine of the call, before the body is read.
//
//	ctx = api.TraceResponses(ctx, func(r api.Response) { log.Print(r.RequestID) })
func TraceResponses(ctx context.Context, report func(Response)) context.Context {
	return context.WithValue(ctx, traceKey{}, report)
}

func (s *sender) response(resp *http.Response, attempts int) Response {
	h := resp.Header
	id := cmp.Or(h.Get("X-Request-Id"), h.Get("X-Correlation-Id"), h.Get("X-Amz-Request-Id"))
	return Response{
		Method:     resp.Request.Method,
		Path:       s.path(resp.Request),
		StatusCode: resp.StatusCode,
		RequestID:  printable(id, s.mask.hide),
		RateLimit:  parseRateLimit(h),
		Attempts:   attempts,
	}
}

// RateLimit is what the x-ratelimit headers of a response say. The platform
// documents 300 requests a minute for each source address. A number that is
// missing or nonsense is -1.
type RateLimit struct {
	Limit     int           // requests that are allowed in a window
	Remaining int           // requests that are left in this window
	Reset     time.Duration // until the window starts anew
}

func (r *RateLimit) usedUp() bool { return r != nil && r.Remaining == 0 }

// wait is the time until the window starts anew, -1 if that is not known.
func (r *RateLimit) wait() time.Duration {
	if r == nil {
		return -1
	}
	return r.Reset
}

// maxWait is what a server can ask for; more is nonsense for a window of a minute.
const maxWait = 24 * time.Hour

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
	if reset, ok := parseSeconds(h.Get("X-Ratelimit-Reset")); ok {
		r.Reset = reset
	}
	if r == (RateLimit{-1, -1, -1}) {
		return nil
	}
	return &r
}

// parseRetryAfter reads the header in seconds or as a date. A date is compared
// with the clock of the server, if the response has it, since ours may differ.
func parseRetryAfter(h http.Header) (time.Duration, bool) {
	text := h.Get("Retry-After")
	if wait, ok := parseSeconds(text); ok {
		return wait, true
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0, false
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		now = time.Now()
	}
	wait := max(at.Sub(now), 0) // what is past is over
	if wait > maxWait {
		return 0, false
	}
	return wait, true
}

func parseSeconds(text string) (time.Duration, bool) {
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(seconds) || seconds < 0 || seconds > maxWait.Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)), true
}
