package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

func defaultTransport() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok { // the program has put its own one there
		return http.DefaultTransport
	}
	t = t.Clone()
	t.ResponseHeaderTimeout = headerTimeout
	return t
}

// sender is what the generated client sends with. An answer that is no success
// comes out of it as an *Error, so that nothing looks at a body first. It sends
// again what can be sent again.
type sender struct {
	http  *http.Client
	base  string // path of the base URL
	mask  *strings.Replacer
	pairs []string // of mask
	retry RetryPolicy
	log   *slog.Logger
}

func newSender(hc *http.Client, set *settings) *sender {
	_, credential, _ := strings.Cut(set.authorization, " ")
	s := &sender{http: hc, base: set.base.EscapedPath(), retry: set.retry, log: set.log}
	return s.masking("[token]", credential)
}

// masking returns a sender that shows another text in place of secrets as well,
// in whichever form a server may repeat them.
func (s *sender) masking(as string, secrets ...string) *sender {
	masked := *s
	masked.pairs = slices.Clone(s.pairs)
	var forms []string
	for _, secret := range secrets {
		forms = append(forms, formsOf(secret)...)
	}
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) }) // one can contain another
	for _, form := range forms {
		masked.pairs = append(masked.pairs, form, as)
	}
	masked.mask = strings.NewReplacer(masked.pairs...)
	return &masked
}

// Do sends a request. Any 2xx is success; its body is the caller's to close.
func (s *sender) Do(req *http.Request) (*http.Response, error) { return s.do(req, nil) }

// using sends like its sender, and has the body of a success read within the
// attempt: one that breaks off is a failed attempt too.
type using struct {
	*sender
	use func(*http.Response) error
}

func (u using) Do(req *http.Request) (*http.Response, error) { return u.do(req, u.use) }

func (s *sender) do(req *http.Request, use func(*http.Response) error) (*http.Response, error) {
	ctx, start := req.Context(), time.Now()
	rewindable := req.GetBody != nil || req.Body == nil || req.Body == http.NoBody
	deleted := false // an attempt at deleting may have done it
	for n := 1; ; n++ {
		heard, quiet := listen(ctx)
		next := req.Clone(heard)
		if n > 1 && req.GetBody != nil {
			var err error
			if next.Body, err = req.GetBody(); err != nil {
				quiet.end(nil)
				return nil, fmt.Errorf("%s %s: sending it again: %w", req.Method, s.path(req), err)
			}
		}
		sent := track(next, quiet)
		resp, err := s.attempt(next, quiet, n, use)
		if err == nil {
			return resp, nil
		}
		quiet.end(nil)
		if deleted && errors.Is(err, ErrNotFound) {
			return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
		}
		o := outcome{method: req.Method, err: err, rewindable: rewindable, ended: ctx.Err() != nil}
		var broken error
		if o.whole, broken = sent.result(); broken != nil {
			o.rewindable = false // the source would fail again
		}
		judged := o.verdict()
		if judged == unknown {
			return nil, &UnknownOutcomeError{Method: req.Method, Path: s.path(req), Err: s.counted(err, n)}
		}
		asked := time.Duration(0)
		if e, ok := errors.AsType[*Error](err); ok {
			asked = e.RetryAfter
		}
		delay := s.retry.delay(n, asked)
		if judged == giveUp || n >= s.retry.MaxAttempts || time.Since(start)+delay > s.retry.MaxElapsed {
			return nil, s.counted(err, n)
		}
		s.log.DebugContext(ctx, "sending again", "method", req.Method, "path", s.path(req), "attempt", n+1, "delay", delay)
		if ended := sleep(ctx, delay); ended != nil {
			return nil, fmt.Errorf("%w while waiting to try again after: %w", ended, s.counted(err, n))
		}
		deleted = deleted || req.Method == http.MethodDelete && !refused(err)
	}
}

// refused reports whether the server said that it did not do what was asked.
func refused(err error) bool {
	return outcome{method: http.MethodPost, err: err, whole: true}.verdict() != unknown
}

// attempt sends a request once and logs what became of it.
func (s *sender) attempt(req *http.Request, quiet *silence, n int, use func(*http.Response) error) (*http.Response, error) {
	start := time.Now()
	resp, err := s.once(req, quiet)
	if err == nil && use != nil {
		if err = use(resp); err != nil {
			_ = resp.Body.Close()
		}
	}
	if s.log.Enabled(req.Context(), slog.LevelDebug) {
		attrs := []slog.Attr{
			slog.String("method", req.Method), slog.String("path", s.path(req)),
			slog.Int("attempt", n), slog.Duration("took", time.Since(start)),
		}
		if resp != nil {
			attrs = append(attrs, slog.Int("status", resp.StatusCode))
		}
		if err != nil {
			attrs = append(attrs, slog.String("error", err.Error()))
		}
		s.log.LogAttrs(req.Context(), slog.LevelDebug, "request", attrs...)
	}
	if err != nil {
		return nil, err
	}
	return resp, nil
}

func (s *sender) once(req *http.Request, quiet *silence) (*http.Response, error) {
	resp, err := s.http.Do(req) //nolint:gosec // G704: the caller chooses the host, as it should be
	quiet.timer.Stop()
	if err = quiet.explain(err); err != nil {
		// The URL in this error can be one that a redirect led to and that is
		// signed, so only its cause is passed on.
		if ue, ok := errors.AsType[*url.Error](err); ok {
			err = ue.Err
		}
		err = s.masked(err)
		if resp != nil { // a redirect was refused
			err = finalError{err}
		}
		return nil, fmt.Errorf("%s %s: %w", req.Method, s.path(req), err)
	}
	resp.Request = req // errors name what was asked, not where a redirect led
	quiet.ReadCloser, resp.Body = resp.Body, quiet
	if resp.StatusCode/100 != 2 {
		defer func() { _ = resp.Body.Close() }()
		return nil, s.refusal(resp)
	}
	return resp, nil
}

// counted makes an error tell how often the request was sent.
func (s *sender) counted(err error, attempts int) error {
	if e, ok := errors.AsType[*Error](err); ok {
		e.Attempts = attempts
	} else if attempts > 1 {
		err = fmt.Errorf("%w (after %d attempts)", err, attempts)
	}
	return err
}

// path is the path of a request below the base URL.
func (s *sender) path(req *http.Request) string {
	return s.mask.Replace(strings.TrimPrefix(req.URL.EscapedPath(), s.base))
}

// masked returns err, or what remains of it where it quotes a secret.
func (s *sender) masked(err error) error {
	if text := err.Error(); s.mask.Replace(text) != text {
		return errors.New(s.mask.Replace(text))
	}
	return err
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
