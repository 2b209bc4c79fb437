package yamldoc

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"unicode/utf16"
	"unicode/utf8"
)

// byteOrderMark is the character that may come before a text.
const byteOrderMark = "\ufeff"

// utf8Text returns a text in UTF-8 without its mark. A text in UTF-16 has one.
func utf8Text(data []byte) ([]byte, error) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return bytes.TrimPrefix(data, []byte(byteOrderMark)), nil
	}
	broken := &Fault{Message: "not valid YAML: the text begins as UTF-16 and is not"}
	if len(data)%2 != 0 {
		return nil, broken
	}
	text := make([]byte, 0, len(data))
	for i := 2; i < len(data); i += 2 {
		r := rune(order.Uint16(data[i:]))
		if utf16.IsSurrogate(r) {
			if i += 2; i == len(data) {
				return nil, broken
			}
			if r = utf16.DecodeRune(r, rune(order.Uint16(data[i:]))); r == utf8.RuneError {
				return nil, broken
			}
		}
		text = utf8.AppendRune(text, r)
	}
	return text, nil
}

var (
	endOfLine  = regexp.MustCompile(`\r\n|\r|\n|$`)
	versionOne = regexp.MustCompile(`^1\.[0-9]+$`)
)

// neutralDirectives makes comments of the directives that do not change how a
// document is read: any version 1 of YAML, and what no version knows, which a
// reader has to ignore. The parser knows version 1.1 alone, and refuses others.
func neutralDirectives(text []byte) []byte {
	copied := false
	for at := 0; at < len(text); {
		end := endOfLine.FindIndex(text[at:])
		switch line := text[at : at+end[0]]; {
		case neutral(line):
			if !copied {
				text, copied = bytes.Clone(text), true
			}
			text[at] = '#'
		case !beforeDocument(line):
			return text
		}
		at += end[1]
	}
	return text
}

// beforeDocument reports whether directives may follow a line.
func beforeDocument(line []byte) bool {
	text := bytes.TrimLeft(line, " \t")
	return len(text) == 0 || text[0] == '#' || line[0] == '%'
}

func neutral(line []byte) bool {
	if len(line) == 0 || line[0] != '%' {
		return false
	}
	words := bytes.Fields(line)
	switch string(words[0]) {
	case "%TAG":
		return false
	case "%YAML":
		return len(words) > 1 && versionOne.Match(words[1])
	}
	return true
}
