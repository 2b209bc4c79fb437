package server_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

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
	h := start(t, server.Options{})
	h.load("p", content)
	c := h.client("p")
	done := export(t, c, "p", models.ExportCreate{})
	download(t, c, "p", done.ID)
	h.send("GET", "/projects/p/exports", "", "", "")
	_, text := h.ask("GET", "/metrics")
	wantMetrics(t, text,
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
	h := start(t, server.Options{})
	for i := range 50 {
		for _, target := range []string{"/v2.1/projects/p%d/exports", "/odd%d", "/v2.1/projects/p/exports?status=s%d"} {
			w := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(t.Context(), fmt.Sprintf("M%d", i%7), fmt.Sprintf(target, i), nil)
			h.ServeHTTP(w, r)
			r = httptest.NewRequestWithContext(t.Context(), "GET", fmt.Sprintf(target, i), nil)
			h.ServeHTTP(w, r)
		}
	}
	_, text := h.ask("GET", "/metrics")
	counts := regexp.MustCompile(`(?m)^ubiops_transfer_request_duration_seconds_count\{.*`).FindAllString(text, -1)
	if len(counts) != 2 {
		t.Errorf("series:\n%s", strings.Join(counts, "\n"))
	}
	wantMetrics(t, text,
		`ubiops_transfer_request_duration_seconds_count{operation="exports_list",status="4xx"} 100`,
		`ubiops_transfer_request_duration_seconds_count{operation="other",status="4xx"} 200`)
}

func TestMetricsAreThereWhenTheStoreIsNot(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	server.BrokenMetrics().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "ubiops_transfer_exports") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	wantMetrics(t, w.Body.String(), "go_goroutines ")
}
