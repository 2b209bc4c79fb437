package yamldoc

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// The parser refuses some spellings that other readers take, and says where. A
// spelling that means the same is put there, and the text parsed again. How often,
// and how many bytes of it, is bounded: an archive may have many such texts.
const (
	maxRepairs  = 20
	repairTimes = 4       // as many bytes as the text has
	repairLeast = 8 << 10 // bytes, so that a short text is repaired too
)

// loadRepaired parses a text, and repairs it for the parser if that helps.
func loadRepaired(text []byte, depth int) (*yaml.Node, error) {
	root, err := load(text, depth)
	budget := repairTimes*len(text) + repairLeast
	for range maxRepairs {
		if err == nil || budget < 0 {
			break
		}
		fault, ok := errors.AsType[*yaml.LoadError](err)
		if !ok || fault.Stage != yaml.ScannerStage {
			return nil, err
		}
		at := offset(text, fault.Mark)
		repaired := repair(text, at, fault.Message)
		if repaired == nil {
			return nil, err
		}
		budget -= len(text) + at
		text = repaired
		root, err = load(text, depth)
	}
	return root, err
}

// repair returns a text that means the same to whoever reads it, but for the
// fault; nil if the fault is none of those that the parser alone sees.
func repair(text []byte, at int, message string) []byte {
	rest := text[min(at, len(text)):]
	switch {
	case strings.Contains(message, "comment without preceding whitespace") && bytes.HasPrefix(rest, []byte("#")):
		return slices.Insert(bytes.Clone(text), at, ' ')
	case strings.Contains(message, "cannot start any token") && len(rest) > 1 && rest[0] == '-' && strings.IndexByte(",[]{}", rest[1]) >= 0:
		return slices.Concat(text[:at], []byte(`"-"`), rest[1:]) // text in a list in brackets
	case strings.Contains(message, "mapping values are not allowed"):
		return indented(text, at)
	}
	return nil
}

// indented moves a line to the right that lies in brackets, in which indentation
// means nothing.
func indented(text []byte, at int) []byte {
	start := bytes.LastIndexAny(text[:at], "\r\n") + 1
	_, err := load(text[:start], len(text))
	fault, ok := errors.AsType[*yaml.LoadError](err)
	if !ok || !strings.HasPrefix(fault.ContextMsg, "while parsing a flow") {
		return nil
	}
	most := 0
	for line := range bytes.FieldsFuncSeq(text, func(r rune) bool { return r == '\r' || r == '\n' }) {
		most = max(most, len(line)-len(bytes.TrimLeft(line, " ")))
	}
	if text[start] == ' ' && len(text[start:])-len(bytes.TrimLeft(text[start:], " ")) == most {
		return nil // it is the furthest already: that is not the reason
	}
	return slices.Concat(text[:start], bytes.Repeat([]byte(" "), most+1), text[start:])
}

// offset returns the byte that a mark leads to, which counts characters.
func offset(text []byte, mark yaml.Mark) int {
	at := 0
	for range mark.Index {
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	return at
}
