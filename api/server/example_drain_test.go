package server_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/ubiops-contrib/transfer/api/server"
)

// How a program stops: no new requests, then the end.
func ExampleServer_Drain() {
	s, err := server.New(server.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	web := httptest.NewServer(s)
	defer web.Close()
	ready := func() {
		resp, err := http.Get(web.URL + "/readyz")
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(resp.StatusCode)
		if err := resp.Body.Close(); err != nil {
			fmt.Println(err)
		}
	}
	ready()
	s.Drain()
	ready()
	if err := web.Config.Shutdown(context.Background()); err != nil {
		fmt.Println(err)
	}
	if err := s.Close(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 200
	// 503
}

// Tokens that were made elsewhere, instead of those that the server makes, and
// that are revoked together.
func ExampleServer_PutToken() {
	ctx := context.Background()
	s, err := server.New(server.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	if err := s.AddProject(ctx, "my-project"); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.PutToken(ctx, "my-project", "ci", "short", false))
	fmt.Println(s.PutToken(ctx, "my-project", "ci", "0123456789abcdef0123456789abcdef", false))
	fmt.Println(s.ReplaceTokens(ctx, "ci", func(put func(project, token string, write bool) error) error {
		return put("my-project", "another0123456789abcdef012345678", false)
	}))
	// Output:
	// a token needs at least 16 characters
	// <nil>
	// <nil>
}
