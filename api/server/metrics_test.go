package server_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/server"
)

// counted notes the calls.
type counted struct {
	mu    sync.Mutex
	lines []string
}

func (c *counted) note(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, line)
}

func (c *counted) Request(e middleware.Exchange) { c.note(fmt.Sprint(e.Operation, " ", e.Status)) }

func (c *counted) Job(kind, end string, took time.Duration) {
	if took > 0 {
		c.note(kind + " " + end)
	}
}

func (c *counted) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "counted")
}

func TestMetrics_areToldOfRequestsAndJobs(t *testing.T) {
	t.Parallel()
	m := &counted{}
	h := start(t, server.Options{Metrics: m})
	h.load("p", content)
	done := export(t, h.client("p"), "p", api.Selection{})
	h.send("GET", "/projects/p/exports", "", "", "")
	if _, text := h.ask("GET", "/metrics"); text != "counted" {
		t.Errorf("/metrics answers %q", text)
	}
	stats, err := h.Stats(t.Context())
	if err != nil || stats.Exports[done.Status] != 1 || stats.Jobs != 0 || len(stats.Imports) != 0 {
		t.Errorf("%+v, error %v", stats, err)
	}
	if err := h.Close(); err != nil { // so the job has been reported
		t.Fatal(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, want := range []string{"exports_create 201", "exports_get 200", "exports_list 401", " 200", "export done"} {
		if !slices.Contains(m.lines, want) {
			t.Errorf("it was not told of %q: %q", want, m.lines)
		}
	}
}

func TestMetrics_withoutMetricsThereAreNone(t *testing.T) {
	t.Parallel()
	if resp, text := start(t, server.Options{}).ask("GET", "/metrics"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
}
