package middleware_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/server"
)

// A server that limits its clients, answers a probe beside the contract, and
// records the outcome of each request.
func ExampleOptions_limits() {
	h, err := middleware.NewStrict(server.StrictUnimplemented{}, middleware.Options{
		Authenticate: func(ctx context.Context, _ middleware.Credentials) (context.Context, error) { return ctx, nil },
		RateLimit:    1,           // a minute and client
		MinRate:      64 << 10,    // bytes a second,
		MinRateAfter: time.Minute, // on average over a minute
		Others: map[string]http.Handler{
			"/livez": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "alive") }),
		},
		OnDone: func(r *http.Request, e middleware.Exchange) {
			fmt.Printf("%s %s %q %d\n", r.Method, r.URL.Path, e.Operation, e.Status)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"/livez", "/v2.1/projects/p/exports", "/v2.1/projects/p/exports", "/nowhere"} {
		r := httptest.NewRequestWithContext(context.Background(), "GET", path, nil)
		r.Header.Set("Authorization", "Token 0123456789abcdef")
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	// Output:
	// GET /livez "" 200
	// GET /v2.1/projects/p/exports "exports_list" 501
	// GET /v2.1/projects/p/exports "exports_list" 429
	// GET /nowhere "" 404
}

// A handler outside the contract that wants a token as well.
func ExampleReadCredentials() {
	whoami := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := middleware.ReadCredentials(r)
		if err != nil {
			middleware.WriteError(w, r, err)
			return
		}
		fmt.Println(c.Scheme, len(c.Token))
	})
	for _, header := range []string{"Token 0123456789abcdef", "0123456789abcdef"} {
		r := httptest.NewRequestWithContext(context.Background(), "GET", "/whoami", nil)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		whoami.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// Token 16
	// 200
	// 401
}
