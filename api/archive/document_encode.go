package archive

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"

	"github.com/ubiops-contrib/transfer/api/archive/internal/yamldoc"
)

// A model becomes a YAML document by way of JSON too. Keys are sorted, strings
// that could be anything else are in double quotes, numbers keep their digits.

// encode returns the document for the model v with the given name.
func (doc *document) encode(name string, v any) ([]byte, error) {
	root, err := nodeOf(v)
	if err != nil {
		return nil, err
	}
	if err := doc.rename(root, name); err != nil {
		return nil, err
	}
	return dump(root)
}

// encodeVariables returns the document that is a list of variables.
func encodeVariables(v any) ([]byte, error) {
	root, err := nodeOf(v)
	if err != nil {
		return nil, err
	}
	if err := listVariables(root); err != nil {
		return nil, err
	}
	return dump(root)
}

func dump(root *yaml.Node) ([]byte, error) {
	sortKeys(root)
	return yaml.Dump(root, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1), yaml.WithUnicode(true))
}

// rename turns JSON members into YAML keys and adds the name.
func (doc *document) rename(n *yaml.Node, name string) error {
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		_, taken := doc.members[key.Value]
		if taken || key.Value == doc.nameKey && doc.nameKey != "" || slices.Contains(doc.reserved, key.Value) {
			return fmt.Errorf("its unknown member %q has a meaning of its own in the archive", key.Value)
		}
		if of := doc.shape.fields[key.Value]; of != nil && of.kind == variables {
			if err := listVariables(value); err != nil {
				return err
			}
		}
		if k, ok := doc.keys[key.Value]; ok {
			*key = *textNode(k)
		}
	}
	if doc.nameKey != "" {
		n.Content = append(n.Content, textNode(doc.nameKey), textNode(name))
	}
	return nil
}

// listVariables turns the dictionary of variables into a list.
func listVariables(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return errors.New("its environment variables are no dictionary")
	}
	sortKeys(n)
	items := make([]*yaml.Node, 0, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		name := n.Content[i].Value
		if name == "" {
			return errors.New("it has an environment variable without a name")
		}
		if err := variableDocument.rename(n.Content[i+1], name); err != nil {
			return fmt.Errorf("environment variable %q: %w", name, err)
		}
		items = append(items, n.Content[i+1])
	}
	*n = yaml.Node{Kind: yaml.SequenceNode, Content: items}
	return nil
}

func nodeOf(v any) (*yaml.Node, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return readNode(jsontext.NewDecoder(bytes.NewReader(data)), 0)
}

// readNode reads one JSON value.
func readNode(dec *jsontext.Decoder, depth int) (*yaml.Node, error) {
	if limit := DefaultLimits().Depth; depth > limit {
		return nil, fmt.Errorf("it is nested deeper than %d levels", limit)
	}
	token, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case jsontext.KindNull:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, nil
	case jsontext.KindTrue, jsontext.KindFalse:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: token.String()}, nil
	case jsontext.KindNumber:
		n := &yaml.Node{Kind: yaml.ScalarNode, Value: token.String()}
		if !yamldoc.IsNumber(n.Value) { // or some reader takes it for text
			n.Tag, n.Style = "!!float", yaml.TaggedStyle
		}
		return n, nil
	case jsontext.KindString:
		return textNode(token.String()), nil
	case jsontext.KindBeginObject:
		return readNodes(dec, yaml.MappingNode, depth)
	case jsontext.KindBeginArray:
		return readNodes(dec, yaml.SequenceNode, depth)
	default:
		return nil, io.ErrUnexpectedEOF
	}
}

func readNodes(dec *jsontext.Decoder, kind yaml.Kind, depth int) (*yaml.Node, error) {
	n := &yaml.Node{Kind: kind}
	for {
		if k := dec.PeekKind(); k == jsontext.KindEndObject || k == jsontext.KindEndArray {
			_, err := dec.ReadToken()
			return n, err
		}
		child, err := readNode(dec, depth+1)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, child)
	}
}

// plainText is text that no version of YAML takes for anything but text, but
// for the words below.
var plainText = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]*$`)

func textNode(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s, Style: yaml.DoubleQuotedStyle}
	switch strings.ToLower(s) {
	case "null", "true", "false", "yes", "no", "on", "off", "y", "n":
	default:
		if plainText.MatchString(s) {
			n.Style = 0
		}
	}
	return n
}

// sortKeys sorts the keys of all mappings: first those that have a usual
// place, in its order, then the others by name.
func sortKeys(n *yaml.Node) {
	for _, child := range n.Content {
		sortKeys(child)
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	type pair struct{ key, value *yaml.Node }
	pairs := make([]pair, 0, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		pairs = append(pairs, pair{n.Content[i], n.Content[i+1]})
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(cmp.Compare(keyOrder[a.key.Value], keyOrder[b.key.Value]), strings.Compare(a.key.Value, b.key.Value))
	})
	for i, p := range pairs {
		n.Content[2*i], n.Content[2*i+1] = p.key, p.value
	}
}
