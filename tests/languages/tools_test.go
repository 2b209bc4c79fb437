package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A user of a tool relies on the README's table.
func TestREADMENamesEveryToolWithVersionAndOption(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[string]string)
	for line := range strings.Lines(string(readme)) {
		if cells := strings.Split(line, "|"); len(cells) == 5 {
			name := strings.Trim(cells[1], " []`")
			name, _, _ = strings.Cut(name, "]")
			rows[strings.Trim(name, "`")] = line
		}
	}
	for _, tool := range tools {
		row, ok := rows[tool.name]
		if !ok {
			t.Errorf("README has no row for %s", tool.name)
			continue
		}
		if !strings.Contains(row, tool.version) || !strings.Contains(row, tool.option) {
			t.Errorf("README says %q of %+v", row, tool)
		}
	}
}

func TestEveryToolHasItsScriptAndEveryScriptItsTool(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("*/run.sh")
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]bool)
	for _, script := range scripts {
		found[filepath.Dir(script)] = true
	}
	delete(found, "prism") // these two move nothing
	delete(found, "viewers")
	for _, tool := range tools {
		if !found[tool.name] {
			t.Errorf("%s has no run.sh", tool.name)
		}
		delete(found, tool.name)
	}
	for name := range found {
		t.Errorf("%s is not among the tools", name)
	}
}

func TestTheShortFormIsPartOfTheLongOne(t *testing.T) {
	t.Parallel()
	short, err := choose(false, nil)
	if err != nil {
		t.Fatal(err)
	}
	long, err := choose(true, nil)
	if err != nil || len(short) == 0 || len(short) >= len(long) || len(long) != len(tools) {
		t.Errorf("%d of %d of %d tools, %v", len(short), len(long), len(tools), err)
	}
	if _, err := choose(false, []string{"no-such-tool"}); err == nil || !strings.Contains(err.Error(), "no-such-tool") {
		t.Errorf("an unknown tool is answered with %v", err)
	}
}
