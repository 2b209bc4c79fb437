package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Any transport will do: a proxy, certificates of one's own, or this one, which
// answers without a network.
func ExampleWithHTTPClient() {
	offline := roundTripper(func(r *http.Request) (*http.Response, error) {
		fmt.Println(r.Method, r.URL)
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("[]")), Request: r}, nil
	})
	client, err := api.NewClient(api.WithHost("ubiops.example"), api.WithToken("1234abcd"),
		api.WithHTTPClient(&http.Client{Transport: offline, Timeout: time.Minute}))
	if err != nil {
		log.Fatal(err)
	}
	imports, err := client.Imports.List(context.Background(), "demo", "")
	fmt.Println(len(imports), err)
	// Output:
	// GET https://ubiops.example/v2.1/projects/demo/imports
	// 0 <nil>
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// What the services do not offer, the generated client does, with the host and
// the token of this one.
func ExampleClient_Raw() {
	srv := platform(map[string]string{"GET /exports": `[]`})
	defer srv.Close()
	c, err := api.NewClient(api.WithHost(srv.URL+"/base"), api.WithToken("1234abcd"))
	if err != nil {
		log.Fatal(err)
	}
	resp, err := c.Raw().ExportsList(context.Background(), "demo", &models.ExportsListParams{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(resp.Status, string(body), err)
	// Output: 200 OK [] <nil>
}

func ExampleExportsService_Delete() {
	srv := platform(map[string]string{"DELETE /exports/903ccd12": ""})
	defer srv.Close()
	client, err := api.NewClient(api.WithHost(srv.URL+"/base"), api.WithToken("1234abcd"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.Exports.Delete(context.Background(), "demo", "903ccd12"))
	err = client.Exports.Delete(context.Background(), "demo", "f629a052")
	fmt.Println(errors.Is(err, api.ErrNotFound))
	// Output:
	// <nil>
	// true
}
