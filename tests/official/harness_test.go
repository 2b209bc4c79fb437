package official

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/spec"
)

// toolsVariable names the folder that .ci/run official has made: a virtual
// environment of Python for each of the tools, named as pip names them.
const toolsVariable = "OFFICIAL_TOOLS"

const template = "../samples/import-template.zip"

// tool returns the interpreter of a tool. Once there is a folder, each tool has
// to be there.
func tool(t *testing.T, name string) string {
	t.Helper()
	folder := os.Getenv(toolsVariable)
	if folder == "" {
		t.Skipf("NOT RUN: %s is not set, so there is no %s. Run .ci/run official, which installs it.", toolsVariable, name)
	}
	python := filepath.Join(folder, name, "bin", "python")
	if _, err := os.Stat(python); err != nil {
		t.Fatalf("%s is set, but %s is not there: %v", toolsVariable, name, err)
	}
	return python
}

// host is a server with the official template in the project source and an
// empty project target.
type host struct {
	*apitest.Server
	root string // its URL without a base path
}

func start(t *testing.T) *host {
	t.Helper()
	s := apitest.New(t, apitest.WithLoopback(), apitest.JobsInBackground(), apitest.WithServer(server.Options{OnConflict: plan.Skip}),
		apitest.WithProject("source", apitest.FromFile(template)), apitest.WithProject("target"))
	return &host{Server: s, root: strings.TrimSuffix(s.URL, server.BaseURL)}
}

// createExport creates an export of nothing, with an empty body, and returns
// its id.
func (h *host) createExport(t *testing.T, project string) (id string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/projects/"+project+"/exports", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Token "+h.Token(project))
	resp, err := h.HTTPClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var created models.ExportList
	if err := json.UnmarshalRead(resp.Body, &created); err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("%d, %v", resp.StatusCode, err)
	}
	return created.ID
}

// run runs a program in its own environment and returns what it prints.
func run(t *testing.T, dir string, env []string, program string, args ...string) (output string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "PYTHONDONTWRITEBYTECODE=1", "NO_PROXY=127.0.0.1"}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// wantRequests checks that requests have gone where they should, that the server
// failed none of them, and that every operation was among them.
func (h *host) wantRequests(t *testing.T, base string) {
	t.Helper()
	doc, err := spec.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, r := range h.Requests() {
		if !strings.HasPrefix(r.Path, base+"/") || r.Status >= 500 {
			t.Errorf("%s, wanted under %s", r, base)
		}
		if r.Status/100 == 2 {
			seen = append(seen, string(r.Operation))
		}
	}
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			if !slices.Contains(seen, operation.OperationID) {
				t.Errorf("%s was never carried out", operation.OperationID)
			}
		}
	}
}
