package api

import (
	"math"
	"net/http"
	"strconv"
	"time"
)

// RateLimit is what the x-ratelimit headers of an answer say. The platform
// documents 300 requests a minute for each source address. A number that is
// missing or makes no sense is -1.
type RateLimit struct {
	Limit     int           // requests that are allowed in a window
	Remaining int           // requests that are left in this window
	Reset     time.Duration // until the window starts anew
}

func (r *RateLimit) usedUp() bool { return r != nil && r.Remaining == 0 }

// wait is the time until the window starts anew, -1 where it is not known.
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

// parseRetryAfter reads the header in seconds or as a date. A date is held
// against the clock of the server where that is told, since ours may differ.
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
