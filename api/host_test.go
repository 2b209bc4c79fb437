package api

import (
	"net/url"
	"strings"
	"testing"
)

func TestHost_parseHostCompletesWhatIsMissing(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://api.ubiops.com/v2.1":      "https://api.ubiops.com/v2.1",
		"https://api.ubiops.com/v2.1/":     "https://api.ubiops.com/v2.1",
		"https://api.ubiops.com":           "https://api.ubiops.com/v2.1",
		"api.ubiops.com":                   "https://api.ubiops.com/v2.1",
		"api.example.com:8443/ubiops":      "https://api.example.com:8443/ubiops/v2.1",
		"HTTPS://api.example.com//a/../b/": "https://api.example.com/b/v2.1",
		"https://example.com/a%2Fb/v2.1":   "https://example.com/a%2Fb/v2.1",
		"localhost:8080":                   "https://localhost:8080/v2.1",
		"http://localhost:8080":            "http://localhost:8080/v2.1",
		"http://LOCALHOST/v2.1":            "http://LOCALHOST/v2.1",
		"http://127.8.9.1/base":            "http://127.8.9.1/base/v2.1",
		"http://[::1]:80":                  "http://[::1]:80/v2.1",
		"https://[2001:db8::1]":            "https://[2001:db8::1]/v2.1",

		"https://api.ubiops.com/v2":         "https://api.ubiops.com/v2",
		"https://api.ubiops.com/v2/":        "https://api.ubiops.com/v2",
		"api.ubiops.com/v3":                 "https://api.ubiops.com/v3",
		"https://example.com/a/b/v10.12":    "https://example.com/a/b/v10.12",
		"https://example.com/a%2Fb/v2":      "https://example.com/a%2Fb/v2",
		"https://example.com/a/v2/../v2.0":  "https://example.com/a/v2.0",
		"https://v2":                        "https://v2/v2.1",
		"https://example.com/v2/api":        "https://example.com/v2/api/v2.1",
		"https://example.com/v2.":           "https://example.com/v2./v2.1",
		"https://example.com/v2.1.3":        "https://example.com/v2.1.3/v2.1",
		"https://example.com/dev2":          "https://example.com/dev2/v2.1",
		"https://example.com/V2":            "https://example.com/V2/v2.1",
		"https://example.com/v":             "https://example.com/v/v2.1",
		"https://example.com/a%2Fv2":        "https://example.com/a%2Fv2/v2.1",
		"https://example.com/a%2Fv2.1":      "https://example.com/a%2Fv2.1/v2.1",
		"https://example.com/version/v2.1x": "https://example.com/version/v2.1x/v2.1",
	} {
		u, err := parseHost(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
		} else if u.String() != want || !strings.HasPrefix(u.Path, "/") {
			t.Errorf("%s became %s, want %s", in, u, want)
		}
	}
}

func TestHost_parseHostRefuses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                             "empty",
		"http://api.ubiops.com":        "loopback",
		"http://localhost.example.com": "loopback",
		"http://127.0.0.1.example.com": "loopback",
		"http://128.0.0.1":             "loopback",
		"http://0.0.0.0":               "loopback",
		"http://[::2]":                 "loopback",
		"https://x.example/?a=b":       "query",
		"https://x.example?":           "query",
		"https://x.example/#f":         "fragment",
		"https://x.example#":           "fragment",
		"https://me:hunter2@x.example": "user name",
		"me@x.example":                 "user name",
		"https://":                     "no host name",
		"https://:443":                 "no host name",
		"https:/x.example":             "no host name",
		"https://x.example:":           "empty port",
		"https://x.example:99999":      "out of range",
		"https://x.example:http":       "not a URL",
		"ftp://x.example":              "scheme",
		"https://x.example/\n":         "not a URL",
		"https://x .example":           "not a URL",
	} {
		u, err := parseHost(in)
		switch {
		case err == nil:
			t.Errorf("%q was accepted as %s", in, u)
		case !strings.Contains(err.Error(), want):
			t.Errorf("%q: error %q does not say %q", in, err, want)
		case strings.Contains(err.Error(), "hunter2"):
			t.Errorf("%q: error %q prints the password", in, err)
		}
	}
}

func TestHost_originSpellsOutTheDefaultPort(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://X.example/a":  "https://x.example:443",
		"http://x.example:80/": "http://x.example:80",
		"http://[::1]/":        "http://[::1]:80",
	} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := origin(u); got != want {
			t.Errorf("origin of %s is %s, want %s", in, got, want)
		}
	}
}
