// Package clientreport has what the command says of a client, for tests.
package clientreport

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ubiops-contrib/transfer/api/conformance"
)

// Build builds a command of this module and returns where it is.
func Build(t *testing.T, pkg string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), filepath.Base(pkg))
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "github.com/ubiops-contrib/transfer/"+pkg).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// Client returns the report on a client, which command runs.
func Client(t *testing.T, command ...string) *conformance.Report {
	t.Helper()
	args := append([]string{"conformance", "client", "--format", "json", "--parallel", "4", "--"}, command...)
	cmd := exec.CommandContext(t.Context(), Build(t, "api/cmd/ubiops-transfer"), args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		t.Fatal(err)
	}
	var report conformance.Report
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("%v: %s%s", err, out, &stderr)
	}
	return &report
}
