package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// logbook collects the lines of a log.
type logbook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logbook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logbook) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// requests returns the lines that are about requests.
func (b *logbook) requests(t *testing.T) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(b.text()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if entry["msg"] == "request" {
			all = append(all, entry)
		}
	}
	return all
}

func (b *logbook) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func TestRequestLog_everyRequestIsOneLineInTheLog(t *testing.T) {
	t.Parallel()
	var book logbook
	h := start(t, server.Options{Log: book.logger()})
	resp, body := h.ask("GET", "/v2.1/projects/p/exports?status=completed", "Authorization", "Token "+h.token("p", true), "X-Request-Id", "run-7")
	if got := resp.Header.Get("X-Request-Id"); got != "run-7" {
		t.Errorf("the id is %q", got)
	}
	nowhere, _ := h.ask("GET", "/nowhere?a=b", "X-Request-Id", "two words")
	lines := book.requests(t)
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), book.text())
	}
	for name, want := range map[string]any{
		"level": "INFO", "method": "GET", "path": "/v2.1/projects/p/exports", "operation": "exports_list", "status": 200.0,
		"received": 0.0, "sent": float64(len(body)), "source": "127.0.0.1", "id": "run-7",
	} {
		if lines[0][name] != want {
			t.Errorf("%s is %v instead of %v", name, lines[0][name], want)
		}
	}
	if _, ok := lines[0]["duration"].(float64); !ok {
		t.Errorf("no duration in %v", lines[0])
	}
	id := nowhere.Header.Get("X-Request-Id")
	if lines[1]["id"] != id || len(id) < 20 || lines[1]["status"] != 404.0 || lines[1]["operation"] != "" {
		t.Errorf("id %q, line %v", id, lines[1])
	}
}

func TestRequestLog_anUnknownQueryParameterIsAWarningInTheLog(t *testing.T) {
	t.Parallel()
	var book logbook
	h := start(t, server.Options{Log: book.logger()})
	token := h.token("p", true)
	if status, body := h.send("POST", "/projects/p/exports?al=my-value&packages=true", token, "application/json", "{}"); status != http.StatusCreated {
		t.Fatal(status, body)
	}
	if status, _ := h.send("POST", "/projects/p/exports?all=true", token, "application/json", "{}"); status != http.StatusCreated {
		t.Fatal(status)
	}
	lines := book.requests(t)
	if len(lines) != 2 || lines[0]["level"] != "WARN" || fmt.Sprint(lines[0]["unknown_parameters"]) != "[al]" || lines[0]["status"] != 201.0 {
		t.Errorf("lines %v", lines)
	}
	if lines[1]["level"] != "INFO" || lines[1]["unknown_parameters"] != nil || strings.Contains(book.text(), "my-value") {
		t.Errorf("lines %v", lines)
	}
}

func TestRequestLog_theLogSaysWhyARequestFailedInsideTheServer(t *testing.T) {
	t.Parallel()
	var book logbook
	h := start(t, server.Options{Log: book.logger()})
	token := h.token("p", true)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	// Without its folder, or its database, the server cannot accept an upload.
	status, _ := h.send("POST", "/projects/p/imports", token, "multipart/form-data; boundary=b",
		"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nPK\r\n--b--\r\n")
	lines := book.requests(t)
	if status < http.StatusInternalServerError || len(lines) != 1 || lines[0]["level"] != "ERROR" || lines[0]["error"] == nil {
		t.Errorf("%d, %v", status, lines)
	}
}

func TestRequestLog_aRequestThatTheClientGaveUpIsNoErrorInTheLog(t *testing.T) {
	t.Parallel()
	var book logbook
	m := &counted{}
	h := start(t, server.Options{Log: book.logger(), Metrics: m})
	r := httptest.NewRequest(http.MethodGet, server.BaseURL+"/projects/p/exports", nil)
	r.Header.Set("Authorization", "Token "+h.token("p", false))
	ctx, giveUp := context.WithCancel(r.Context())
	giveUp()
	h.ServeHTTP(httptest.NewRecorder(), r.WithContext(ctx))
	lines := book.requests(t)
	if len(lines) != 1 || lines[0]["level"] != "INFO" || lines[0]["status"] != float64(middleware.StatusGaveUp) {
		t.Errorf("lines %v", lines)
	}
	if len(m.lines) != 1 || !strings.HasSuffix(m.lines[0], " 499") {
		t.Errorf("metrics are told %q", m.lines)
	}
}

func TestRequestLog_anArchiveThatIsNotReadAsAWholeIsAWarningInTheLog(t *testing.T) {
	t.Parallel()
	var book logbook
	h := start(t, server.Options{Log: book.logger()})
	c := h.client("p")
	id := upload(t, c, "p", rawZip(t, map[string]string{
		"export/info.yaml": "format_spec: v1.0", "export/deployments/d/d.yaml": "deployment_name: d\ninput_type: plain\noutput_type: plain",
		"export/deployments/d/versions/v.yml": "version_name: v",
	})).ID
	waitImport(t, c, "p", id, models.ImportStatusConfirmation)
	found := 0
	for line := range strings.Lines(book.text()) {
		if strings.Contains(line, "an archive has warnings") && strings.Contains(line, id) && strings.Contains(line, "versions/v.yml") {
			found++
		}
	}
	if found != 1 {
		t.Errorf("%d warnings in %s", found, book.text())
	}
}

// What passes through the server in bodies, headers and queries stays out of
// the log, in success and failure.
func TestRequestLog_theLogHoldsNoTokenLinkOrValue(t *testing.T) {
	t.Parallel()
	var book logbook
	opts := links(func(*http.Request) (*http.Response, error) { return nil, errors.New("refused") })
	opts.Log = book.logger()
	h := start(t, opts)
	h.load("p", content)
	token := h.token("p", true)
	c, err := api.NewClient(api.WithHost(h.url), api.WithToken(token))
	if err != nil {
		t.Fatal(err)
	}
	const unknown = "0f0f0f0f0f0f0f0f0f0f"
	h.send("GET", "/projects/p/exports?token="+token, unknown, "", "")
	h.send("GET", "/projects/p/exports", token+" twice", "", "")
	h.send("POST", "/projects/p/exports", token, "", `{"deployments": {"my-secret": 5}, "my-secret": `)
	created, err := c.Project("p").Imports.Create(t.Context(), api.FromLink(link))
	if err != nil {
		t.Fatal(err)
	}
	if _, err = c.Project("p").Imports.WaitScanned(t.Context(), created.ID); err == nil {
		t.Fatal("the link was fetched")
	}
	waiting := upload(t, c, "p", zipOf(t, content))
	waitImport(t, c, "p", waiting.ID, models.ImportStatusConfirmation)
	_, err = c.Project("p").Imports.Confirm(t.Context(), waiting.ID, models.ImportUpdate{
		EnvironmentVariables: map[string]models.EnvironmentVariable{"TOP": {Value: models.Value("my-secret"), Secret: new(true)}},
	})
	wantStatus(t, err, http.StatusConflict)
	text := book.text()
	if n := len(book.requests(t)); n < 7 {
		t.Errorf("%d requests in the log", n)
	}
	for what, secret := range map[string]string{
		"a token": token, "an unknown token": unknown, "a link's query": "signature", "a link": "a.zip", "a value": "my-secret",
	} {
		if strings.Contains(text, secret) {
			t.Errorf("the log holds %s", what)
		}
	}
}
