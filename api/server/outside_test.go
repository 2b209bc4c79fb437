package server_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server"
)

// ask sends a request to a path of the host, not of the API. Headers come as
// name, value, name, ...
func (h *host) ask(method, path string, header ...string) (reply, string) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, strings.TrimSuffix(h.url, server.BaseURL)+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header}, string(body)
}

// reply is what comes before the body.
type reply struct {
	StatusCode int
	Header     http.Header
}

func TestOutside_whatIsAnsweredOutsideTheContract(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{Metrics: &counted{}})
	h.project("q")
	read, write := "Token "+h.token("p", false), "Token "+h.token("q", true)
	for _, test := range []struct {
		method, path, token string
		status              int
		body                string // what it is, or begins with
	}{
		{"GET", "/livez", "", 200, `{"status":"ok"}`},
		{"HEAD", "/livez", "", 200, ""},
		{"GET", "/readyz", "", 200, `{"status":"ok"}`},
		{"GET", "/v2.1/status", "", 200, `{"status":"ok"}`},
		{"GET", "/v2.1/status", "nonsense", 200, `{"status":"ok"}`},
		{"GET", "/v2.1/projects", read, 200, `[{"name":"p","organization_name":"ubiops-transfer"}]`},
		{"GET", "/v2.1/projects", write, 200, `[{"name":"q","organization_name":"ubiops-transfer"}]`},
		{"HEAD", "/v2.1/projects", write, 200, ""},
		{"GET", "/v2.1/projects", "nonsense", 401, `{"detail":"the Authorization header has to start`},
		{"GET", "/v2.1/projects", "Token 0123456789abcdef", 401, `{"error":"The token is not known"`},
		{"GET", "/metrics", "", 200, "counted"},
		{"GET", "/openapi.yaml", "", 200, "openapi: 3.0.3\n"},
		{"HEAD", "/openapi.yaml", "", 200, ""},
		{"POST", "/livez", "", 405, `{"detail":"allowed here: GET, HEAD"`},
		{"DELETE", "/v2.1/projects", write, 405, `{"detail":"allowed here: GET, HEAD"`},
		{"GET", "/", "", 404, `{"detail":"there is nothing at this path; the API lies under /v2.1/projects/ and /v2/projects/"`},
		{"GET", "/livez/", "", 404, `{"detail":`},
		{"GET", "/status", "", 404, `{"detail":`},
		{"GET", "/v2.1", "", 404, `{"detail":`},
		{"GET", "/v2/status", "", 200, `{"status":"ok"}`},
		{"GET", "/v2/projects", read, 200, `[{"name":"p","organization_name":"ubiops-transfer"}]`},
		{"GET", "/v2/projects/p/exports", read, 200, `[]`},
		{"GET", "/v2.1/projects/p", read, 200, `{"name":"p","organization_name":"ubiops-transfer"}`},
		{"GET", "/v2/projects/p", read, 200, `{"name":"p","organization_name":"ubiops-transfer"}`},
		{"GET", "/v2/projects/q", read, 404, `{"error":"The project does not exist"`},
		{"GET", "/v2/projects/none", read, 404, `{"error":"The project does not exist"`},
		{"GET", "/v2/projects/p", "Token 0123456789abcdef", 401, `{"error":"The token is not known"`},
		{"GET", "/v2/projects/", read, 404, `{"detail":`},
		{"GET", "/v2.1/user", read, 200, `{"email":"tester"}`},
		{"GET", "/v2/user", write, 200, `{"email":"tester"}`},
		{"GET", "/user", write, 200, `{"email":"tester"}`},
		{"GET", "/v2/user", "", 401, `{"detail":`},
		{"GET", "/user", "Token 0123456789abcdef", 401, `{"error":"The token is not known"`},
		{"POST", "/v2/user", write, 405, `{"detail":"allowed here: GET, HEAD"`},
	} {
		resp, body := h.ask(test.method, test.path, "Authorization", test.token)
		if resp.StatusCode != test.status || !strings.HasPrefix(body, test.body) || test.method == "HEAD" && body != "" {
			t.Errorf("%s %s: %d %.100s; want %d %s", test.method, test.path, resp.StatusCode, body, test.status, test.body)
		}
	}
}

func TestOutside_theRateLimitGuardsTokensButNotProbes(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{RateLimit: 3, Metrics: &counted{}})
	for _, path := range []string{"/v2.1/projects", "/v2/projects/p/exports", "/v2.1/status"} {
		if resp, _ := h.ask("GET", path); resp.StatusCode == http.StatusTooManyRequests || resp.Header.Get("x-ratelimit-limit") != "3" {
			t.Errorf("%s: %d %v", path, resp.StatusCode, resp.Header)
		}
	}
	for _, path := range []string{"/v2.1/projects", "/v2.1/projects/p/exports", "/v2/projects/p", "/v2/user", "/user"} {
		if resp, body := h.ask("GET", path); resp.StatusCode != http.StatusTooManyRequests || !strings.Contains(body, `"error":"too many requests"`) {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
	}
	for _, path := range []string{"/livez", "/readyz", "/metrics"} {
		if resp, _ := h.ask("GET", path); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}
