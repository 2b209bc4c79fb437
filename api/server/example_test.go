package server_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/server"
)

// A server with one project, and a client of it.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := server.New(server.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	web := httptest.NewServer(s)
	defer web.Close()

	if err := s.AddProject(ctx, "my-project"); err != nil {
		fmt.Println(err)
		return
	}
	token, err := s.AddToken(ctx, "my-project", "me", true)
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := api.NewClient(api.WithHost(web.URL+server.BaseURL), api.WithToken(token))
	if err != nil {
		fmt.Println(err)
		return
	}
	created, err := client.Project("my-project").Exports.Create(ctx, api.Selection{})
	if err != nil {
		fmt.Println(err)
		return
	}
	done, err := client.Project("my-project").Exports.WaitCompleted(ctx, created.ID)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(created.Status, "->", done.Status)
	// Output:
	// pending -> completed
}
