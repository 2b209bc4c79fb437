package foreign

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/ubiops-contrib/transfer/api/apitest"
)

// examplesVariable says how many cases fuzzing makes of each operation in the long
// form, which has longCases or more in all phases together.
const (
	examplesVariable = "SCHEMATHESIS_EXAMPLES"
	longCases        = 20_000
)

// accepted is a failure that Schemathesis finds and that stays, for a reason.
type accepted struct {
	Operation string `json:"operation"`
	Check     string `json:"check"`
	Status    int    `json:"status"`
	Request   string `json:"request,omitempty"` // an expression for a part of its body
	Response  string `json:"response"`          // the same
	Reason    string `json:"reason"`
}

func TestSchemathesisFindsNothingThatIsNotAccepted(t *testing.T) {
	t.Parallel()
	program := tool(t, "schemathesis/bin/st")
	s := start(t)
	settings, err := filepath.Abs("schemathesis")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	report, met, archive := filepath.Join(dir, "report.json"), filepath.Join(dir, "met"), filepath.Join(dir, "archive.zip")
	if err := os.WriteFile(archive, offered(t), 0o600); err != nil {
		t.Fatal(err)
	}
	examples, long := os.LookupEnv(examplesVariable)
	if !long {
		examples = "20"
	}
	cmd := exec.CommandContext(t.Context(), program, "--config-file", filepath.Join(settings, "schemathesis.toml"), "run", filepath.Join(settings, "..", contract), "--url", s.URL,
		"--phases", "examples,coverage,fuzzing,stateful", "--max-examples", examples,
		"--report", "json", "--report-json-path", report, "--no-color")
	cmd.Dir = dir // where it leaves what it remembers
	cmd.Env = append(os.Environ(), "SCHEMATHESIS_URL="+s.URL, "SCHEMATHESIS_TOKEN="+s.Token(project), "SCHEMATHESIS_MET="+met, "SCHEMATHESIS_ARCHIVE="+archive,
		"SCHEMATHESIS_HOOKS="+filepath.Join(settings, "hooks.py"), "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v:\n%s", err, out)
	}
	if cases := wantComplete(t, report); long && cases < longCases {
		t.Errorf("there are fewer than %d cases", longCases)
	}
	wantMet(t, met, filepath.Join(settings, "accepted.json"), long)
	wantEveryOperation(t, s)
	t.Log(statuses(s))
}

// wantComplete reads the report: that each phase was carried out, and nothing
// broke off. It returns the number of cases.
func wantComplete(t *testing.T, path string) int {
	t.Helper()
	var report struct {
		Seconds float64 `json:"running_time"`
		Phases  map[string]struct {
			Status string `json:"status"`
		} `json:"phases"`
		Cases struct {
			Generated int `json:"generated"`
		} `json:"test_cases"`
		Errors []struct {
			Title string `json:"title"`
		} `json:"errors"`
		Failures []struct {
			Title      string   `json:"title"`
			Operations []string `json:"operations"`
		} `json:"failures"`
	}
	readJSON(t, path, &report)
	for _, phase := range []string{"examples", "coverage", "fuzzing", "stateful"} {
		if status := report.Phases[phase].Status; status != "success" {
			t.Errorf("the phase %s ended with %q", phase, status)
		}
	}
	for _, e := range report.Errors {
		t.Error(e.Title)
	}
	for _, f := range report.Failures {
		t.Errorf("%s: %q", f.Title, f.Operations)
	}
	t.Logf("%d cases in %.0f s", report.Cases.Generated, report.Seconds)
	return report.Cases.Generated
}

// wantMet logs how often a failure was accepted. In the long form each has to be
// met: what is mended comes off the list.
func wantMet(t *testing.T, met, list string, all bool) {
	t.Helper()
	var entries []accepted
	readJSON(t, list, &entries)
	text, err := os.ReadFile(met)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	counts := make(map[int]int)
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		counts[n]++
	}
	for i, entry := range entries {
		t.Logf("accepted %d times: %s, %s, %d: %s", counts[i], entry.Operation, entry.Check, entry.Status, entry.Reason)
		if entry.Reason == "" || all && counts[i] == 0 {
			t.Errorf("%+v has no reason or is not met", entry)
		}
	}
}

func readJSON(t *testing.T, path string, v any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// statuses are the numbers of responses by operation and status.
func statuses(s *apitest.Server) map[apitest.Operation]map[int]int {
	counts := map[apitest.Operation]map[int]int{}
	for _, r := range s.Requests() {
		if counts[r.Operation] == nil {
			counts[r.Operation] = map[int]int{}
		}
		counts[r.Operation][r.Status]++
	}
	return counts
}
