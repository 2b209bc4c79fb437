package api

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

const testToken = "0123456789abcdef0123456789abcdef01234567"

// newTestClient serves the handler below /base/v2.1, whose prefix it does not
// see, and returns a client for it with connections of its own.
func newTestClient(t *testing.T, h http.HandlerFunc, opts ...Option) *Client {
	t.Helper()
	srv := httptest.NewServer(http.StripPrefix("/base/v2.1", h))
	t.Cleanup(srv.Close)
	c, err := NewClient(append([]Option{
		WithEnv(nil), WithHost(srv.URL + "/base"), WithToken(testToken), WithHTTPClient(srv.Client()),
		WithRetry(RetryPolicy{MaxAttempts: 1}), // tests of it give their own
	}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// reply answers every request in the same way.
func reply(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

const pendingJSON = `{"id": "903ccd12-81d1-46e1-9ac9-b9d70af118de", "status": "pending", "error_message": "",
	"creation_date": "2020-06-18T08:32:14.876451Z", "size": null}`

// emptyZIP is the shortest archive that there is.
const emptyZIP = "PK\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
