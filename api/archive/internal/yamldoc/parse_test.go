package yamldoc

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"go.yaml.in/yaml/v4"
)

// outline writes a node in one line.
func outline(n *yaml.Node) string {
	if n == nil {
		return "nothing"
	}
	var parts []string
	for _, child := range n.Content {
		parts = append(parts, outline(child))
	}
	switch n.Kind {
	case yaml.MappingNode:
		return "{" + strings.Join(parts, " ") + "}"
	case yaml.SequenceNode:
		return "[" + strings.Join(parts, " ") + "]"
	default:
		return fmt.Sprintf("%q", n.Value)
	}
}

func inUTF16(text string, bigEndian bool) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		if low, high := byte(unit), byte(unit>>8); bigEndian {
			b.Write([]byte{high, low})
		} else {
			b.Write([]byte{low, high})
		}
	}
	return b.String()
}

func TestWhatOtherProgramsWriteIsParsed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                     "nothing",
		"# nothing\n":          "nothing",
		"%YAML 1.1\n---\na: b": `{"a" "b"}`,
		"%YAML 1.2\n---\na: b": `{"a" "b"}`,
		"\ufeff# a\n\n%YAML 1.3 # b\r\n---\r\na: b":               `{"a" "b"}`,
		"%FOO bar\n%TAG !e! tag:e,2000:\n%YAML 1.2\n---\n%: b":    "error",
		"%FOO bar\n%TAG !e! tag:e,2000:\n%YAML 1.2\n---\nb: 1":    `{"b" "1"}`,
		"%YAML 2.0\n---\na: b":                                    "error",
		"a: |\n  %YAML 1.2\n":                                     `{"a" "%YAML 1.2\n"}`,
		inUTF16("a: é😀", false):                                   `{"a" "é😀"}`,
		inUTF16("a: é😀", true):                                    `{"a" "é😀"}`,
		"\xff\xfea":                                               "error",
		"\xff\xfe\x00\xd8a\x00":                                   "error",
		"{\n\t\"a\": [1, null,\t\"\\/\\ud83d\\ude00\\u0000\"]\n}": "{\"a\" [\"1\" \"null\" \"/😀\\x00\"]}",
		"{\"" + strings.Repeat("k", 3000) + "\":1}":               `{"` + strings.Repeat("k", 3000) + `" "1"}`,
		"[a, -]":                               `["a" "-"]`,
		"[-, [-], {a: -}, -b]":                 `["-" ["-"] {"a" "-"} "-b"]`,
		"a: 'b'#c\nd: [e]#f":                   `{"a" "b" "d" ["e"]}`,
		"a:\n  b: {\n c: 1,\n d: [\n e: 2]}\n": `{"a" {"b" {"c" "1" "d" [{"e" "2"}]}}}`,
		"a: \"\\ud83d\\ude00\"\nb: '\\ud83d'\nc: \\uDe00\nd: \"\\\\ud83d\"": `{"a" "😀" "b" "\\ud83d" "c" "\\uDe00" "d" "\\ud83d"}`,
		"a: \"\\ud83d\\ude00\"\nb: \ue83d\ucabc":                            "{\"a\" \"😀\" \"b\" \"\\ue83d\ucabc\"}",
		"a: \"\\ud83d\"":                                                    "error",
		"a: \"\\ude00\\ud83d\"":                                             "error",
		"a: \"\\ud83d\\ude00\"\nb: [":                                       "error",
		"a: [":                                                              "error",
		"a: b: c":                                                           "error",
		"k: |\n  text\n bad: x: y":                                          "error",
		"[1] 2":                                                             "error",
	} {
		root, err := Parse([]byte(text), 10)
		got := "error"
		if err == nil {
			got = outline(root)
		} else if _, ok := errors.AsType[*Fault](err); !ok {
			t.Errorf("%.60q: %T", text, err)
		}
		if got != want {
			t.Errorf("%.60q: %v\ngot  %s\nwant %s", text, err, got, want)
		}
	}
}

func TestFaultsSayTheLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Fault{
		"a: 1\n---\nb: 2": {Invalid, 2, "a second document in the file"},
		"a:\n" + strings.Repeat("[", 12) + strings.Repeat("]", 12):              {TooLarge, 2, "nested deeper than 10 levels"},
		"{\"a\":\n\n" + strings.Repeat("[", 12) + strings.Repeat("]", 12) + "}": {TooLarge, 3, "nested deeper than 10 levels"},
		"a: 1\nb: \"\\ud83d\"": {Invalid, 2, "half of a surrogate pair is escaped, which is not a character"},
		"a: 1\nb: *c":          {Invalid, 2, "not valid YAML: an alias (*) without its anchor; a text that begins like this needs quotes"},
	} {
		_, err := Parse([]byte(text), 10)
		if fault, ok := errors.AsType[*Fault](err); !ok || *fault != want {
			t.Errorf("%.60q: got %+v, want %+v", text, err, want)
		}
	}
}

// What is repaired is bounded, and what is not gives an error soon.
func TestRepairsEnd(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"[" + strings.Repeat("-,", 100_000) + "]", "a:\n  b: {" + strings.Repeat("\n c: 1,", 10_000) + "}"} {
		if _, err := Parse([]byte(text), 10); err == nil {
			t.Errorf("%.20q was read", text)
		}
	}
}

func TestNumbersAreThoseOfAllReaders(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"0", "-0", "+17", "1.", ".5", "-0.10", "1.5e+3", "007.5", "0x1F", "123456789012345678901234567890"} {
		if !IsNumber(text) {
			t.Errorf("%s is none", text)
		}
	}
	for _, text := range []string{"", "010", "0o17", "0b1", "1_0", "1e3", "1.5e3", "-.5", "1:30", ".inf", ".nan", "-0x1", "2001-12-14", "."} {
		if IsNumber(text) {
			t.Errorf("%s is one", text)
		}
	}
}
