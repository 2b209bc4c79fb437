package yamldoc

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
)

// Reader visits the nodes of one document under limits. The depth that its methods
// take is the number of nodes above; an error is a [*Fault].
type Reader struct {
	maxDepth int
	budget   int // bytes of text that may still be visited; aliases can repeat text without end
}

// Read parses a document, see [Parse], and returns a reader for its nodes.
func Read(data []byte, depth int) (*Reader, *yaml.Node, error) {
	root, err := Parse(data, depth)
	// Without aliases the nodes hold no more text than the file.
	return &Reader{maxDepth: depth, budget: 16*len(data) + 4096}, root, err
}

// Visit follows an alias, and accounts for the node.
func (r *Reader) Visit(n *yaml.Node, depth int) (*yaml.Node, error) {
	if depth > r.maxDepth {
		return nil, deepFault(n.Line, r.maxDepth)
	}
	at := n
	n = Follow(n)
	if r.budget -= 1 + len(n.Value); r.budget < 0 {
		return nil, faultf(at, TooLarge, "aliases make the document many times larger than its text")
	}
	switch n.Tag {
	case "!!str", "!!int", "!!float", "!!bool", "!!timestamp", "!!map", "!!seq", "!!merge":
		return n, nil
	case "!!null":
		if n.Value == "" || n.Value == "~" || strings.EqualFold(n.Value, "null") {
			return n, nil
		}
	}
	return nil, faultf(n, Invalid, "a YAML tag that is not supported; a text that begins with ! needs quotes")
}

// Pairs calls fn for each pair of a mapping, with those that merge keys add. Keys
// are text, each once. Messages call the mapping what.
func (r *Reader) Pairs(n *yaml.Node, what string, depth int, fn func(key, value *yaml.Node) error) error {
	content, err := r.Merged(n, depth)
	if err != nil {
		return err
	}
	lines := make(map[string]int, len(content)/2)
	for i := 0; i+1 < len(content); i += 2 {
		key, err := r.Visit(content[i], depth+1)
		if err != nil {
			return err
		}
		line, twice := lines[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode:
			return faultf(key, Invalid, "a key of %s is not text", what)
		case twice:
			return faultf(key, DuplicateKey, "the key %s is already in line %d", printable.Key(key.Value), line)
		}
		lines[key.Value] = key.Line
		if err := fn(key, content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// Follow returns the node that an alias stands for, and any other as it is.
func Follow(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// IsNull reports whether a node, or what it stands for, is null.
func IsNull(n *yaml.Node) bool {
	n = Follow(n)
	return n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}
