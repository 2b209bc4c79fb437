package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// maxDrain is how much is read of the body of a success that nobody reads, so
// that its connection can be used again.
const maxDrain = 64 << 10

func defaultTransport() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // the program has set its own
		return http.DefaultTransport
	}
	t = t.Clone()
	t.ResponseHeaderTimeout = headerTimeout
	return t
}

// sender sends the requests that the generated functions make, again if that is
// safe. A response that is not a success comes out of it as an [*Error].
type sender struct {
	http   *http.Client
	server string // the base URL, with a slash at its end
	base   string // its path, without
	retry  RetryPolicy
	log    *slog.Logger
	limit  int64 // bytes of a JSON response
	mask   mask
	watch  *watchdog

	authorization, agent, accept []string // header values, which nothing changes
}

func newSender(hc *http.Client, set *settings) *sender {
	_, credential, _ := strings.Cut(set.authorization, " ")
	return &sender{
		http: hc, server: set.base.String() + "/", base: set.base.EscapedPath(), retry: set.retry, log: set.log, limit: set.limit,
		watch:         newWatchdog(),
		mask:          mask{}.with("[token]", credential),
		authorization: []string{set.authorization}, agent: []string{set.userAgent}, accept: []string{jsonType},
	}
}

// identify says who asks, and for what unless that is said already.
func (s *sender) identify(req *http.Request) {
	req.Header["Authorization"] = s.authorization
	req.Header["User-Agent"] = s.agent
	if req.Header["Accept"] == nil {
		req.Header["Accept"] = s.accept
	}
}

// masking returns a sender whose errors and logs hide these texts as well.
func (s *sender) masking(secrets []string) *sender {
	masked := *s
	masked.mask = s.mask.with("[secret]", secrets...)
	return &masked
}

// receive sends a request and returns the JSON value of its response. It takes
// what a generated function returns.
func receive[T any](ctx context.Context, s *sender, req *http.Request, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	var v *T
	if _, err = s.do(ctx, req, &v); err != nil { //nolint:bodyclose // do decodes and closes it
		return nil, err
	}
	return v, nil
}

// perform sends a request whose response has no body that matters.
func (s *sender) perform(ctx context.Context, req *http.Request, err error) error {
	if err != nil {
		return err
	}
	resp, err := s.do(ctx, req, nil)
	if err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, resp.Body, maxDrain) // an error costs only a connection
	_ = resp.Body.Close()
	return nil
}

// do sends a request, attempt by attempt. Any 2xx is success. Its body is
// decoded into a pointer to a pointer or, if into is nil, the caller's to close.
func (s *sender) do(ctx context.Context, req *http.Request, into any) (*http.Response, error) {
	s.identify(req)
	start := time.Now()
	deleted := false // an attempt at deleting may have done it
	for n := 1; ; n++ {
		a, err := s.attempt(ctx, req, n)
		if err != nil {
			return nil, fmt.Errorf("%s %s: sending it again: %w", req.Method, s.path(req), err)
		}
		resp, err := a.run(into)
		if err == nil {
			return resp, nil
		}
		a.end()
		if deleted && errors.Is(err, ErrNotFound) {
			return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
		}
		verdict, asked := a.outcome(ctx, err).verdict(), time.Duration(0)
		if e, ok := errors.AsType[*Error](err); ok {
			asked = e.RetryAfter
		} else if n > 1 {
			err = fmt.Errorf("%w (after %d attempts)", err, n)
		}
		if verdict == unknown {
			return nil, fmt.Errorf("%s %s: %w: %w", req.Method, s.path(req), ErrUnknownOutcome, err)
		}
		delay := s.retry.delay(n, asked)
		if verdict == giveUp || n >= s.retry.MaxAttempts || time.Since(start)+delay > s.retry.MaxElapsed {
			return nil, err
		}
		s.log.DebugContext(ctx, "sending again", "method", req.Method, "path", s.path(req), "attempt", n+1, "delay", delay)
		if ended := sleep(ctx, delay); ended != nil {
			return nil, fmt.Errorf("%w while waiting to try again after: %w", ended, err)
		}
		deleted = deleted || req.Method == http.MethodDelete && !refused(err)
	}
}

// path is the path of a request below the base URL.
func (s *sender) path(req *http.Request) string {
	return s.mask.hide(strings.TrimPrefix(req.URL.EscapedPath(), s.base))
}

// sleep waits, and returns early with the error of a context that ends.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
