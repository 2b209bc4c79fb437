package archive

import (
	"math/big"
	"strings"

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
		if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0 {
			switch strings.ToLower(n.Value) { // YAML 1.1 included, as the archives' first tools read it
			case "true", "yes", "on":
				return d.enc.WriteToken(jsontext.True)
			case "false", "no", "off":
				return d.enc.WriteToken(jsontext.False)
			}
		}
		return d.fault(n, CodeType, "%s must be true or false", what)
	}
	if k == number && isNumber(n.Value) && n.Tag != "!!str" { // as it is written
		return d.enc.WriteValue(jsontext.Value(n.Value))
	}
	if i, ok := exactInteger(n); ok && (k == number || i.IsInt64()) {
		return d.enc.WriteValue(jsontext.Value(i.String()))
	}
	if k == number && n.Tag == "!!float" {
		if decimal, ok := exactDecimal(n.Value); ok {
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
	case numeric && n.Style&quotes == 0 && isNumber(n.Value): // not left to YAML, which has no exact large numbers
		return d.enc.WriteValue(jsontext.Value(n.Value))
	case n.Tag == "!!bool":
		return d.scalar(n, boolean, what)
	case n.Tag == "!!int":
		if i, ok := exactInteger(n); ok {
			return d.enc.WriteValue(jsontext.Value(i.String()))
		}
		return d.fault(n, CodeType, "%s is no integer", what)
	case n.Tag == "!!float":
		if number, ok := exactDecimal(n.Value); ok {
			return d.enc.WriteValue(jsontext.Value(number))
		}
		return d.fault(n, CodeType, "%s is no number that JSON has", what)
	}
	return d.enc.WriteToken(jsontext.String(n.Value))
}

// exactInteger reads the notations of YAML: signs, underscores, prefixes, and
// a leading zero for octal.
func exactInteger(n *yaml.Node) (*big.Int, bool) {
	const longest = 128 // characters; a tag can call any text an integer
	if n.Tag != "!!int" || len(n.Value) > longest {
		return nil, false
	}
	return new(big.Int).SetString(strings.ReplaceAll(n.Value, "_", ""), 0)
}

// exactDecimal rewrites a number in the notation of YAML to that of JSON,
// digit by digit.
func exactDecimal(s string) (string, bool) {
	s = strings.TrimPrefix(strings.ReplaceAll(s, "_", ""), "+")
	digits, minus := strings.CutPrefix(s, "-")
	end := strings.IndexAny(digits, "eE")
	if end < 0 {
		end = len(digits)
	}
	whole, fraction, _ := strings.Cut(digits[:end], ".")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	number := whole + digits[end:]
	if fraction != "" {
		number = whole + "." + fraction + digits[end:]
	}
	if minus {
		number = "-" + number
	}
	return number, isNumber(number)
}

func isNumber(s string) bool {
	v := jsontext.Value(s)
	return s != "" && strings.IndexByte("-0123456789", s[0]) >= 0 && strings.TrimSpace(s) == s && v.IsValid()
}
