package serve

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestOnlyATrustedProxySaysWhoItsClientIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ remote, forwarded, want string }{
		{"192.0.2.7:5", "203.0.113.9", "192.0.2.7:5"},
		{"10.1.2.3:5", "", "10.1.2.3:5"},
		{"10.1.2.3:5", "203.0.113.9", "203.0.113.9:0"},
		{"[::ffff:10.1.2.3]:5", "203.0.113.9", "203.0.113.9:0"},
		{"10.1.2.3:5", "198.51.100.1, 203.0.113.9, 10.0.0.9", "203.0.113.9:0"}, // the first one is what the client says
		{"10.1.2.3:5", "10.0.0.8, 10.0.0.9", "10.0.0.8:0"},
		{"10.1.2.3:5", "203.0.113.9, nonsense", "10.1.2.3:5"},
		{"[fd00::1]:5", "2001:db8::1", "[2001:db8::1]:0"},
	} {
		var got string
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = c.remote
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		trusted([]string{"10.0.0.0/8", "fd00::1"}).guard(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })).
			ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%s for %q is %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}
