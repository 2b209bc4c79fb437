package serve_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/serve"
	"github.com/ubiops-contrib/transfer/api/server"
)

// measured is a server with the metrics of serve and a filled project p.
func measured(t *testing.T) (url string, c *api.Client) {
	t.Helper()
	s, err := serve.NewMetrics(server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	zip, err := sample.Archive()
	if err == nil {
		err = s.AddProject(t.Context(), "p")
	}
	if err == nil {
		err = s.Load(t.Context(), "p", bytes.NewReader(zip), int64(len(zip)))
	}
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.AddToken(t.Context(), "p", "tester", true)
	if err == nil {
		c, err = api.NewClient(api.WithHost(web.URL+server.BaseURL), api.WithToken(token))
	}
	if err != nil {
		t.Fatal(err)
	}
	return web.URL, c
}

func ask(t *testing.T, method, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func wantMetrics(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+text, "\n"+line) {
			t.Errorf("no line %q", line)
		}
	}
}

func TestMetricsCountRequestsBytesJobsAndRows(t *testing.T) {
	t.Parallel()
	url, c := measured(t)
	created, err := c.Project("p").Exports.Create(t.Context(), api.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	done, err := c.Project("p").Exports.WaitCompleted(t.Context(), created.ID)
	if err != nil {
		t.Fatal(err)
	}
	d, err := c.Project("p").Exports.Download(t.Context(), done.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, d.Body); err != nil {
		t.Fatal(err)
	}
	if err := d.Body.Close(); err != nil {
		t.Fatal(err)
	}
	ask(t, "GET", url+"/v2.1/projects/p/exports")
	wantMetrics(t, ask(t, "GET", url+"/metrics"),
		`ubiops_transfer_request_duration_seconds_count{operation="exports_create",status="2xx"} 1`,
		`ubiops_transfer_request_duration_seconds_count{operation="exports_list",status="4xx"} 1`,
		`ubiops_transfer_received_bytes_total{operation="exports_create"} 2`,
		fmt.Sprintf(`ubiops_transfer_sent_bytes_total{operation="exports_download"} %d`, done.Size.Or(0)),
		`ubiops_transfer_job_duration_seconds_count{kind="export",outcome="done"} 1`,
		`ubiops_transfer_requests_in_flight 1`,
		`ubiops_transfer_exports{status="completed"} 1`,
		`ubiops_transfer_exports{status="pending"} 0`,
		`ubiops_transfer_imports{status="confirmation"} 0`,
		`ubiops_transfer_jobs_queued 0`,
		"go_goroutines ", "process_open_fds ",
	)
}

// Whatever clients send, the number of series stays.
func TestLabelsOfMetricsAreBounded(t *testing.T) {
	t.Parallel()
	url, _ := measured(t)
	for i := range 50 {
		for _, target := range []string{"/v2.1/projects/p%d/exports", "/odd%d", "/v2.1/projects/p/exports?status=s%d"} {
			ask(t, fmt.Sprintf("M%d", i%7), url+fmt.Sprintf(target, i))
			ask(t, "GET", url+fmt.Sprintf(target, i))
		}
	}
	text := ask(t, "GET", url+"/metrics")
	counts := regexp.MustCompile(`(?m)^ubiops_transfer_request_duration_seconds_count\{.*`).FindAllString(text, -1)
	if len(counts) != 2 {
		t.Errorf("series:\n%s", strings.Join(counts, "\n"))
	}
	wantMetrics(t, text,
		`ubiops_transfer_request_duration_seconds_count{operation="exports_list",status="4xx"} 100`,
		`ubiops_transfer_request_duration_seconds_count{operation="other",status="4xx"} 200`)
}

func TestMetricsAreThereWhenTheStorageIsNot(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	serve.BrokenMetrics().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "ubiops_transfer_exports") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	wantMetrics(t, w.Body.String(), "go_goroutines ", "ubiops_transfer_requests_in_flight ")
}

func TestMetricsOfARequestThatTheClientGaveUpBlameTheClient(t *testing.T) {
	t.Parallel()
	s, err := serve.NewMetrics(server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	token := ""
	if err = s.AddProject(t.Context(), "p"); err == nil {
		token, err = s.AddToken(t.Context(), "p", "tester", false)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, giveUp := context.WithCancel(t.Context())
	giveUp()
	r := httptest.NewRequestWithContext(ctx, http.MethodGet, server.BaseURL+"/projects/p/exports", nil)
	r.Header.Set("Authorization", "Token "+token)
	s.ServeHTTP(httptest.NewRecorder(), r)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	text := w.Body.String()
	if !regexp.MustCompile(`(?m)^\S*_count\{operation="\w+",status="4xx"\} 1$`).MatchString(text) || strings.Contains(text, `status="5xx"`) {
		t.Error(text)
	}
}
