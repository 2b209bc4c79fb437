package settings

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Names from an archive or a server may contain sequences that a terminal obeys.
// All that the command prints, errors too, passes through here.

// A Printable is a writer that writes no control character but line breaks and
// tabs. Others, and what is invisible or turns the direction of text, appear as
// in \x1b.
type Printable struct{ io.Writer }

// Write implements [io.Writer].
func (p Printable) Write(b []byte) (int, error) {
	text := Escaped(string(b))
	if text == string(b) {
		return p.Writer.Write(b)
	}
	if _, err := io.WriteString(p.Writer, text); err != nil {
		return 0, err
	}
	return len(b), nil
}

// IsEscaped reports whether a character is not written as it is.
func IsEscaped(r rune) bool {
	return r != '\n' && r != '\t' && (r == unicode.ReplacementChar || !unicode.IsPrint(r))
}

// Escaped is a text as [Printable] writes it.
func Escaped(text string) string {
	if !strings.ContainsFunc(text, IsEscaped) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case !IsEscaped(r):
			b.WriteRune(r)
		case r == unicode.ReplacementChar && !strings.HasPrefix(text[i:], string(r)): // a byte that is not a character
			b.WriteString(`\x` + strconv.FormatUint(uint64(text[i])|1<<8, 16)[1:])
		case r >= 0x7f: // which JSON leaves as it is, so that what comes out is JSON still
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		default:
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

// A PrintableError is an error whose text is fit to print.
type PrintableError struct{ Err error }

// Error implements [error].
func (e PrintableError) Error() string { return Escaped(e.Err.Error()) }

// Unwrap returns the error as it is.
func (e PrintableError) Unwrap() error { return e.Err }
