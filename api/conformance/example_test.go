package conformance_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/conformance"
)

// A server that has no exports, as it says, and knows nothing else.
var empty = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet && r.URL.Path == "/v2.1/projects/demo/exports" {
		_, _ = fmt.Fprint(w, `[]`)
		return
	}
	http.Error(w, "not here", http.StatusNotFound)
})

func ExampleRun() {
	web := httptest.NewServer(empty)
	defer web.Close()
	client, err := api.NewClient(api.WithHost(web.URL), api.WithToken("letmein"))
	if err != nil {
		log.Fatal(err)
	}
	report, err := conformance.Run(context.Background(), client, conformance.Options{
		Project: "demo", Only: []string{"exports/list", "exports/get/unknown"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range report.Results {
		switch r.Outcome {
		case conformance.Pass, conformance.Skip:
			fmt.Println(r.Outcome, r.Check)
		case conformance.Fail:
			fmt.Println(r.Outcome, r.Message)
		default: // left out
		}
	}
	fmt.Println(report.Err())
	// Output:
	// pass exports/list
	// skip exports/list/only-status
	// pass exports/list/unknown-status
	// fail exports_get: 404: the content type is "text/plain; charset=utf-8", which the contract does not have
	// skip exports/list/created
	// skip exports/list/filter
	// skip exports/list/order
	// 1 of 3 checks failed, and 0 could not be carried out
}

func ExampleTest() {
	_ = func(t *testing.T, handler http.Handler) { // a test of yours
		conformance.Test(t, handler, conformance.Options{Project: "demo", Token: "letmein"})
	}
	fmt.Println(conformance.Names()[0]) // the first of its subtests
	// Output: access/no-token
}

func ExampleCheckResponse() {
	err := conformance.CheckResponse(http.MethodGet, "/v2/projects/demo/exports", http.StatusOK,
		http.Header{"Content-Type": {"application/json"}}, []byte(`[{"id": "first"}]`))
	fmt.Println(err)
	// Output:
	// exports_list: 200: at "/0/id": string doesn't match the format "uuid" (it is not a UUID)
}
