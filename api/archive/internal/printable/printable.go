// Package printable makes text of an archive fit for a message.
package printable

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Name makes a name or a path fit to print: with quotes and escapes if it has a
// control character or is not UTF-8, and cut after 300 bytes.
func Name(name string) string {
	const longest = 300
	return short(name, longest)
}

// Key makes a key of a document fit to print. It is shown as little as a value is:
// it may be one in the wrong place.
func Key(key string) string {
	const longest = 60
	return short(key, longest)
}

func short(name string, longest int) string {
	cut := name
	if len(cut) > longest {
		for longest > 0 && !utf8.RuneStart(cut[longest]) {
			longest--
		}
		cut = cut[:longest] + "..."
	}
	if strings.ContainsFunc(cut, func(r rune) bool { return r == unicode.ReplacementChar || !unicode.IsPrint(r) }) {
		return strconv.Quote(cut)
	}
	return cut
}
