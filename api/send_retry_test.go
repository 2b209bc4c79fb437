package api

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

func TestRetry_verdictsBySafetyOfTheMethod(t *testing.T) {
	t.Parallel()
	status := func(code int) error { return &Error{Response: Response{StatusCode: code}} }
	waits := func(code int) error { return &Error{Response: Response{StatusCode: code}, waits: true} }
	dial := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	for _, tc := range []struct {
		name          string
		err           error
		get, post     verdict // the body of the POST was taken whole
		half, nothing verdict // a part of it was, and it can, or cannot be rewound
	}{
		{name: "bad request", err: status(400)},
		{name: "conflict", err: status(409)},
		{name: "not found", err: waits(404)},
		{name: "request timeout", err: status(408)},
		{name: "server error", err: status(500)},
		{name: "redirect", err: status(307)},
		{name: "rate limited", err: status(429), get: again, post: again, half: again},
		{name: "unavailable, with a wait", err: waits(503), get: again, post: again, half: again},
		{name: "unavailable, without", err: status(503), get: again, post: unknown, half: again},
		{name: "bad gateway", err: status(502), get: again, post: unknown, half: again},
		{name: "gateway timeout", err: waits(504), get: again, post: unknown, half: again},
		{name: "broken connection", err: io.ErrUnexpectedEOF, get: again, post: unknown, half: again},
		{name: "no connection", err: dial, get: again, post: again, half: again},
		{name: "no such host", err: &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}},
		{name: "no response of the name server", err: &net.OpError{Op: "dial", Err: &net.DNSError{IsTemporary: true}}, get: again, post: again, half: again},
		{name: "bad certificate", err: &tls.CertificateVerificationError{Err: errors.New("expired")}},
		{name: "redirect refused", err: finalError{errors.New("no")}},
		{name: "success broken off", err: &Error{Response: Response{StatusCode: 201}, broken: true}, get: again, post: unknown, half: unknown, nothing: unknown},
		{name: "success that is not JSON", err: status(200), post: unknown, half: unknown, nothing: unknown},
	} {
		for _, c := range []struct {
			o    outcome
			want verdict
		}{
			{outcome{method: "GET", whole: true, rewindable: true}, tc.get},
			{outcome{method: "HEAD", whole: true, rewindable: true}, tc.get},
			{outcome{method: "DELETE", whole: true, rewindable: true}, tc.get},
			{outcome{method: "POST", whole: true, rewindable: true}, tc.post},
			{outcome{method: "PATCH", whole: true, rewindable: true}, tc.post},
			{outcome{method: "POST", rewindable: true}, tc.half},
			{outcome{method: "POST"}, tc.nothing},
		} {
			c.o.err = tc.err
			if got := c.o.verdict(); got != c.want {
				t.Errorf("%s: %+v is %d, want %d", tc.name, c.o, got, c.want)
			}
			// After the end of the context nothing is sent, and what is unknown
			// stays unknown.
			ended := c.want
			if ended == again {
				ended = giveUp
			}
			if c.o.ended = true; c.o.verdict() != ended {
				t.Errorf("%s: ended, %+v is %d, want %d", tc.name, c.o, c.o.verdict(), ended)
			}
		}
	}
	if got := (outcome{method: "POST", err: context.Canceled, whole: true, ended: true}).verdict(); got != unknown {
		t.Errorf("cancelled after the body: %d", got)
	}
}

func TestRetry_delaysGrowAndFollowTheServerWithinThePolicy(t *testing.T) {
	t.Parallel()
	p, err := RetryPolicy{MinDelay: time.Second, MaxDelay: 10 * time.Second}.complete()
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		for n, base := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second} {
			if d := p.delay(n+1, 0); d < base || d > min(base*3/2, p.MaxDelay) {
				t.Fatalf("delay %d is %v", n+1, d)
			}
		}
		if d := p.delay(100, 0); d != p.MaxDelay {
			t.Fatalf("delay 100 is %v", d)
		}
		if d := p.delay(1, 5*time.Second); d < 5*time.Second || d > 6*time.Second {
			t.Fatalf("delay if 5 s are asked is %v", d)
		}
		if d := p.delay(1, time.Hour); d != p.MaxDelay {
			t.Fatalf("delay if an hour is asked is %v", d)
		}
	}
}

func TestRetry_policiesAreChecked(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]RetryPolicy{
		"WithRetry: MaxAttempts is negative":              {MaxAttempts: -1},
		"WithRetry: MaxElapsed is negative":               {MaxElapsed: -1},
		"WithRetry: MinDelay is negative":                 {MinDelay: -1},
		"WithRetry: MaxDelay is negative":                 {MaxDelay: -1},
		"WithRetry: MinDelay 3s is more than MaxDelay 2s": {MinDelay: 3 * time.Second, MaxDelay: 2 * time.Second},
	} {
		if _, err := NewClient(WithToken("x"), WithEnv(nil), WithRetry(p)); err == nil || err.Error() != want {
			t.Errorf("%+v: %v", p, err)
		}
	}
	for _, p := range []RetryPolicy{{}, {MaxDelay: time.Millisecond}, {MinDelay: time.Hour}} {
		got, err := p.complete()
		if err != nil || got.MinDelay > got.MaxDelay || got.MaxAttempts != defaultRetry.MaxAttempts || got.MaxElapsed != defaultRetry.MaxElapsed {
			t.Errorf("%+v is completed to %+v, %v", p, got, err)
		}
	}
}
