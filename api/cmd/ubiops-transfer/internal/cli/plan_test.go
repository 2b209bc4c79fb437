package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// planOf writes a plan that creates n deployments, and one with a hostile name.
func planOf(t *testing.T, n int) string {
	t.Helper()
	offered := archive.Content{Deployments: map[string]models.Deployment{"</pre><script>" + hostile: {}}}
	for i := range n {
		offered.Deployments[fmt.Sprintf("deployment-with-a-name-of-some-length-%d", i)] = models.Deployment{}
	}
	p, err := plan.New(plan.Input{Offered: offered, Host: "https://api.ubiops.com/v2.1", Project: "production"})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := p.Write(&text); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReportsOfPlansFitIntoAJobSummary(t *testing.T) {
	t.Parallel()
	for n, more := range map[int]bool{1: false, 40_000: true} {
		report := filepath.Join(t.TempDir(), "summary.md")
		if err := os.WriteFile(report, []byte("of another step\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := run(t, "plan", "show", planOf(t, n), "--report", "markdown="+report); err != nil {
			t.Fatal(err)
		}
		read, err := os.ReadFile(report)
		if err != nil {
			t.Fatal(err)
		}
		text := string(read)
		if len(text) > 1<<20 || !strings.HasPrefix(text, "of another step\n### ") || !strings.HasSuffix(text, "</pre>\n</details>\n\n") {
			t.Errorf("%d objects: %d bytes: %.300q", n, len(text), text)
		}
		if strings.Contains(text, " more lines: plan show prints them\n") != more {
			t.Errorf("%d objects: it ends in %q", n, text[len(text)-100:])
		}
		wantPrintable(t, text[:min(len(text), 1000)])
		if strings.Contains(text, "<script>") || strings.Count(text, "</pre>") != 2 {
			t.Errorf("%d objects: a name is markup", n)
		}
	}
}

func TestPlansAreAsPublished(t *testing.T) {
	t.Parallel()
	out, err := run(t, "plan", "show", planOf(t, 2), "--format", "json")
	if err != nil {
		t.Fatal(err)
	}
	conforms(t, "plan", out)
}

func TestAReportIsMarkdownInAFile(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"html=a", "markdown=", "a.md"} {
		if _, err := run(t, "plan", "show", planOf(t, 0), "--report", wrong); err == nil || !strings.Contains(err.Error(), "markdown=FILE") {
			t.Errorf("%s: error %v", wrong, err)
		}
	}
}
