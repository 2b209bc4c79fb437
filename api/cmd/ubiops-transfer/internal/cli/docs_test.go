package cli_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// elsewhere is what the pages of different servers say differently: which they are, and
// so how much is known from where.
var elsewhere = regexp.MustCompile(`.*(?:type="radio"|id="servers\.|UBIOPS_API_HOST=).*`)

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
	begin, _, _ := strings.Cut(string(written), "<fieldset>") // of each page
	for _, host := range []string{"one.example", "two.example:8080", "one.example", "not a host"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, root+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if known := strings.Contains(string(body), "UBIOPS_API_HOST=http://"+host+"/v2.1 "); err != nil || known != (host != "not a host") {
			t.Errorf("as %s: %d, %v", host, response.StatusCode, err)
		}
	}
	for _, test := range []struct {
		method, path, token string
		status              int
		body                string // what it begins with
	}{
		{"GET", "/", "", http.StatusOK, begin},
		{"HEAD", "/", "", http.StatusOK, ""},
		{"GET", "/?q", "", http.StatusOK, begin},
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
		if test.method == http.MethodGet && test.path == "/" {
			if got, want := elsewhere.ReplaceAllString(string(body), ""), elsewhere.ReplaceAllString(string(written), ""); got != want {
				t.Error("the page is not the one that docs writes")
			}
			if !strings.Contains(string(body), "UBIOPS_API_HOST="+s.url+" ") || strings.Contains(string(body), "api.ubiops.com") {
				t.Errorf("the page is about another server than %s", s.url)
			}
		}
		documented := test.status == http.StatusOK && strings.HasPrefix("/?q", test.path)
		if policy := response.Header.Get("Content-Security-Policy"); (policy != "") != documented {
			t.Errorf("%s %s: policy %q", test.method, test.path, policy)
		}
	}
}
