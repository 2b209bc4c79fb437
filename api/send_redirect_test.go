package api

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestRedirect_redirectsCarryTheTokenWithinTheOriginOnly(t *testing.T) {
	t.Parallel()
	// The server of the test is 127.0.0.1:port; this one differs only in the
	// port, and net/http treats both as the same host.
	var away []string
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		away = append(away, r.URL.Path+" "+r.Header.Get("Authorization"))
		if back := r.URL.Query().Get("back"); back != "" {
			http.Redirect(w, r, back, http.StatusFound)
			return
		}
		reply(200, "application/zip", "PK")(w, r)
	}))
	t.Cleanup(storage.Close)

	var home []string
	var target string
	mux := http.NewServeMux()
	mux.HandleFunc("/base/v2.1/projects/p/exports/x/download", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target, http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/landed", func(w http.ResponseWriter, r *http.Request) {
		home = append(home, r.Header.Get("Authorization"))
		reply(200, "application/zip", "PK")(w, r)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	c, err := NewClient(WithHost(srv.URL+"/base"), WithToken(testToken), WithEnv(nil), WithHTTPClient(srv.Client()))
	if err != nil {
		t.Fatal(err)
	}
	fetch := func(to string) {
		t.Helper()
		target, home, away = to, nil, nil
		d, err := c.Project("p").Exports.Download(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		defer d.Body.Close()
		if content, err := io.ReadAll(d.Body); err != nil || string(content) != "PK" {
			t.Errorf("downloaded %q, %v", content, err)
		}
	}

	if fetch("/landed"); len(home) != 1 || home[0] != "Token "+testToken {
		t.Errorf("within the origin: %q", home)
	}
	if fetch(storage.URL + "/signed"); len(away) != 1 || away[0] != "/signed " {
		t.Errorf("to another port: %q", away)
	}
	// Another host must not be able to point the token at a path of its choice.
	if fetch(storage.URL + "/signed?back=" + url.QueryEscape(srv.URL+"/landed")); len(home) != 1 || home[0] != "" {
		t.Errorf("there and back: %q", home)
	}
}

func TestRedirect_originsAreTold(t *testing.T) {
	t.Parallel()
	base := mustParse(t, "https://api.example.com/v2.1")
	for target, want := range map[string]string{
		"https://api.example.com/x":      "kept",
		"https://API.example.com:443/x":  "kept",
		"https://api.example.com:444/x":  "dropped",
		"https://sub.api.example.com/x":  "dropped",
		"https://example.com/x":          "dropped",
		"https://api.example.com.evil/x": "dropped",
		"http://api.example.com/x":       "not followed",
		"http://127.0.0.1/x":             "not followed",
	} {
		req := &http.Request{Method: http.MethodGet, URL: mustParse(t, target), Header: http.Header{"Authorization": {"Token t"}}}
		err := checkRedirect(base, nil)(req, []*http.Request{{Method: http.MethodGet, URL: base}})
		got := "kept"
		if err != nil {
			got = "not followed"
		} else if req.Header.Get("Authorization") == "" {
			got = "dropped"
		}
		if got != want {
			t.Errorf("to %s the token is %s, want %s", target, got, want)
		}
	}
}

func mustParse(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestRedirect_aRedirectIsNoSuccessOfAWrite(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another origin got %s %s", r.Method, r.URL)
	}))
	t.Cleanup(other.Close)
	for name, tc := range map[string]struct {
		status int
		target string
	}{
		"turned into a GET": {http.StatusFound, "/elsewhere"},
		"see other":         {http.StatusSeeOther, "/elsewhere"},
		"to another origin": {http.StatusTemporaryRedirect, other.URL + "/elsewhere?sig=s3cr3t"},
	} {
		c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				t.Errorf("%s: followed with %s", name, r.Method)
			}
			http.Redirect(w, r, tc.target, tc.status)
		})
		for call, err := range map[string]error{
			"delete":  c.Project("p").Exports.Delete(t.Context(), "x"),
			"confirm": second(c.Project("p").Imports.Confirm(t.Context(), "x", models.ImportUpdate{})),
			"create":  second(c.Project("p").Exports.Create(t.Context(), Selection{})),
			"upload":  second(c.Project("p").Imports.Create(t.Context(), FromReader(strings.NewReader("PK"), 2, ""))),
		} {
			apiErr, ok := errors.AsType[*Error](err)
			if !ok || apiErr.StatusCode != tc.status || !strings.Contains(apiErr.Message, "/elsewhere was not followed") || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("%s, %s: %v", name, call, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestRedirect_theCallersCheckRedirectIsAskedFirst(t *testing.T) {
	t.Parallel()
	refused := errors.New("not there")
	asked := 0
	hc := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { asked++; return refused }}
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/other", http.StatusFound)
	}, WithHTTPClient(hc))
	if _, err := c.Project("p").Exports.Get(t.Context(), "x"); !errors.Is(err, refused) || asked != 1 {
		t.Errorf("asked %d times: %v", asked, err)
	}
}

func TestRedirect_redirectsEnd(t *testing.T) {
	t.Parallel()
	n := 0
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		http.Redirect(w, r, "/base/v2.1/again", http.StatusFound)
	})
	if _, err := c.Project("p").Exports.Get(t.Context(), "x"); err == nil || !strings.Contains(err.Error(), "10 redirects") || n != 10 {
		t.Errorf("after %d: %v", n, err)
	}
}

func TestRedirect_aRedirectToNoURLIsRefusedAndNotShown(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"https://storage.example/x%zz?sig=s3cr3t", "https://storage.example:bad/x?sig=s3cr3t", "//me:s3cr3t@%zz/", "/x%zz?sig=s3cr3t",
	} {
		for name, call := range map[string]func(*Client) error{
			"get":      func(c *Client) error { return second(c.Project("p").Exports.Get(t.Context(), "x")) },
			"create":   func(c *Client) error { return second(c.Project("p").Exports.Create(t.Context(), Selection{})) },
			"download": func(c *Client) error { return second(c.Project("p").Exports.Download(t.Context(), "x")) },
		} {
			n := 0
			var log bytes.Buffer
			c := newTestClient(t, func(w http.ResponseWriter, _ *http.Request) {
				n++
				w.Header()["Location"] = []string{target}
				w.WriteHeader(http.StatusFound)
			}, WithRetry(RetryPolicy{MinDelay: 1}), WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
			err := call(c)
			if apiErr, ok := errors.AsType[*Error](err); !ok || apiErr.StatusCode != http.StatusFound || n != 1 || strings.Contains(err.Error()+log.String(), "s3cr3t") {
				t.Errorf("%s, sent %d times: %v\n%s", name, n, err, log.String())
			}
		}
	}
}
