package cli

import (
	"io"
	"strconv"
	"strings"
	"unicode"
)

// Names from an archive or a server may contain sequences that a terminal obeys.
// All that the command prints, errors too, passes through here.

// printable is a writer that writes no control character but line breaks and
// tabs. Others, and what is invisible or turns the direction of text, appear as
// in \x1b.
type printable struct{ io.Writer }

func (p printable) Write(b []byte) (int, error) {
	text := escaped(string(b))
	if text == string(b) {
		return p.Writer.Write(b)
	}
	if _, err := io.WriteString(p.Writer, text); err != nil {
		return 0, err
	}
	return len(b), nil
}

func escaped(text string) string {
	raw := func(r rune) bool { return r == '\n' || r == '\t' || r != unicode.ReplacementChar && unicode.IsPrint(r) }
	if !strings.ContainsFunc(text, func(r rune) bool { return !raw(r) }) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case raw(r):
			b.WriteRune(r)
		case r == unicode.ReplacementChar && !strings.HasPrefix(text[i:], string(r)): // a byte that is not a character
			b.WriteString(`\x` + strconv.FormatUint(uint64(text[i])|1<<8, 16)[1:])
		default:
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

// printableError is an error whose text is fit to print.
type printableError struct{ error }

func (e printableError) Error() string { return escaped(e.error.Error()) }
func (e printableError) Unwrap() error { return e.error }
