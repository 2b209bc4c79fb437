package archive

import (
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
	"github.com/ubiops-contrib/transfer/api/archive/internal/yamldoc"
)

// value writes the node as the shape's type.
func (d *decoder) value(n *yaml.Node, s *shape, what string, depth int) error {
	n, err := d.nodes.Visit(n, depth)
	if err != nil {
		return err
	}
	if yamldoc.IsNull(n) {
		if s.nullable {
			return d.enc.WriteToken(jsontext.Null)
		}
		return d.fault(n, CodeType, "%s must not be null; an empty text is written \"\"", what)
	}
	switch s.kind {
	case text, moment, integer, number, boolean:
		return d.scalar(n, s.kind, what)
	case list:
		return d.list(n, s.elem, what, depth)
	case dictionary:
		return d.dictionary(n, s.elem, what, depth)
	case variables:
		return d.variables(n, what, depth)
	case object:
		_, err := d.object(n, s, &document{}, what, depth)
		return err
	case anything:
	}
	switch n.Kind {
	case yaml.MappingNode:
		return d.dictionary(n, free, what, depth)
	case yaml.SequenceNode:
		return d.list(n, free, what, depth)
	default:
		return d.guess(n, what)
	}
}

func (d *decoder) list(n *yaml.Node, elem *shape, what string, depth int) error {
	if n.Kind != yaml.SequenceNode {
		return d.fault(n, CodeType, "%s must be a list", what)
	}
	if err := d.enc.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for _, item := range n.Content {
		if err := d.value(item, elem, "an element of "+what, depth+1); err != nil {
			return err
		}
	}
	return d.enc.WriteToken(jsontext.EndArray)
}

func (d *decoder) dictionary(n *yaml.Node, elem *shape, what string, depth int) error {
	return d.pairs(n, what, depth, func(key *yaml.Node, value *yaml.Node) error {
		if err := d.enc.WriteToken(jsontext.String(key.Value)); err != nil {
			return err
		}
		return d.value(value, elem, printable.Key(key.Value), depth+1)
	})
}

// variables writes a list of environment variables as a dictionary.
func (d *decoder) variables(n *yaml.Node, what string, depth int) error {
	if n.Kind != yaml.SequenceNode {
		return d.fault(n, CodeType, "%s must be a list of variables", what)
	}
	if err := d.enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	lines := make(map[string]int, len(n.Content))
	for _, item := range n.Content {
		item, err := d.nodes.Visit(item, depth+1)
		if err != nil {
			return err
		}
		content, err := d.nodes.Merged(item, depth+1)
		if err != nil {
			return err
		}
		var name string // looked up first, since the dictionary begins with it
		for i := 0; i+1 < len(content); i += 2 {
			if yamldoc.Follow(content[i]).Value == variableDocument.nameKey {
				name = yamldoc.Follow(content[i+1]).Value
			}
		}
		if line, ok := lines[name]; ok {
			return d.fault(item, CodeDuplicateObject, "the variable %s is already in line %d", printable.Key(name), line)
		}
		lines[name] = item.Line
		if err := d.enc.WriteToken(jsontext.String(name)); err != nil {
			return err
		}
		if _, err := d.object(item, variableDocument.shape, variableDocument, "a variable", depth+1); err != nil {
			return err
		}
	}
	return d.enc.WriteToken(jsontext.EndObject)
}

