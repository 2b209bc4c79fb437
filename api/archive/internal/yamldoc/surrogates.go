package yamldoc

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Encoders that know UTF-16 only write a character beyond it as two escapes,
// "\ud83d\ude00". The parser refuses each of them. Whether such a text is an
// escape or stands for itself depends on the quotes around it, which the parser
// knows: so it gets other escapes of the same length, for characters that the
// text does not have, and they are turned back in what it returns.

var (
	half = regexp.MustCompile(`(\\u)([dD])([89a-fA-F][0-9a-fA-F]{2})`)
	// hidden is a back-slash that is written as a number.
	hidden = regexp.MustCompile(`(?i)\\(?:x|u00|u000000)5c`)
)

// standIn is what a document uses instead of the escapes from \ud800 to \udfff:
// those of the same end with another first digit.
type standIn struct {
	digit   byte // a letter, so that it has two cases as the d has
	literal *regexp.Regexp
}

func parseSurrogates(text []byte, depth int) (*yaml.Node, error) {
	for _, digit := range []byte("ecba") {
		s := standIn{digit, regexp.MustCompile(`(?i)(\\u(?:0000)?)(` + string(digit) + `)([89a-f][0-9a-f]{2})`)}
		if hidden.Match(text) || s.literal.Match(text) || strings.ContainsFunc(string(text), s.is) {
			continue
		}
		replaced := half.ReplaceAllFunc(text, func(escape []byte) []byte {
			return append([]byte{escape[0], escape[1], escape[2] - 'd' + s.digit}, escape[3:]...)
		})
		root, err := loadRepaired(replaced, depth)
		if err == nil && root != nil {
			err = s.restore(root)
		}
		return root, faultOf(err)
	}
	return nil, faultOf(&Fault{Message: "half of a surrogate pair is escaped, and what it stands for cannot be told"})
}

// is reports whether a character is one of those that stand in.
func (s standIn) is(r rune) bool {
	const most = 0x7ff
	first := rune(s.digit-'a'+10)<<12 | 0x800
	return r >= first && r <= first+most
}

// restore turns all scalars from n on back.
func (s standIn) restore(n *yaml.Node) error {
	for _, child := range n.Content {
		if err := s.restore(child); err != nil {
			return err
		}
	}
	if n.Kind != yaml.ScalarNode {
		return nil
	}
	text := n.Value
	if n.Style&yaml.DoubleQuotedStyle != 0 {
		var b strings.Builder
		for rest := text; rest != ""; {
			r, size := utf8.DecodeRuneInString(rest)
			rest = rest[size:]
			if s.is(r) {
				next, size := utf8.DecodeRuneInString(rest)
				if r = utf16.DecodeRune(s.half(r), s.half(next)); r == unicode.ReplacementChar {
					return &Fault{Line: n.Line, Message: "half of a surrogate pair is escaped, which is not a character"}
				}
				rest = rest[size:]
			}
			b.WriteRune(r)
		}
		text = b.String()
	}
	n.Value = s.literal.ReplaceAllStringFunc(text, func(escape string) string {
		return escape[:2] + string(escape[2]-s.digit+'d') + escape[3:]
	})
	return nil
}

// half returns what a character stands for.
func (s standIn) half(r rune) rune {
	if !s.is(r) {
		return unicode.ReplacementChar
	}
	return r&0xfff | 0xd000
}
