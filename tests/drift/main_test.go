package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/tests/contract/drift"
)

const page = "../contract/page/imports-and-exports.md"

func TestTheExitStatusSaysWhetherThereIsDrift(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(changed, bytes.ReplaceAll(data, []byte("'scanning', "), nil), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want int
	}{
		{[]string{page}, 0},
		{[]string{page, changed}, exitDrift},
		{nil, exitError},
		{[]string{"-unheard-of"}, exitError},
		{[]string{page, "missing.md"}, exitError},
		{[]string{"main.go"}, exitError},
	} {
		for _, form := range [][]string{nil, {"-json"}} {
			var stdout, stderr bytes.Buffer
			args := append(append([]string{"-contract", "../../openapi.yaml"}, form...), test.args...)
			if got := run(args, &stdout, &stderr); got != test.want {
				t.Errorf("%q: exit status %d, want %d: %s", args, got, test.want, &stderr)
			}
			if (stderr.Len() > 0) != (test.want == exitError) {
				t.Errorf("%q: standard error is %q", args, &stderr)
			}
		}
	}
}

func TestBothFormsOfTheReportHaveEveryFinding(t *testing.T) {
	t.Parallel()
	var text, data, stderr bytes.Buffer
	args := []string{"-contract", "../../openapi.yaml", page}
	if run(args, &text, &stderr) != 0 || run(append([]string{"-json"}, args...), &data, &stderr) != 0 {
		t.Fatal(stderr.String())
	}
	var reports []drift.Report
	if err := json.Unmarshal(data.Bytes(), &reports); err != nil {
		t.Fatal(err)
	}
	if len(reports) != 1 || len(reports[0].Known) != 2 || reports[0].Drift == nil {
		t.Fatalf("the report is %s", &data)
	}
	for _, known := range reports[0].Known {
		if !strings.Contains(text.String(), known.Finding) || !strings.Contains(text.String(), known.Reason) {
			t.Errorf("the text has no %q", known)
		}
	}
}
