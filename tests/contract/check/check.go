package main

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"
)

// check returns what is wrong with a contract, each mistake with its line: YAML
// that cannot be read, references that lead nowhere, and operations that share
// an id.
func check(contract []byte) []string {
	var doc yaml.Node
	if err := yaml.Load(contract, &doc); err != nil {
		var where *yaml.LoadError
		if errors.As(err, &where) && where.Mark.Line > 0 {
			return []string{fmt.Sprintf("%d: %s", where.Mark.Line, where.Message)}
		}
		return []string{" " + err.Error()}
	}
	if doc.Kind == yaml.DocumentNode {
		doc = *doc.Content[0]
	}
	return append(lost(&doc, &doc), shared(&doc)...)
}

// lost finds the references below node that lead nowhere in doc. Those to other
// files are left to the generator.
func lost(doc, node *yaml.Node) []string {
	var mistakes []string
	for name, value := range members(node) {
		place, local := strings.CutPrefix(value.Value, "#")
		if name == "$ref" && local && at(doc, jsontext.Pointer(place)) == nil {
			mistakes = append(mistakes, fmt.Sprintf("%d: %s leads nowhere", value.Line, value.Value))
		}
	}
	for _, inner := range node.Content {
		mistakes = append(mistakes, lost(doc, inner)...)
	}
	return mistakes
}

// shared finds operations whose id an earlier one has.
func shared(doc *yaml.Node) []string {
	var mistakes []string
	first := map[string]int{}
	for _, item := range members(at(doc, "/paths")) {
		for _, operation := range members(item) {
			id := at(operation, "/operationId")
			if id == nil {
				continue
			}
			if line, ok := first[id.Value]; ok {
				mistakes = append(mistakes, fmt.Sprintf("%d: the operationId %s is taken in line %d", id.Line, id.Value, line))
				continue
			}
			first[id.Value] = id.Line
		}
	}
	return mistakes
}

// at returns the node that the pointer leads to, or nil.
func at(node *yaml.Node, pointer jsontext.Pointer) *yaml.Node {
	for token := range pointer.Tokens() {
		var next *yaml.Node
		for name, value := range members(node) {
			if name == token {
				next = value
			}
		}
		if node = next; node == nil {
			return nil
		}
	}
	return node
}

// members ranges over the names and values of a mapping; anything else has none.
func members(node *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if node == nil || node.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(node.Content); i += 2 {
			if !yield(node.Content[i].Value, node.Content[i+1]) {
				return
			}
		}
	}
}
