package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const headerTimeout = 2 * time.Minute

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
// comes out of it as an *Error, so that nothing looks at a body first.
type sender struct {
	http *http.Client
	base string // path of the base URL
	mask *strings.Replacer
}

func newSender(hc *http.Client, base *url.URL, authorization string) *sender {
	_, credential, _ := strings.Cut(authorization, " ")
	return &sender{http: hc, base: base.EscapedPath(), mask: strings.NewReplacer(credential, "[token]")}
}

// Do sends a request. Any 2xx is success; its body is the caller's to close.
func (s *sender) Do(req *http.Request) (*http.Response, error) {
	resp, err := s.http.Do(req) //nolint:gosec // G704: the caller chooses the host, as it should be
	if err != nil {
		// The URL in this error can be one that a redirect led to and that is
		// signed, so only its cause is passed on.
		if ue, ok := errors.AsType[*url.Error](err); ok {
			err = ue.Err
		}
		return nil, fmt.Errorf("%s %s: %w", req.Method, s.path(req), s.masked(err))
	}
	resp.Request = req // errors name what was asked, not where a redirect led
	if resp.StatusCode/100 != 2 {
		defer func() { drain(resp.Body); _ = resp.Body.Close() }()
		return nil, s.refusal(resp)
	}
	return resp, nil
}

// path is the path of a request below the base URL.
func (s *sender) path(req *http.Request) string {
	return s.mask.Replace(strings.TrimPrefix(req.URL.EscapedPath(), s.base))
}

// masked returns err, or what remains of it where it quotes the token.
func (s *sender) masked(err error) error {
	if text := err.Error(); s.mask.Replace(text) != text {
		return errors.New(s.mask.Replace(text))
	}
	return err
}
