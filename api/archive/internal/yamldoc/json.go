package yamldoc

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"
)

// parseJSON parses a text that is JSON, and reports whether it is. JSON is a
// part of YAML, but parsers of YAML stumble over tabs, characters that are
// escaped in two halves, and long keys.
func parseJSON(text []byte, depth int) (root *yaml.Node, ok bool, err error) {
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	if len(trimmed) == 0 || trimmed[0] != '{' && trimmed[0] != '[' ||
		!jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true)) {
		return nil, false, nil
	}
	p := jsonParser{text: text, dec: jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true)), line: 1, depth: depth}
	root, err = p.value(0)
	return root, err == nil, err
}

type jsonParser struct {
	text  []byte
	dec   *jsontext.Decoder
	at    int64 // up to where lines have been counted
	line  int
	depth int
}

// value reads one value; above is how many others hold it.
func (p *jsonParser) value(above int) (*yaml.Node, error) {
	kind := p.dec.PeekKind()
	start := p.dec.InputOffset()
	start += int64(len(p.text[start:]) - len(bytes.TrimLeft(p.text[start:], " \t\r\n,:")))
	p.line += bytes.Count(p.text[p.at:start], []byte("\n"))
	p.at = start
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: p.line}
	if above > p.depth {
		return nil, deepFault(p.line, p.depth)
	}
	token, err := p.dec.ReadToken()
	if err != nil { // it was valid before
		return nil, &Fault{Line: p.line, Message: "not valid YAML: broken JSON"}
	}
	n.Value = token.String()
	switch kind {
	case jsontext.KindNull:
		n.Tag = "!!null"
	case jsontext.KindTrue, jsontext.KindFalse:
		n.Tag = "!!bool"
	case jsontext.KindNumber: // which no reader takes for text: so the tag counts as written
		n.Tag, n.Style = "!!int", yaml.TaggedStyle
		if strings.ContainsAny(n.Value, ".eE") {
			n.Tag = "!!float"
		}
	case jsontext.KindString:
		n.Tag, n.Style = "!!str", yaml.DoubleQuotedStyle
	case jsontext.KindBeginObject:
		n.Kind, n.Tag, n.Value = yaml.MappingNode, "!!map", ""
		return n, p.content(n, above)
	default:
		n.Kind, n.Tag, n.Value = yaml.SequenceNode, "!!seq", ""
		return n, p.content(n, above)
	}
	return n, nil
}

func (p *jsonParser) content(n *yaml.Node, above int) error {
	for {
		if kind := p.dec.PeekKind(); kind == jsontext.KindEndObject || kind == jsontext.KindEndArray {
			_, err := p.dec.ReadToken()
			return err
		}
		child, err := p.value(above + 1)
		if err != nil {
			return err
		}
		n.Content = append(n.Content, child)
	}
}
