package middleware_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/server"
)

// status asks a handler for a path and prints the status. Headers come as name,
// value.
func status(h http.Handler, path string, header ...string) {
	r := httptest.NewRequestWithContext(context.Background(), "GET", path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(path, w.Code)
}

// Tokens in a file, which can change while the server runs.
func ExampleTokens() {
	dir, err := os.MkdirTemp("", "tokens")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	path := filepath.Join(dir, "tokens")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			fmt.Println(err)
		}
	}

	write("demo write 0123456789abcdef\n")
	tokens, err := middleware.LoadTokens(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	h, err := middleware.NewStrict(server.StrictUnimplemented{}, middleware.Options{Authenticate: tokens.Authenticate})
	if err != nil {
		fmt.Println(err)
		return
	}
	status(h, "/v2.1/projects/demo/exports", "Authorization", "Token 0123456789abcdef")
	status(h, "/v2.1/projects/other/exports", "Authorization", "Token 0123456789abcdef")

	write("demo write fedcba9876543210\n")
	fmt.Println(tokens.Reload()) // for instance after SIGHUP
	status(h, "/v2.1/projects/demo/exports", "Authorization", "Token 0123456789abcdef")
	// Output:
	// /v2.1/projects/demo/exports 501
	// /v2.1/projects/other/exports 404
	// <nil>
	// /v2.1/projects/demo/exports 401
}

// Credentials of another scheme than Token and Bearer, here a header of its own.
func ExampleOptions_readCredentials() {
	h, err := middleware.NewStrict(server.StrictUnimplemented{}, middleware.Options{
		ReadCredentials: func(r *http.Request) (middleware.Credentials, error) {
			key := r.Header.Get("X-Api-Key")
			if key == "" {
				return middleware.Credentials{}, &middleware.Error{Status: http.StatusUnauthorized, Message: "send the header X-Api-Key"}
			}
			return middleware.Credentials{Scheme: "X-Api-Key", Token: key}, nil
		},
		Authenticate: func(ctx context.Context, c middleware.Credentials) (context.Context, error) {
			fmt.Println(c) // without the key
			return ctx, nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	status(h, "/v2/projects/demo/exports", "X-Api-Key", "0123456789abcdef")
	status(h, "/v2/projects/demo/exports")
	// Output:
	// X-Api-Key *** for exports_list in demo
	// /v2/projects/demo/exports 501
	// /v2/projects/demo/exports 401
}

// The API as a part of a larger program: under a prefix of another router, which
// StripPrefix takes away, or with base paths of its own.
func ExampleNewStrict_mounted() {
	admit := func(ctx context.Context, _ middleware.Credentials) (context.Context, error) { return ctx, nil }
	documented, err := middleware.NewStrict(server.StrictUnimplemented{}, middleware.Options{Authenticate: admit})
	if err != nil {
		fmt.Println(err)
		return
	}
	own, err := middleware.NewStrict(server.StrictUnimplemented{}, middleware.Options{
		Authenticate: admit,
		BaseURLs:     []string{"/api/transfer"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	router := http.NewServeMux()
	router.Handle("/transfer/", http.StripPrefix("/transfer", documented))
	router.Handle("/api/transfer/", own)
	router.Handle("/", http.NotFoundHandler()) // the rest of the program

	token := []string{"Authorization", "Token 0123456789abcdef"}
	status(router, "/transfer/v2.1/projects/demo/exports", token...)
	status(router, "/transfer/v2/projects/demo/exports", token...)
	status(router, "/api/transfer/projects/demo/exports", token...)
	status(router, "/v2.1/projects/demo/exports", token...)
	// Output:
	// /transfer/v2.1/projects/demo/exports 501
	// /transfer/v2/projects/demo/exports 501
	// /api/transfer/projects/demo/exports 501
	// /v2.1/projects/demo/exports 404
}
