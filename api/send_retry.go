package api

import (
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// RetryPolicy bounds how often and how long a call is tried. A field that is
// zero stands for its default. Turn retry off with MaxAttempts 1.
type RetryPolicy struct {
	// MaxAttempts is how often a request is sent, the first time included. The
	// default is 5.
	MaxAttempts int
	// MaxElapsed is how long after the start of the first attempt another one
	// may begin; one that has begun is not cut short, which is what the context
	// is for. The default is 5 minutes.
	MaxElapsed time.Duration
	// MinDelay is the delay before the second attempt; it doubles from one to
	// the next. Up to half of a delay is added at random. The default is 500 ms.
	MinDelay time.Duration
	// MaxDelay bounds every delay, also one that a server asks for. The default
	// is 2 minutes, twice the window of the platform's rate limit.
	MaxDelay time.Duration
}

var defaultRetry = RetryPolicy{
	MaxAttempts: 5, MaxElapsed: 5 * time.Minute, MinDelay: 500 * time.Millisecond, MaxDelay: 2 * time.Minute,
}

// complete fills in the defaults and says what is invalid.
func (p RetryPolicy) complete() (RetryPolicy, error) {
	for _, field := range []struct {
		name string
		d    time.Duration
	}{
		{"MaxAttempts", time.Duration(p.MaxAttempts)}, {"MaxElapsed", p.MaxElapsed}, {"MinDelay", p.MinDelay}, {"MaxDelay", p.MaxDelay},
	} {
		if field.d < 0 {
			return p, fmt.Errorf("%s is negative", field.name)
		}
	}
	if p.MaxAttempts == 0 {
		p.MaxAttempts = defaultRetry.MaxAttempts
	}
	if p.MaxElapsed == 0 {
		p.MaxElapsed = defaultRetry.MaxElapsed
	}
	if p.MaxDelay == 0 {
		p.MaxDelay = max(defaultRetry.MaxDelay, p.MinDelay)
	}
	if p.MinDelay == 0 {
		p.MinDelay = min(defaultRetry.MinDelay, p.MaxDelay)
	}
	if p.MinDelay > p.MaxDelay {
		return p, fmt.Errorf("MinDelay %v is more than MaxDelay %v", p.MinDelay, p.MaxDelay)
	}
	return p, nil
}

// delay is how long to wait after attempt n, if the server asks for this wait (or
// for none, 0).
func (p RetryPolicy) delay(n int, asked time.Duration) time.Duration {
	own := p.MinDelay
	for range n - 1 {
		own = min(2*own, p.MaxDelay)
	}
	own += random(own / 2)
	if asked > 0 {
		asked += random(p.MinDelay) // so that clients do not all return at the same moment
	}
	return min(max(own, asked), p.MaxDelay)
}

// random returns a duration from 0 up to d.
func random(d time.Duration) time.Duration {
	return rand.N(d + 1) //nolint:gosec // G404: it spreads load and protects nothing
}

// verdict is what follows from a failed attempt.
type verdict int

const (
	giveUp  verdict = iota
	again           // sending it again does nothing twice
	unknown         // the server may have done it, and doing it twice would matter
)

// outcome is what is known of a failed attempt.
type outcome struct {
	method     string
	err        error // an *Error if there was a response
	whole      bool  // the transport took the whole body: only then can it have arrived
	rewindable bool
	ended      bool // the context has
}

// verdict is the rule of the package comment.
func (o outcome) verdict() verdict {
	idempotent := o.method == http.MethodGet || o.method == http.MethodHead || o.method == http.MethodDelete
	response, responded := errors.AsType[*Error](o.err)
	doubtful := true // nothing says that the server did not do it
	switch {
	case !responded:
		doubtful = !neverSent(o.err)
	case response.StatusCode/100 == 2: // with a body that cannot be used
		if !idempotent {
			return unknown
		} else if !response.broken {
			return giveUp
		}
	case response.StatusCode == http.StatusTooManyRequests:
		doubtful = false
	case response.StatusCode == http.StatusServiceUnavailable:
		doubtful = !response.waits
	case response.StatusCode == http.StatusBadGateway, response.StatusCode == http.StatusGatewayTimeout:
	default:
		return giveUp
	}
	switch {
	case doubtful && o.whole && !idempotent:
		return unknown
	case o.ended, hopeless(o.err), noSuchHost(o.err), !o.rewindable:
		return giveUp
	}
	return again
}

// neverSent reports whether an error of the transport says that there was no
// connection to send a request on.
func neverSent(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial" || hopeless(err)
}

// hopeless reports whether another attempt would end in the same way.
func hopeless(err error) bool {
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, final := errors.AsType[finalError](err)
	return certificate || final
}

// noSuchHost reports whether there is no host of the name. A wait for a job goes
// through that all the same: the host was there before.
func noSuchHost(err error) bool {
	name, ok := errors.AsType[*net.DNSError](err)
	return ok && name.IsNotFound
}

// refused reports whether the server said that it did not do what was asked.
func refused(err error) bool {
	return outcome{method: http.MethodPost, err: err, whole: true}.verdict() != unknown
}

// finalError is one that another attempt would not cure.
type finalError struct{ error }

func (e finalError) Unwrap() error { return e.error }
