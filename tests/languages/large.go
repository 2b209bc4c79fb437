package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
)

// largeSize is what 32 bits do not hold: 3 GiB.
const largeSize int64 = 3 << 30

// base is the path of the API below a host.
const base = "/v2.1"

// serveLarge answers any list of exports with one of 3 GiB.
func serveLarge() *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"/projects/{project}/exports", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `[{"id": "903ccd12-81d1-46e1-9ac9-b9d70af118de", "status": "completed", "error_message": "",
			"creation_date": "2020-06-18T08:32:14.876451Z", "size": %d}]`, largeSize)
	})
	return httptest.NewServer(mux)
}
