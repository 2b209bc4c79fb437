package clientcheck

import (
	"net/url"
	"testing"

	"github.com/ubiops-contrib/transfer/api/apitest"
)

func TestWhatWasSentIsSaidWithoutValues(t *testing.T) {
	t.Parallel()
	c, err := readContract()
	if err != nil {
		t.Fatal(err)
	}
	for want, requests := range map[string][]apitest.Request{
		"POST /e?all=True {deployments, pipelines} -> 201": {
			{Operation: apitest.ExportsCreate, Method: "POST", Path: "/e", Status: 201,
				Query: url.Values{"all": {"True"}, "token": {"secret"}}, Body: []byte(`{"pipelines": {"secret": {}}, "deployments": null}`)},
		},
		"POST /i (field import_link, file of 7 bytes) -> 400": {
			{Operation: apitest.ImportsCreate, Method: "POST", Path: "/i", Status: 400,
				Form: map[string]string{"import_link": "https://secret"}, FileName: "secret", FileSize: 7},
		},
		"PATCH /i (3 bytes) -> 400": {{Operation: apitest.ImportsUpdate, Method: "PATCH", Path: "/i", Status: 400, Body: []byte("sec"), In: 3}},
		"GET /1 -> 200; GET /2 -> 200; GET /3 -> 404; 1 more": {
			{Method: "GET", Path: "/1", Status: 200}, {Method: "GET", Path: "/1", Status: 200}, {Method: "GET", Path: "/2", Status: 200},
			{Method: "GET", Path: "/3", Status: 404}, {Method: "GET", Path: "/4", Status: 200},
		},
	} {
		if got := c.sent(requests); got != want {
			t.Errorf("sent is %q, want %q", got, want)
		}
	}
}

func TestTheLastLinesAreFitToPrint(t *testing.T) {
	t.Parallel()
	if got, want := lastLines("first\r\nsecond\n\n\x1b[31mthird\n  fourth\u202e\n"), "second [31mthird fourth"; got != want {
		t.Errorf("the last lines are %q, want %q", got, want)
	}
}
