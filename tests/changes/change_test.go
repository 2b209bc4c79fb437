package changes

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"
)

const contractFile = "../../openapi.yaml"

// A change is one file of this directory.
type change struct {
	name     string
	Edit     []edit
	Append   map[string]string // file -> what was done by hand
	Generate []string
	Build    []string
	Tests    map[string][]string
}

// An edit changes one place of the contract as a person would: its lines move,
// the others stay as they are.
type edit struct {
	At      jsontext.Pointer
	Add     string
	Find    string
	Replace string
}

func allChanges(t *testing.T) []change {
	t.Helper()
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	var all []change
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := change{name: strings.TrimSuffix(file, ".yaml")}
		if err := yaml.Load(data, &c, yaml.WithKnownFields()); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, c)
	}
	return all
}

// apply returns the contract with the edits.
func (c change) apply(contract string) (string, error) {
	for i, e := range c.Edit {
		edited, err := e.apply(contract)
		if err != nil {
			return "", fmt.Errorf("%s: edit %d at %q: %w", c.name, i+1, e.At, err)
		}
		contract = edited
	}
	if len(c.Edit) == 0 {
		return "", fmt.Errorf("%s: no edit", c.name)
	}
	return contract, nil
}

func (e edit) apply(contract string) (string, error) {
	key, err := locate(contract, e.At)
	if err != nil {
		return "", err
	}
	lines := strings.SplitAfter(contract, "\n")
	head, rest := strings.Join(lines[:key.Line-1], ""), strings.Join(lines[key.Line-1:], "")
	switch {
	case e.Add != "" && e.Find == "" && e.Replace == "":
		return strings.Join(lines[:key.Line], "") + indented(e.Add, key.Column+1) + strings.Join(lines[key.Line:], ""), nil
	case e.Add == "" && e.Find != "" && strings.Contains(rest, e.Find):
		return head + strings.Replace(rest, e.Find, e.Replace, 1), nil
	default:
		return "", fmt.Errorf("neither lines to add nor text that is there to be replaced: %q", e.Find)
	}
}

func indented(text string, by int) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		out.WriteString(strings.Repeat(" ", by) + line)
	}
	return out.String()
}

// locate returns the key of the place.
func locate(contract string, at jsontext.Pointer) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Load([]byte(contract), &doc); err != nil {
		return nil, err
	}
	node, key := doc.Content[0], (*yaml.Node)(nil)
	for token := range at.Tokens() {
		i := slices.IndexFunc(node.Content, func(n *yaml.Node) bool { return n.Value == token })
		if node.Kind != yaml.MappingNode || i < 0 || i%2 == 1 {
			return nil, fmt.Errorf("the contract has no %s", token)
		}
		key, node = node.Content[i], node.Content[i+1]
	}
	if key == nil {
		return nil, errors.New("no place")
	}
	return key, nil
}

func TestEachEditFitsTheContract(t *testing.T) {
	t.Parallel()
	contract, err := os.ReadFile(contractFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range allChanges(t) {
		edited, err := c.apply(string(contract))
		if err != nil {
			t.Error(err)
		} else if edited == string(contract) {
			t.Errorf("%s changes nothing", c.name)
		}
		for _, lines := range slices.Concat([][]string{c.Generate, c.Build}, slices.Collect(maps.Values(c.Tests))) {
			if lines != nil && (len(lines) == 0 || slices.Contains(lines, "")) {
				t.Errorf("%s expects an empty line", c.name)
			}
		}
	}
}
