package attacks_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestALargeImportIsReadAndConfirmed sends an ImportDetail of LARGE_MB megabytes:
// 12,000 versions if that is 30, back as it was read. It is measured alone: what others
// take meanwhile is the other test's.
func TestALargeImportIsReadAndConfirmed(t *testing.T) {
	megabytes, limit := 3, 192 // MiB of the process
	if text := os.Getenv("LARGE_MB"); text != "" {
		var err error
		megabytes, err = strconv.Atoi(text)
		must(t, err)
		limit = 768
	}
	s := serve(t, "--max-json", "32MiB")
	before := s.peak(t)
	c := s.client(greedyToken, "127.0.0.1")
	c.most = 64 << 20
	kind, form := versionsForm(t, megabytes)
	status, answer := c.send(t.Context(), "POST", "/projects/greedy/imports", kind, form)
	if status != http.StatusCreated {
		t.Fatalf("status %d: %s", status, answer)
	}
	const list = "/projects/greedy/imports" // says how far it is, and nothing else
	path := list + "/" + member(answer, "id")
	step := func(name, method, status string, body []byte) (answer []byte) {
		begun := time.Now()
		code, answer := c.send(t.Context(), method, path, "application/json", body)
		if code != http.StatusOK {
			t.Fatalf("%s: status %d: %.1000s", name, code, answer)
		}
		answered := time.Since(begun)
		if !c.await(t.Context(), list, status) {
			t.Fatalf("%s: it did not become %s", name, status)
		}
		t.Logf("%s: %v, then %s after %v; peak %d MiB", name, answered.Round(time.Millisecond), status, time.Since(begun).Round(time.Millisecond), s.peak(t))
		return answer
	}
	if !c.await(t.Context(), list, "confirmation") {
		t.Fatal("it was not scanned")
	}
	detail := step("read", "GET", "confirmation", nil)
	if len(detail) < megabytes*1_000_000 {
		t.Fatalf("the detail has %d bytes", len(detail))
	}
	step("confirmed", "PATCH", "completed", detail)
	if peak := s.peak(t); peak > limit {
		t.Errorf("a detail of %d bytes: the process took %d MiB, %d before; want at most %d", len(detail), peak, before, limit)
	}
}

// versionsForm is the form of an import with versions of 2.5 KB each.
func versionsForm(t *testing.T, megabytes int) (kind string, form []byte) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	file, err := w.CreateFormFile("file", "a.zip")
	must(t, err)
	archive := zip.NewWriter(file)
	add := func(name, text string) {
		f, err := archive.Create(name)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		must(t, err)
	}
	add("info.yaml", "format_spec: v1.0\n")
	const perDeployment = 100
	labels := strings.Repeat("x", 50)
	for i := range megabytes * 1_000_000 / 2500 {
		folder := fmt.Sprintf("deployments/d%d/", i/perDeployment)
		if i%perDeployment == 0 {
			add(folder+"d.yaml", fmt.Sprintf("deployment_name: d%d\ninput_type: plain\noutput_type: plain\n", i/perDeployment))
		}
		var text strings.Builder
		fmt.Fprintf(&text, "version_name: v%d\nversion_description: one of many\nenvironment: python3-13\nmaximum_instances: 5\n"+
			"version_environment_variables:\n- {name: PLAIN, value: '1', secret: false}\n- {name: KEY, value: hush, secret: true}\nversion_labels:\n", i)
		for label := range 40 {
			fmt.Fprintf(&text, "  l%d: %s\n", label, labels)
		}
		add(fmt.Sprintf("%sversions/v%d.yaml", folder, i), text.String())
	}
	must(t, archive.Close())
	must(t, w.Close())
	return w.FormDataContentType(), body.Bytes()
}
