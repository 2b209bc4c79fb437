package cli

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

func isEscaped(r rune) bool {
	return r != '\n' && r != '\t' && (r == unicode.ReplacementChar || !unicode.IsPrint(r))
}

func escaped(text string) string {
	if !strings.ContainsFunc(text, isEscaped) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case !isEscaped(r):
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

// printableError is an error whose text is fit to print.
type printableError struct{ error }

func (e printableError) Error() string { return escaped(e.error.Error()) }
func (e printableError) Unwrap() error { return e.error }
