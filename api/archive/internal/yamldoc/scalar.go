package yamldoc

import (
	"cmp"
	"math/big"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"
)

// numbers are what YAML 1.1, as PyYAML has it, and the core schema of YAML 1.2
// both read as a number, and as the same one.
var numbers = regexp.MustCompile(`^(?:[-+]?(?:0|[1-9][0-9]*)|(?:[-+]?[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?|0x[0-9a-fA-F]+)$`)

// IsNumber reports whether a plain scalar is the same number to every reader of
// YAML. 1e3 is text to some, 010 is eight to some.
func IsNumber(text string) bool { return numbers.MatchString(text) }

// Boolean reads a plain scalar as YAML 1.1 does too.
func Boolean(n *yaml.Node) (value, ok bool) {
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		return false, false
	}
	switch strings.ToLower(n.Value) {
	case "true", "yes", "on":
		return true, true
	case "false", "no", "off":
		return false, true
	}
	return false, false
}

// Integer reads the notations of YAML: signs, underscores, prefixes, and
// a leading zero for octal.
func Integer(n *yaml.Node) (*big.Int, bool) {
	const longest = 128 // characters; a tag can call any text an integer
	if n.Tag != "!!int" || len(n.Value) > longest {
		return nil, false
	}
	return new(big.Int).SetString(strings.ReplaceAll(n.Value, "_", ""), 0)
}

// Decimal rewrites a number in the notation of YAML to that of JSON,
// digit by digit.
func Decimal(s string) (string, bool) {
	s = strings.TrimPrefix(strings.ReplaceAll(s, "_", ""), "+")
	digits, minus := strings.CutPrefix(s, "-")
	end := strings.IndexAny(digits, "eE")
	if end < 0 {
		end = len(digits)
	}
	whole, fraction, _ := strings.Cut(digits[:end], ".")
	whole = strings.TrimLeft(whole, "0")
	whole = cmp.Or(whole, "0")
	number := whole + digits[end:]
	if fraction != "" {
		number = whole + "." + fraction + digits[end:]
	}
	if minus {
		number = "-" + number
	}
	return number, IsJSONNumber(number)
}

// IsJSONNumber reports whether a text is a number of JSON.
func IsJSONNumber(s string) bool {
	v := jsontext.Value(s)
	return s != "" && strings.IndexByte("-0123456789", s[0]) >= 0 && strings.TrimSpace(s) == s && v.IsValid()
}
