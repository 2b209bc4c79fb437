package official

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server"
)

const commandName = "ubiops-cli-2.32.0"

// command is the official command with a configuration of its own, which it
// keeps inside its package.
type command struct {
	t      *testing.T
	python string
	dir    string // where it runs, with the copy of its package
}

func install(t *testing.T) *command {
	t.Helper()
	c := &command{t: t, python: tool(t, commandName), dir: t.TempDir()}
	where, err := run(t, c.dir, nil, c.python, "-c", "import importlib.util as u; print(u.find_spec('ubiops_cli').submodule_search_locations[0], end='')")
	if err != nil {
		t.Fatalf("%v: %s", err, where)
	}
	if err := os.CopyFS(filepath.Join(c.dir, "ubiops_cli"), os.DirFS(where)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(c.dir, "ubiops_cli", ".config")); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return c
}

func (c *command) try(args ...string) (string, error) {
	c.t.Helper()
	start := "import sys; sys.argv[0] = 'ubiops'; from ubiops_cli.main import main; main()"
	return run(c.t, c.dir, []string{"PYTHONPATH=" + c.dir, "UBIOPS_API_HOST=https://not.used.invalid"}, c.python, append([]string{"-c", start}, args...)...)
}

// do runs a command line that has to succeed, and returns what it prints.
func (c *command) do(args ...string) string {
	c.t.Helper()
	out, err := c.try(args...)
	if err != nil {
		c.t.Fatalf("ubiops %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// doJSON is do for one of the commands that print an export or import, of which
// it returns the id and the status.
func (c *command) doJSON(args ...string) (id, status string) {
	c.t.Helper()
	out := c.do(append(args, "--format", "json")...)
	var item struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	}
	if err := json.Unmarshal([]byte(out[strings.Index(out, "{"):]), &item); err != nil || item.ID == "" {
		c.t.Fatalf("ubiops %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return item.ID, item.Status
}

func (c *command) signIn(host, token string) {
	c.t.Helper()
	wantText(c.t, c.do("signin", "--token", "--api", host, "-p", "Token "+token), "Welcome to UbiOps!")
}

// settle polls a detail until it has a status; the command itself never waits.
func (c *command) settle(kind, id, until string) {
	c.t.Helper()
	for range 50 {
		switch _, status := c.doJSON(kind, "get", id); status {
		case until:
			return
		case "failed":
			c.t.Fatalf("%s %s failed: %s", kind, id, c.do(kind, "get", id))
		}
	}
	c.t.Fatalf("%s %s is not %s", kind, id, until)
}

func wantText(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
}

func wantFile(t *testing.T, path string, parts ...string) {
	t.Helper()
	wantText(t, string(read(t, path)), parts...)
}

func TestTheOfficialCommandMovesAProjectByTheFilesThatItWrites(t *testing.T) {
	t.Parallel()
	c, h := install(t), start(t)
	c.signIn(h.root, h.Token("source"))
	wantText(t, c.do("status"), "Authorized", h.root)
	wantText(t, c.do("current_project", "get"), "source")
	wantText(t, c.do("projects", "list"), "source")

	// An export that somebody else has made with an empty body gives a file too.
	others := h.createExport(t, "source")
	c.settle("exports", others, "completed")
	c.do("exports", "get", others, "-o", "others.yaml")
	c.doJSON("exports", "create", "-f", "others.yaml")

	// For an export it writes what it selected, which the next one then selects.
	selection := "deployments:\n  deployment-1:\n    versions:\n      v1: {}\n  deployment-2: {}\npipelines: {}\n"
	if err := os.WriteFile(filepath.Join(c.dir, "selection.yaml"), []byte(selection), 0o600); err != nil {
		t.Fatal(err)
	}
	first, _ := c.doJSON("exports", "create", "-f", "selection.yaml")
	c.settle("exports", first, "completed")
	wantText(t, c.do("exports", "get", first, "-o", "e.yaml"), "Export details are stored in: ")
	wantFile(t, filepath.Join(c.dir, "e.yaml"), "deployment-1:", "v1: {}", "environment_variables: {}", "pipelines: {}")
	second, _ := c.doJSON("exports", "create", "-f", "e.yaml")
	c.settle("exports", second, "completed")
	wantText(t, c.do("exports", "list", "--status", "completed"), first, second)
	wantText(t, c.do("exports", "download", second, "-o", "e.zip"), "Export file stored in: ")
	exported := read(t, filepath.Join(c.dir, "e.zip"))
	a, err := archive.Open(bytes.NewReader(exported), int64(len(exported)))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(a.Content().Deployments); n != 2 || len(a.Packages()) != 1 {
		t.Errorf("%d deployments with %d packages", n, len(a.Packages()))
	}
	wantText(t, c.do("exports", "delete", first, "-y"), "Export was successfully deleted")

	// For an import it writes what was scanned, which it then confirms.
	c.signIn(h.root, h.Token("target"))
	if out, err := c.try("current_project", "set", "source"); err == nil {
		t.Errorf("the token of target is taken for source: %s", out)
	}
	c.do("current_project", "set", "target")
	wantText(t, c.do("current_project", "get"), "target")
	whole, err := filepath.Abs(template)
	if err != nil {
		t.Fatal(err)
	}
	imported, _ := c.doJSON("imports", "create", "-z", whole)
	c.settle("imports", imported, "confirmation")
	wantText(t, c.do("imports", "get", imported, "-o", "i.yaml"), "Import details are stored in: ")
	wantFile(t, filepath.Join(c.dir, "i.yaml"), "deployment-1:", "pipeline-1:", "environment_variables: {}")
	c.doJSON("imports", "confirm", imported, "-f", "i.yaml")
	c.settle("imports", imported, "completed")
	wantText(t, c.do("imports", "list", "--status", "completed"), imported)
	wantText(t, c.do("imports", "download", imported, "-o", "i.zip"), "Import file stored in: ")
	want, got := read(t, whole), read(t, filepath.Join(c.dir, "i.zip"))
	if !bytes.Equal(want, got) {
		t.Errorf("the archive of the import has %d bytes instead of %d, or others", len(got), len(want))
	}
	skipped, _ := c.doJSON("imports", "create", "-z", whole, "--skip_confirmation", "-pb", "false")
	c.settle("imports", skipped, "completed")
	wantText(t, c.do("imports", "delete", imported, "-y"), "Import was successfully deleted")

	content := h.Content("target").Content()
	if len(content.Deployments) != 2 || len(content.Pipelines) != 1 || len(h.Content("target").Packages()) != 2 {
		t.Errorf("target has %+v", content)
	}
	for _, r := range h.Requests() {
		if r.Status >= 500 {
			t.Error(r)
		}
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestTheOfficialCommandSignsInAtEverySpellingOfTheHost(t *testing.T) {
	t.Parallel()
	c, h := install(t), start(t)
	for _, host := range []string{"", "/", "/v2", "/v2/", server.BaseURL, server.BaseURL + "/"} {
		c.signIn(h.root+host, h.Token("source"))
		wantText(t, c.do("current_project", "get"), "source")
		wantText(t, c.do("imports", "list"), "ID")
	}
	if out, err := c.try("signin", "--token", "--api", h.root, "-p", "Token 0123456789abcdef0123456789abcdef01234567"); err == nil || !strings.Contains(out, "The token is not known") {
		t.Errorf("a wrong token: %v, %s", err, out)
	}
}
