package yamldoc

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"
)

// Dump returns the text of a document: its keys sorted as by [SortKeys], in block
// style, no line broken.
func Dump(root *yaml.Node, rank map[string]int) ([]byte, error) {
	SortKeys(root, rank)
	return yaml.Dump(root, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1), yaml.WithUnicode(true))
}

// FromJSON returns the node that is the same as a JSON value. Numbers keep their
// digits. A value below more than depth others is an error.
func FromJSON(data []byte, depth int) (*yaml.Node, error) {
	n, err := readNode(jsontext.NewDecoder(bytes.NewReader(data)), depth)
	if errors.Is(err, errTooDeep) {
		return nil, fmt.Errorf("it is nested deeper than %d levels", depth)
	}
	return n, err
}

// readNode reads one JSON value, with at most depth more inside each other.
func readNode(dec *jsontext.Decoder, depth int) (*yaml.Node, error) {
	if depth < 0 {
		return nil, errTooDeep
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
		if !IsNumber(n.Value) { // or some reader takes it for text
			n.Tag, n.Style = "!!float", yaml.TaggedStyle
		}
		return n, nil
	case jsontext.KindString:
		return Text(token.String()), nil
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
		child, err := readNode(dec, depth-1)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, child)
	}
}

// plainText is text that no version of YAML takes for anything but text, but
// for the words below.
var plainText = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]*$`)

// Text returns a string, in double quotes if it could be anything else.
func Text(s string) *yaml.Node {
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

// SortKeys sorts the keys of all mappings: by rank, then by name.
func SortKeys(n *yaml.Node, rank map[string]int) {
	for _, child := range n.Content {
		SortKeys(child, rank)
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
		return cmp.Or(cmp.Compare(rank[a.key.Value], rank[b.key.Value]), strings.Compare(a.key.Value, b.key.Value))
	})
	for i, p := range pairs {
		n.Content[2*i], n.Content[2*i+1] = p.key, p.value
	}
}
