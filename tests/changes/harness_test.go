package changes

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A module is a copy of this one, in which changes are made.
type module struct {
	dir    string
	before map[string][]byte // what a change rewrites, by path
}

// copied returns a copy of all files of the checkout that Git does not ignore.
func copied(t *testing.T) *module {
	t.Helper()
	m := &module{dir: t.TempDir(), before: map[string][]byte{}}
	list := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = "../.."
	files, err := list.Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(files), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join("../..", name))
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted, and not committed yet
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name, "gen/") && strings.HasSuffix(name, ".gen.go") {
			m.before[name] = data
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(m.dir, name)), 0o750); err != nil {
			t.Fatal(err)
		}
		m.write(t, name, data)
	}
	return m
}

func (m *module) write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(m.dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// reset undoes the change before this one, and makes this one.
func (m *module) reset(t *testing.T, contract string, added map[string]string) {
	t.Helper()
	for name, data := range m.before {
		m.write(t, name, data)
	}
	m.write(t, "openapi.yaml", []byte(contract))
	for name, text := range added {
		data, err := os.ReadFile(filepath.Join(m.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		m.before[name] = data
		m.write(t, name, append(slices.Clip(data), text...))
	}
}

// flags: without the path of the directory in what is built, all copies share
// it, and what is built for a second need not be optimised.
const flags = "-trimpath '-ldflags=-w -s' '-gcflags=github.com/ubiops-contrib/transfer/...=-N -l'"

// command runs the go command in the module and returns what it prints.
func (m *module) command(t *testing.T, args ...string) (output string, failed bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "CHANGES=", "GOGC=800", "GOFLAGS="+flags)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || t.Context().Err() != nil {
		t.Fatalf("go %s: %v", args[0], errors.Join(err, context.Cause(t.Context())))
	}
	return string(out), err != nil
}

// position is where the compiler and the linker find something; the lines of a file move.
var position = regexp.MustCompile(`(?m)^((?:\./)?[\w./-]+\.\w+):\d+(?::\d+)?: `)

// mistakes returns the lines of a command that failed, without numbers of lines.
func mistakes(output string) []string {
	var lines []string
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "exit status") || strings.HasPrefix(line, "generate.go:") {
			continue
		}
		lines = append(lines, position.ReplaceAllString(strings.TrimPrefix(line, "./"), "$1: "))
	}
	return lines
}

// speech is what the tests that failed printed, by their names. A package that
// fails otherwise, as when it cannot be built, is there by its path.
type speech map[string][]string

// testEvent is a line of go test -json.
type testEvent struct {
	Action      string `json:"Action"`
	Test        string `json:"Test"`
	Output      string `json:"Output"`
	Package     string `json:"Package"`     // of a test
	ImportPath  string `json:"ImportPath"`  // of what is built
	FailedBuild string `json:"FailedBuild"` // what could not be built for Package
}

// test runs tests with these arguments of go test.
func (m *module) test(t *testing.T, args ...string) speech {
	t.Helper()
	output, bad := m.command(t, append([]string{"test", "-json", "-vet=off"}, args...)...)
	printed, failed, faulty := speech{}, speech{}, map[string]bool{}
	for line := range strings.Lines(output) {
		var event testEvent
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Logf("go test prints %s", line)
			continue
		}
		test, _, _ := strings.Cut(event.Test, "/")
		name := cmp.Or(test, event.Package, event.ImportPath)
		text := strings.TrimSpace(event.Output)
		switch {
		case event.Action == "fail" && test != "":
			failed[name], faulty[event.Package] = printed[name], true
		case event.Action == "fail" && !faulty[event.Package]:
			failed[name] = append(printed[name], printed[event.FailedBuild]...)
		case text != "" && !strings.HasPrefix(text, "=== ") && !strings.HasPrefix(text, "--- "):
			printed[name] = append(printed[name], text)
		}
	}
	if len(printed) == 0 || bad != (len(failed) > 0) {
		t.Fatalf("go test: not understood:\n%s", output)
	}
	return failed
}
