package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
)

// redirected downloads through a redirect from https://api.example.com/v2.1 and
// returns what was sent to where it leads, nil for nothing.
func redirected(t *testing.T, status int, target string, hc http.Client) (*http.Request, error) {
	t.Helper()
	var second *http.Request
	hc.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
		resp := &http.Response{StatusCode: 200, Request: req, Header: http.Header{}, ContentLength: 2, Body: io.NopCloser(strings.NewReader("PK"))}
		switch {
		case strings.HasSuffix(req.URL.Path, "/download"):
			if got := req.Header.Get("Authorization"); got != "Token "+testToken {
				t.Errorf("the first request has %q", got)
			}
			resp.StatusCode = status
			resp.Header.Set("Location", target)
			resp.Header.Set("Set-Cookie", "session=s3cr3t; Path=/")
		case second != nil:
			t.Errorf("a third request, to %s", req.URL)
		default:
			second = req
		}
		return resp, nil
	})
	c, err := NewClient(WithHost("https://api.example.com"), WithToken(testToken), WithEnv(nil), WithHTTPClient(&hc))
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Project("p").Exports.Download(t.Context(), "x")
	if err == nil {
		_ = d.Body.Close()
	}
	return second, err
}

func TestRedirectToken_noRedirectCarriesTheTokenAway(t *testing.T) {
	t.Parallel()
	meddling := http.Client{CheckRedirect: func(req *http.Request, via []*http.Request) error {
		req.Header.Set("Authorization", via[0].Header.Get("Authorization"))
		return nil
	}}
	for _, status := range []int{301, 302, 303, 307, 308} {
		for target, want := range map[string]string{
			"/other":                        "token",
			"https://api.example.com/other": "token",
			"https://user:pass@api.example.com/other":  "token",
			"https://api.example.com:444/other":        "no token",
			"https://sub.api.example.com/other":        "no token",
			"https://example.com/other":                "no token",
			"https://api.example.com./other":           "no token",
			"https://api.example.com@evil.test/other":  "no token",
			"https://user:pass@evil.test/other":        "no token",
			"//evil.test/other":                        "no token",
			"https://[::1]/other":                      "no token",
			"http://api.example.com/other":             "not followed",
			"http://api.example.com:443/other":         "not followed",
			"http://127.0.0.1/other":                   "not followed",
			"ftp://api.example.com/other":              "not followed",
			"https://api.example.com/v2.1/other?a=b#c": "token",
		} {
			for name, hc := range map[string]http.Client{"plain": {}, "meddling": meddling} {
				req, err := redirected(t, status, target, hc)
				got := "not followed"
				if req != nil {
					got = "no token"
					if strings.Contains(fmt.Sprint(req.Header, req.URL), testToken) {
						got = "token"
					}
				}
				if answer, ok := errors.AsType[*Error](err); got != want || (err == nil) != (req != nil) || err != nil && (!ok || answer.StatusCode != status) {
					t.Errorf("%d to %s, %s: %s, want %s; %v", status, target, name, got, want, err)
				}
			}
		}
	}
}

func TestRedirectToken_otherRedirectsAreErrors(t *testing.T) {
	t.Parallel()
	for _, status := range []int{300, 304, 305, 306, 399} {
		req, err := redirected(t, status, "https://evil.test/other", http.Client{})
		if answer, ok := errors.AsType[*Error](err); req != nil || !ok || answer.StatusCode != status {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// The jar of the caller's client decides alone, by host and not by port.
func TestRedirectToken_cookiesFollowTheirJar(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/other":                            "session=s3cr3t",
		"https://api.example.com:444/other": "session=s3cr3t",
		"https://sub.api.example.com/other": "",
		"https://evil.test/other":           "",
	} {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		req, err := redirected(t, http.StatusFound, target, http.Client{Jar: jar})
		if err != nil || req.Header.Get("Cookie") != want {
			t.Errorf("to %s: %v", target, err)
		}
	}
}
