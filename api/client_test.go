package api

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
)

// env is an environment for WithEnv.
func env(vars map[string]string) Option {
	return WithEnv(func(name string) (string, bool) {
		v, ok := vars[name]
		return v, ok
	})
}

func TestClient_newClientReportsEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := NewClient(WithHost("http://example.com"), WithToken("s3cr3t\n"), WithHTTPClient(nil), WithUserAgent("a\r\nb"), WithRetry(RetryPolicy{MaxAttempts: -1}), WithLogger(nil), WithEnv(nil))
	if err == nil {
		t.Fatal("accepted")
	}
	lines := strings.Split(err.Error(), "\n")
	for i, prefix := range []string{"WithHost: ", "WithToken: ", "WithHTTPClient: ", "WithUserAgent: ", "WithRetry: ", "WithLogger: "} {
		if len(lines) != 6 || !strings.HasPrefix(lines[i], prefix) {
			t.Fatalf("line %d of %d should begin with %q: %q", i, len(lines), prefix, err)
		}
	}
	if strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("the error prints the token: %q", err)
	}
	if _, err := NewClient(WithToken("x"), WithUserAgent(" "), WithEnv(nil)); err == nil {
		t.Error("an empty user agent was accepted")
	}
}

func TestClient_newClientReadsTheEnvironmentOnlyForWhatIsNotGiven(t *testing.T) {
	t.Parallel()
	vars := env(map[string]string{EnvToken: "from-env", EnvHost: "env.example.com"})
	for name, tc := range map[string]struct {
		opts          []Option
		host, authKey string
	}{
		"environment":   {[]Option{vars}, "https://env.example.com/v2.1/", "Token from-env"},
		"token given":   {[]Option{vars, WithToken("Bearer j.w.t")}, "https://env.example.com/v2.1/", "Bearer j.w.t"},
		"host given":    {[]Option{vars, WithHost("opt.example.com")}, "https://opt.example.com/v2.1/", "Token from-env"},
		"host by rule":  {[]Option{env(map[string]string{EnvToken: "t", EnvHost: ""})}, "https://api.ubiops.com/v2.1/", "Token t"},
		"nothing asked": {[]Option{WithEnv(nil), WithToken("t")}, "https://api.ubiops.com/v2.1/", "Token t"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent *http.Request
			hc := &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
				sent = req
				return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Header: http.Header{}}, nil
			})}
			c, err := NewClient(append(tc.opts, WithHTTPClient(hc))...)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Project("p").Exports.Delete(t.Context(), "x"); err != nil {
				t.Fatal(err)
			}
			if got := sent.URL.String(); got != tc.host+"projects/p/exports/x" {
				t.Errorf("called %s", got)
			}
			if got := sent.Header.Get("Authorization"); got != tc.authKey {
				t.Errorf("Authorization is %q, want %q", got, tc.authKey)
			}
		})
	}
}

func TestClient_newClientNamesTheVariableThatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := NewClient(env(map[string]string{EnvToken: "Token Token x", EnvHost: "http://example.com"}))
	if err == nil || !strings.Contains(err.Error(), EnvToken+": ") || !strings.Contains(err.Error(), EnvHost+": ") {
		t.Errorf("error is %q", err)
	}
	if _, err := NewClient(env(nil)); err == nil || !strings.Contains(err.Error(), EnvToken) {
		t.Errorf("without a token the error is %q", err)
	}
	if _, err := NewClient(WithToken(""), env(map[string]string{EnvToken: "x"})); err == nil {
		t.Error("an empty token that was given fell back to the environment")
	}
}

func TestClient_newClientReadsTheRealEnvironment(t *testing.T) {
	t.Setenv(EnvToken, "Token abc")
	t.Setenv(EnvHost, "http://localhost:1")
	c, err := NewClient()
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Raw().Server; got != "http://localhost:1/v2.1/" {
		t.Errorf("base URL is %s", got)
	}
}

func TestClient_withHTTPClientCopiesTheClient(t *testing.T) {
	t.Parallel()
	hc := &http.Client{Timeout: time.Minute}
	before := *hc
	if _, err := NewClient(WithToken("x"), WithHTTPClient(hc), WithEnv(nil)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(*hc, before) {
		t.Error("the caller's client was changed")
	}
}

func TestClient_defaultTransportWaitsForHeadersOnly(t *testing.T) {
	t.Parallel()
	c, err := NewClient(WithToken("x"), WithEnv(nil))
	if err != nil {
		t.Fatal(err)
	}
	tr, ok := c.send.http.Transport.(discreet).RoundTripper.(*http.Transport)
	if !ok || tr == http.DefaultTransport {
		t.Fatalf("transport is %T, or the default one itself", c.send.http.Transport)
	}
	if tr.ResponseHeaderTimeout != headerTimeout || c.send.http.Timeout != 0 {
		t.Errorf("header timeout %v, timeout %v", tr.ResponseHeaderTimeout, c.send.http.Timeout)
	}
}

func TestClient_rawHasTheSameHeadersAndAnswersEverything(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Token "+testToken || r.Header.Get("User-Agent") != "mine/1" {
			t.Errorf("headers are %v", r.Header)
		}
		w.WriteHeader(http.StatusTeapot)
	}, WithUserAgent("mine/1"))
	resp, err := c.Raw().ExportsGet(t.Context(), "p", "x")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusTeapot {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestClient_withChangesWhatIsGivenAndSharesTheRest(t *testing.T) {
	t.Parallel()
	var agent, auth string
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		agent, auth = r.UserAgent(), r.Header.Get("Authorization")
		reply(200, "application/json", `[]`)(w, r)
	}, WithUserAgent("mine/1"))
	derived, err := c.With(WithUserAgent("mine/2"), WithToken("other"), WithEnv(func(string) (string, bool) {
		t.Error("the environment was read")
		return "", false
	}))
	if err != nil {
		t.Fatal(err)
	}
	for c, want := range map[*Client]string{derived: "mine/2, Token other", c: "mine/1, Token " + testToken} {
		if _, err := c.Project("p").Exports.List(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := agent + ", " + auth; got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
	}
	if derived.send.http.Transport != c.send.http.Transport || derived.send.retry != c.send.retry {
		t.Error("the connections or the policy are not those of the client before")
	}
	plain, err := NewClient(WithToken("x"), WithEnv(nil))
	if err != nil {
		t.Fatal(err)
	}
	again, err := plain.With()
	if err != nil || again.send.http.Transport != plain.send.http.Transport {
		t.Errorf("the default transport is not shared: %v", err)
	}
}

func TestClient_withTakesATokenToNoOtherHost(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, nil)
	if _, err := c.With(WithHost("https://example.com")); err == nil || !strings.Contains(err.Error(), "WithToken") {
		t.Errorf("error is %v", err)
	}
	if same, err := c.With(WithHost(strings.TrimSuffix(c.Raw().Server, "/"))); err != nil || same.Raw().Server != c.Raw().Server {
		t.Errorf("the same host is refused: %v", err)
	}
	moved, err := c.With(WithHost("https://example.com"), WithToken("theirs"))
	if err != nil || moved.Raw().Server != "https://example.com/v2.1/" {
		t.Errorf("got %v, %v", moved, err)
	}
	if _, err := c.With(WithUserAgent(" ")); err == nil || !strings.Contains(err.Error(), "WithUserAgent") {
		t.Errorf("error is %v", err)
	}
}
