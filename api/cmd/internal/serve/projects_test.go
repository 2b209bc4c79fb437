package serve_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/serve"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// A restart with the same flags changes nothing and prints no token again; a
// project that stayed empty, say because its archive was bad, is filled.
func TestProjectsThatAreThereStayAsTheyAre(t *testing.T) {
	t.Parallel()
	variable := func(name string) string {
		return file(t, archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{name: {Value: models.Value("1")}}})
	}
	s, err := server.New(server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for i, step := range []struct {
		values []string
		tokens int
		a, b   string // the variable that the project has then
	}{
		{[]string{"a=" + variable("FIRST"), "b"}, 2, "FIRST", ""},
		{[]string{"a=" + variable("SECOND"), "b"}, 0, "FIRST", ""},
		{[]string{"a", "b=" + variable("THIRD"), "c"}, 1, "FIRST", "THIRD"},
	} {
		var out strings.Builder
		if err := serve.AddProjects(t.Context(), s, &out, step.values, nil); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(out.String(), "token for project"); got != step.tokens {
			t.Errorf("step %d prints %q", i, out.String())
		}
		if got := strings.Count(out.String(), "--token-file gives it others"); got != len(step.values)-step.tokens {
			t.Errorf("step %d says of %d projects how to get a token: %q", i, got, out.String())
		}
		for project, want := range map[string]string{"a": step.a, "b": step.b} {
			content, err := s.Content(t.Context(), project)
			if err != nil {
				t.Fatal(err)
			}
			got := content.EnvironmentVariables
			if _, ok := got[want]; want != "" && (!ok || len(got) != 1) || want == "" && len(got) > 0 {
				t.Errorf("step %d: %s holds %v instead of %q", i, project, got, want)
			}
		}
	}
}

// Imports are those of a new project: a restart does not bring them back after they
// were decided about.
func TestANewProjectHasTheImportsThatItIsGiven(t *testing.T) {
	t.Parallel()
	s, err := server.New(server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	one := file(t, archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{"FIRST": {Value: models.Value("1")}}})
	for step := range 2 {
		var out strings.Builder
		if err := serve.AddProjects(t.Context(), s, &out, []string{"a", "b"}, []string{"a=" + one, "a=" + next}); err != nil {
			t.Fatal(err)
		}
		if said := strings.Contains(out.String(), "project a is there already: --import has given it no import"); said != (step > 0) {
			t.Errorf("step %d prints %q", step, out.String())
		}
		a, err := s.Jobs(t.Context(), "a")
		b, otherwise := s.Jobs(t.Context(), "b")
		if err != nil || otherwise != nil || len(a) != 2 || len(b) != 0 {
			t.Errorf("step %d: a has %v, b %v: %v %v", step, a, b, err, otherwise)
		}
	}
	for want, imports := range map[string][]string{
		`--import: c is none of the projects of --project`: {"c=" + one},
		`--import: a: open /nowhere: no such file`:         {"a=/nowhere"},
		`--import: a: projects_test.go: not a ZIP file`:    {"a=projects_test.go"},
	} {
		if err := serve.AddProjects(t.Context(), s, io.Discard, []string{"a"}, imports); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, not %q", imports, err, want)
		}
	}
}

// next is a folder.
const next = "../../../../tests/samples/next"

// file writes an archive.
func file(t *testing.T, content archive.Content) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "archive.zip")
	f, err := os.Create(path)
	if err == nil {
		err = errors.Join(archive.Write(f, content, nil), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}
