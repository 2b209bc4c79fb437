package archive

import (
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"

	"github.com/ubiops-contrib/transfer/api/archive/internal/yamldoc"
)

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
		return d.fault(n, CodeType, "%s is no integer", what)
	case n.Tag == "!!float":
		if number, ok := yamldoc.Decimal(n.Value); ok {
			return d.enc.WriteValue(jsontext.Value(number))
		}
		return d.fault(n, CodeType, "%s is no number that JSON has", what)
	}
	return d.enc.WriteToken(jsontext.String(n.Value))
}