// object writes a mapping whose keys are the members of a model, and returns
// the value of the key that names the object, if doc has one.
func (d *decoder) object(n *yaml.Node, s *shape, doc *document, what string, depth int) (name string, err error) {
	seen := make(map[string]string, len(n.Content)/2) // JSON member -> YAML key
	err = d.pairs(n, what, depth, func(key, value *yaml.Node) error {
		k := key.Value
		if doc.nameKey != "" && k == doc.nameKey {
			v, err := d.nodes.Visit(value, depth+1)
			if err != nil {
				return err
			}
			if v.Kind != yaml.ScalarNode || yamldoc.IsNull(v) || v.Value == "" {
				return d.fault(value, CodeMissingKey, "%s must be a name", k)
			}
			name = v.Value
			return nil
		}
		if slices.Contains(doc.reserved, k) {
			return d.fault(key, CodeLayout, "%s must not be in the YAML: it is read from files of its own", k)
		}
		member := k
		if m, ok := doc.members[k]; ok {
			member = m
		}
		if other, ok := seen[member]; ok {
			return d.fault(key, CodeDuplicateKey, "%s and %s say the same thing", other, k)
		}
		of, known := s.fields[member]
		switch {
		case !known:
			of = free
		case yamldoc.IsNull(value) && !of.nullable:
			return nil // a member that knows no null is left out instead
		}
		seen[member] = k
		if err := d.enc.WriteToken(jsontext.String(member)); err != nil {
			return err
		}
		return d.value(value, of, printable.Key(k), depth+1)
	})
	if err != nil {
		return "", err
	}
	if doc.nameKey != "" && name == "" {
		return "", d.fault(n, CodeMissingKey, "%s has no %s", what, doc.nameKey)
	}
	for _, member := range doc.required {
		if _, ok := seen[member]; !ok {
			return "", d.fault(n, CodeMissingKey, "%s has no %s", what, member)
		}
	}
	for _, member := range s.required {
		if _, ok := seen[member]; !ok { // an older archive than the contract
			d.warnings.append(&Finding{Code: CodeIncomplete, Severity: SeverityWarning, Path: d.path, Line: n.Line,
				Message: fmt.Sprintf("%s has no %s: it is read as if that were empty, zero or false", what, member)})
		}
	}
	return name, nil
}

// pairs writes a mapping whose pairs fn writes. Keys are text, each once.
func (d *decoder) pairs(n *yaml.Node, what string, depth int, fn func(key, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return d.fault(n, CodeType, "%s must be a mapping of keys to values", what)
	}
	if err := d.enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	if err := d.nodes.Pairs(n, what, depth, fn); err != nil {
		return err
	}
	return d.enc.WriteToken(jsontext.EndObject)
}

var kindNames = map[kind]string{text: "text", moment: "a date and time", integer: "an integer", number: "a number", boolean: "true or false"}

// scalar writes the node as the type that the model has for it.
func (d *decoder) scalar(n *yaml.Node, k kind, what string) error {
	switch {
	case n.Kind != yaml.ScalarNode:
		return d.fault(n, CodeType, "%s must be %s", what, kindNames[k])
	case k == text, k == moment:
		return d.enc.WriteToken(jsontext.String(n.Value))
	case k == boolean:
		if value, ok := yamldoc.Boolean(n); ok {
			return d.enc.WriteToken(jsontext.Bool(value))
		}
		return d.fault(n, CodeType, "%s must be true or false", what)
	}
	if k == number && yamldoc.IsJSONNumber(n.Value) && n.Tag != "!!str" { // as it is written
		return d.enc.WriteValue(jsontext.Value(n.Value))
	}
	if i, ok := yamldoc.Integer(n); ok && (k == number || i.IsInt64()) {
		return d.enc.WriteValue(jsontext.Value(i.String()))
	}
	if k == number && n.Tag == "!!float" {
		if decimal, ok := yamldoc.Decimal(n.Value); ok {
			return d.enc.WriteValue(jsontext.Value(decimal))
		}
	}
	return d.fault(n, CodeType, "%s must be %s", what, kindNames[k])
}

// guess writes a scalar of a member whose type nobody told us. What readers of
// YAML 1.1 and 1.2 take for different things is the text that is written.
func (d *decoder) guess(n *yaml.Node, what string) error {
	const quotes = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	numeric := n.Tag == "!!int" || n.Tag == "!!float"
	switch {
	case numeric && n.Style&(quotes|yaml.TaggedStyle) == 0 && !yamldoc.IsNumber(n.Value):
		return d.enc.WriteToken(jsontext.String(n.Value))
	case numeric && n.Style&quotes == 0 && yamldoc.IsJSONNumber(n.Value): // not left to YAML, which has no exact large numbers
		return d.enc.WriteValue(jsontext.Value(n.Value))
	case n.Tag == "!!bool":
		return d.scalar(n, boolean, what)
	case n.Tag == "!!int":
		if i, ok := yamldoc.Integer(n); ok {
			return d.enc.WriteValue(jsontext.Value(i.String()))
		}
		return d.fault(n, CodeType, "%s is not an integer", what)
	case n.Tag == "!!float":
		if number, ok := yamldoc.Decimal(n.Value); ok {
			return d.enc.WriteValue(jsontext.Value(number))
		}
		return d.fault(n, CodeType, "%s is not a number that JSON has", what)
	}
	return d.enc.WriteToken(jsontext.String(n.Value))
}
