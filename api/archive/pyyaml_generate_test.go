package archive_test

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"strings"
)

// yamlWriter writes documents in every style that YAML has.
type yamlWriter struct{ *rand.Rand }

// plainTexts are scalars that readers of YAML take for different things, or for
// the start of something else.
var plainTexts = strings.Split(`a|word|two words|a b  c|no|No|yes|on|OFF|y|n|true|True|FALSE|null|Null|~|1|0|-0|+1|-17|1.10|010|0o17|0x1F|-0x1F|0b11|1_000|1:30|190:20:30.15|089|1e3|1E400|1.5e3|1.5e+3|.5|5.|+5.|007.50|.|..|.inf|-.INF|.nan|2001-12-14|2001-12-14t21:59:43.10-05:00|2001-12-14 21:59:43|-|-a|--|--a|?|?a|:a|a:b|::|a#b|#|a,b|a[b|a]b|a{b}|=|<|<=|&|*|!|%|@|a'b|a"b|it's|\|a\b|C:\x|http://a/b?c=d#e|a: b|- a|é|日本|😀|a\tb|a~|0.0.1|1.2.3|1,000|12e|1e|e1|0x|0o8|0b2|_1|1_|_|1__0|-_1|.e1|1.e1|1.e+1|+|+.5|-.5e-5|NO|Yes|Infinity|NaN|99999999999999999999|123456789012345678901234567890|0.1000|a  |%a|a%|"|'|>|>a||-`, "|")

// texts are for quotes and blocks, which take anything.
var texts = append([]string{
	"", " ", "a\nb", "\na", "a\n\n\nb\n", "a\n  b\n c\n", "  a", "a ", "\t", "# a", "--- a", "...", "a\u00a0b", "a\u2028b", "a\u0085b", "\ufeffa", "\U0001f600\U0001f601", "a\rb", "a\x7fb", "\x1b[0m", "\x00", "{}", "[1]", `\ud83d`, `\\n`, "a\\",
}, plainTexts...)

func (g yamlWriter) of(list []string) string { return list[g.IntN(len(list))] }

func (g yamlWriter) chance(n int) bool { return g.IntN(n) == 0 }

// document returns one; now and then a character of it is another one.
func (g yamlWriter) document() string {
	if g.chance(6) {
		return g.json()
	}
	var b strings.Builder
	if g.chance(8) {
		b.WriteString(g.of([]string{"\ufeff", "# first\n", "\n", "  # first\n\n"}))
	}
	directives := g.chance(5)
	if directives {
		b.WriteString(g.of([]string{"%YAML 1.2\n", "%YAML 1.1\n", "%YAML 1.3 # new\n", "%YAML   1.2\t\n", "%FOO bar baz\n", "%FOO\n%YAML 1.2\n", "%TAG !e! tag:e.org,2000:\n", "%YAML 1.2\n\n# second\n", "%YAML 1.12\n", "%YAML 1.2\r\n"}))
	}
	if directives || g.chance(5) {
		b.WriteString(g.of([]string{"---\n", "--- # a\n", "---   \n"}))
	}
	b.WriteString("service_name: s\n")
	for i := range 1 + g.IntN(4) {
		b.WriteString("k" + strconv.Itoa(i) + g.of([]string{":", ":", " :", ":"}))
		g.value(&b, 0, 3)
	}
	b.WriteString(g.of([]string{"", "", "", "...\n", "... # end\n", "# last", "\n\n", "...\n...\n"}))
	text := b.String()
	if g.chance(12) {
		text = strings.ReplaceAll(text, "\n", g.of([]string{"\r\n", "\r"}))
	}
	if g.chance(4) {
		at := g.IntN(len(text))
		text = text[:at] + g.of([]string{" ", "\n", ":", "-", ",", "[", "]", "{", "}", "#", "'", "\"", "?", "|", "  ", "\n  ", "\t", ": ", "- ", "%"}) + text[at+g.IntN(2):]
	}
	return strings.ToValidUTF8(text, "?")
}

// json returns what encoders of JSON write: with and without indentation, text
// escaped or not.
func (g yamlWriter) json() string {
	members := map[string]any{"service_name": "s"}
	for i := range 1 + g.IntN(4) {
		members["k"+strconv.Itoa(i)] = g.any(3)
	}
	indent := g.of([]string{"", "  ", "\t"})
	data, err := json.MarshalIndent(members, "", indent)
	if err != nil {
		panic(err) // of nothing but JSON's types
	}
	text := strings.ReplaceAll(string(data), "\u0085", `\u0085`) // a line break to PyYAML, text to JSON
	if indent == "" {
		text = strings.ReplaceAll(text, "\n", "")
	}
	if g.chance(2) {
		text = strings.ReplaceAll(text, "/", `\/`)
	}
	if g.chance(2) { // as encoders write it that keep to ASCII
		text = strings.NewReplacer("\U0001f600", `\ud83d\ude00`, "\U0001f601", `\uD83D\uDE01`, "é", `\u00e9`).Replace(text)
	}
	return text
}

func (g yamlWriter) any(depth int) any {
	switch n := g.IntN(8); {
	case depth > 0 && n == 0:
		return map[string]any{g.of(texts): g.any(depth - 1), "b": g.any(depth - 1)}
	case depth > 0 && n == 1:
		return []any{g.any(depth - 1), g.any(depth - 1)}
	case n == 2:
		return g.NormFloat64() * 1e22
	case n == 3:
		return []any{nil, true, g.IntN(100), json.Number("1e3"), json.Number("1E+2"), json.Number("-0.10")}[g.IntN(6)]
	default:
		return strings.ToValidUTF8(g.of(texts), "?")
	}
}

