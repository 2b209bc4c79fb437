package server_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	transfer "github.com/ubiops-contrib/transfer"
	"github.com/ubiops-contrib/transfer/api/server"
)

func TestOpenAPI_theContractNamesThisServerAndIsOtherwiseAsWritten(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	resp, body := h.ask("GET", "/openapi.yaml", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https", "Forwarded", "host=evil.example")
	if got := resp.Header.Get("Content-Type"); got != "application/yaml" {
		t.Errorf("Content-Type %q", got)
	}
	doc, err := openapi3.NewLoader().LoadFromData([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	root := strings.TrimSuffix(h.url, "/v2.1")
	if len(doc.Servers) != 2 || doc.Servers[0].URL != root+"/v2.1" || doc.Servers[1].URL != root+"/v2" {
		t.Errorf("servers %+v; want those of %s", doc.Servers, root)
	}
	// Everything but the servers is there as it is written.
	servers := regexp.MustCompile(`(?s)\nservers:\n.*?\n\n`)
	if written := transfer.Contract(); servers.ReplaceAllString(body, "") != servers.ReplaceAllString(written, "") {
		t.Errorf("%d bytes are served, which are not the %d that are written", len(body), len(written))
	}
}

func TestOpenAPI_theContractOverTLSAndForOddHosts(t *testing.T) {
	t.Parallel()
	s, err := server.New(server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for _, test := range []struct{ target, host, want string }{
		{"https://x/openapi.yaml", "archives.example:8443", "https://archives.example:8443"},
		{"http://x/openapi.yaml", "[::1]:8080", "http://[::1]:8080"},
		{"http://x/openapi.yaml", "a_b.Example", "http://a_b.Example"},
		{"http://x/openapi.yaml", "", ""},
		{"http://x/openapi.yaml", "a/b", ""},
		{"http://x/openapi.yaml", "a\"\n  evil: true", ""},
		{"http://x/openapi.yaml", "user@host", ""},
		{"http://x/openapi.yaml", "host:port", ""},
		{"http://x/openapi.yaml", "{host}", ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", test.target, nil)
		r.Host = test.host
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if test.want == "" {
			if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "Host header") {
				t.Errorf("host %q: %d %.200s", test.host, w.Code, w.Body)
			}
			continue
		}
		if !strings.Contains(w.Body.String(), "servers:\n  - url: \""+test.want+"/v2.1\"\n    x-source: ours\n    description: This server.\n  - url: \""+test.want+"/v2\"\n") {
			t.Errorf("host %q: %d, no %s", test.host, w.Code, test.want)
		}
	}
}
