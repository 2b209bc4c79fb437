package cli_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The documentation is at / and nowhere else, without a token, and the API is where
// it was.
func TestServeDocumentsTheAPI(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if _, err := run(t, "docs", "-o", folder); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(filepath.Join(folder, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, noEnv)
	root := strings.TrimSuffix(s.url, "/v2.1")
	for _, test := range []struct {
		method, path, token string
		status              int
		body                string // what it begins with
	}{
		{"GET", "/", "", http.StatusOK, string(written)},
		{"HEAD", "/", "", http.StatusOK, ""},
		{"GET", "/?q", "", http.StatusOK, string(written)},
		{"POST", "/", "", http.StatusNotFound, `{"detail":"there is nothing at this path`},
		{"GET", "//", "", http.StatusNotFound, `{"detail":`},
		{"GET", "/index.html", "", http.StatusNotFound, `{"detail":`},
		{"GET", "/openapi.yaml", "", http.StatusOK, "openapi: 3"},
		{"GET", "/v2.1/projects/default/exports", s.tokens["default"], http.StatusOK, "[]"},
		{"GET", "/v2/projects/default/exports", s.tokens["default"], http.StatusOK, "[]"},
		{"GET", "/v2/projects/default/exports", "", http.StatusUnauthorized, `{"detail":`},
	} {
		r, err := http.NewRequestWithContext(t.Context(), test.method, root+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if test.token != "" {
			r.Header.Set("Authorization", "Token "+test.token)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != test.status || !strings.HasPrefix(string(body), test.body) {
			t.Errorf("%s %s: status %d, %.100s, error %v", test.method, test.path, response.StatusCode, body, err)
		}
		documented := test.status == http.StatusOK && strings.HasPrefix("/?q", test.path)
		if policy := response.Header.Get("Content-Security-Policy"); (policy != "") != documented {
			t.Errorf("%s %s: policy %q", test.method, test.path, policy)
		}
	}
}