// value writes what follows a key or a dash, and ends the line.
func (g yamlWriter) value(b *strings.Builder, indent, depth int) {
	pad := func(n int) string { return "\n" + strings.Repeat(" ", n) }
	switch n := g.IntN(14); {
	case depth > 0 && n == 0: // a mapping below
		b.WriteString(g.of([]string{"", "", " # why", " &anchor"}))
		inner := indent + 1 + g.IntN(3)
		for i := range 1 + g.IntN(3) {
			b.WriteString(pad(inner) + g.key(i) + ":")
			g.value(b, inner, depth-1)
			trimLine(b)
		}
		b.WriteString("\n")
	case depth > 0 && n == 1: // a list below, indented or not
		inner := indent + g.IntN(3)
		for range 1 + g.IntN(3) {
			b.WriteString(pad(inner) + "-")
			g.value(b, inner+1, depth-1)
			trimLine(b)
		}
		b.WriteString("\n")
	case n == 2:
		b.WriteString(" " + g.flow(depth) + g.of([]string{"", " ", " # a"}) + "\n")
	case n == 3:
		b.WriteString(" " + g.block(indent))
	case n == 4:
		b.WriteString(g.of([]string{"", " ", " # nothing"}) + "\n")
	case n == 5: // text over several lines
		b.WriteString(" " + g.of([]string{"a", "'a", "\"a"}))
		quote := b.String()[b.Len()-2:]
		b.WriteString(pad(indent+1) + g.of([]string{"b", "b c", "", "\n d", "- e", "# f"}))
		if strings.ContainsAny(quote[:1], `'"`) {
			b.WriteString(quote[:1])
		}
		b.WriteString("\n")
	case n == 6 && depth > 0: // a mapping in the line of a dash, or an explicit key
		inner := indent + 2
		b.WriteString(pad(inner) + "? " + g.scalar(false) + pad(inner) + ": " + g.scalar(false) + "\n")
	default:
		b.WriteString(" " + g.scalar(false) + g.of([]string{"", "", " ", " # a", "\t"}) + "\n")
	}
}

// trimLine takes the end of the line back.
func trimLine(b *strings.Builder) {
	text := strings.TrimSuffix(b.String(), "\n")
	b.Reset()
	b.WriteString(text)
}

func (g yamlWriter) key(i int) string {
	switch g.IntN(6) {
	case 0:
		return g.scalar(true)
	case 1:
		return strconv.Quote("q" + strconv.Itoa(i))
	default:
		return "m" + strconv.Itoa(i)
	}
}

// scalar returns a scalar in one of the three styles of a line.
func (g yamlWriter) scalar(inFlow bool) string {
	switch g.IntN(3) {
	case 0:
		return "'" + strings.ReplaceAll(strings.NewReplacer("\n", " ", "\r", " ", "\x00", "", "\x1b", "", "\x7f", "").Replace(g.of(texts)), "'", "''") + "'"
	case 1:
		return g.quoted(g.of(texts))
	default:
		text := g.of(plainTexts)
		if inFlow && g.chance(2) {
			text = strings.NewReplacer("[", "", "]", "", "{", "", "}", "", ",", "").Replace(text)
		}
		if inFlow { // PyYAML has a key there, YAML 1.2 text
			text = strings.TrimLeft(text, "?")
		}
		return text
	}
}

// quoted writes text in double quotes, with the escapes of different writers.
func (g yamlWriter) quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r < 0x20 || r == 0x7f || g.chance(6) && r < 0x100:
			b.WriteString(`\x` + strconv.FormatInt(int64(r)+0x100, 16)[1:])
		case r > 0xffff && g.chance(2): // as writers in Java do
			r -= 0x10000
			b.WriteString(`\u` + strconv.FormatInt(int64(0xd800+r>>10), 16) + `\u` + strings.ToUpper(strconv.FormatInt(int64(0xdc00+r&0x3ff), 16)))
		case r >= 0x80 && g.chance(2):
			b.WriteString(`\U` + strconv.FormatInt(int64(r)+0x100000000, 16)[1:])
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

func (g yamlWriter) block(indent int) string {
	inner := indent + 1 + g.IntN(3)
	head := g.of([]string{"|", ">", "|-", ">+", "|+", ">-", "| # a"})
	var b strings.Builder
	b.WriteString(head + "\n")
	for _, line := range strings.Split(g.of(texts), "\n") {
		line = strings.NewReplacer("\r", "", "\x00", "", "\x1b", "", "\x7f", "").Replace(line)
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			line = "x" + line
		}
		b.WriteString(strings.Repeat(" ", inner) + line + "\n")
		if g.chance(5) {
			b.WriteString("\n")
		}
	}
	return b.String()
}

// flow writes a list or a mapping in brackets.
func (g yamlWriter) flow(depth int) string {
	var parts []string
	isList := g.chance(2)
	for i := range g.IntN(4) {
		part := g.scalar(true)
		if depth > 0 && g.chance(3) {
			part = g.flow(depth - 1)
		}
		switch {
		case isList && !g.chance(8):
		case g.chance(6):
			part = "f" + strconv.Itoa(i)
		case g.chance(6):
			part = `"f` + strconv.Itoa(i) + `":` + part
		case g.chance(10):
			part = "? f" + strconv.Itoa(i) + " : " + part
		default:
			part = "f" + strconv.Itoa(i) + g.of([]string{": ", ":  ", " : ", ":\n    "}) + part
		}
		parts = append(parts, g.of([]string{"", "", " ", "\n   "})+part)
	}
	body := strings.Join(parts, ",") + g.of([]string{"", "", " ", ",", "\n  ", " # a\n  "})
	if len(parts) == 0 {
		body = g.of([]string{"", " ", "\n  "})
	}
	if isList {
		return "[" + body + "]"
	}
	return "{" + body + "}"
}
