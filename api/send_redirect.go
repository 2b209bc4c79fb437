package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
)

const maxRedirects = 10 // what net/http allows by default

// checkRedirect makes the rules for redirects, which are stricter than those of
// net/http in four ways. That package keeps the token on the way to sub-domains,
// other ports and plain http; it turns a POST, PATCH or DELETE into a GET for
// some status codes, whose response would then look like success; it carries
// bodies to other origins; and it leaves https for http.
//
// A redirect that is not followed ends as the response, which is an [*Error]
// with its status.
func checkRedirect(base *url.URL, next func(*http.Request, []*http.Request) error) func(*http.Request, []*http.Request) error {
	home := origin(base)
	away := func(r *http.Request) bool { return origin(r.URL) != home }
	return func(req *http.Request, via []*http.Request) error {
		if next != nil {
			if err := next(req, via); err != nil {
				return err
			}
		} else if len(via) >= maxRedirects {
			return errors.New("stopped after 10 redirects")
		}
		plain := req.URL.Scheme == "http" && base.Scheme == "http" && isLoopback(req.URL.Hostname())
		if req.URL.Scheme != "https" && !plain {
			return http.ErrUseLastResponse
		}
		// Once away, always away: another host does not choose where on ours
		// the token is used.
		left := away(req) || slices.ContainsFunc(via, away)
		if asked := via[0].Method; req.Method != asked || left && asked != http.MethodGet {
			return http.ErrUseLastResponse
		}
		if left {
			req.Header.Del("Authorization")
		}
		return nil
	}
}

// discreet is a transport that leaves out a Location which is not a URL: net/http
// would quote it in its error, with the signature that it may have. Without it
// the response is an [*Error] with its status.
type discreet struct{ http.RoundTripper }

func (d discreet) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := d.RoundTripper.RoundTrip(req)
	if err != nil {
		return resp, err
	}
	if location := resp.Header.Get("Location"); location != "" {
		if _, bad := req.URL.Parse(location); bad != nil {
			resp.Header.Del("Location")
		}
	}
	return resp, nil
}
