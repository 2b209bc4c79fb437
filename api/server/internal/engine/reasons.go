package engine

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// First joins as many whole reasons as fit into a number of characters, and
// says how many more there are. Only the very first may be cut. There has to be
// room for that number.
func First(reasons []string, characters int) string {
	more := func(n int) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprintf("; and %d more", n)
	}
	var out strings.Builder
	length := 0
	for i, reason := range reasons {
		rest := more(len(reasons) - i - 1)
		if i == 0 {
			reason = shorten(reason, characters-len(rest))
		} else {
			reason = "; " + reason
		}
		n := utf8.RuneCountInString(reason)
		if length+n+len(rest) > characters {
			out.WriteString(more(len(reasons) - i))
			break
		}
		length += n
		out.WriteString(reason)
	}
	return out.String()
}

func shorten(s string, characters int) string {
	if utf8.RuneCountInString(s) <= characters {
		return s
	}
	return string([]rune(s)[:characters-1]) + "…"
}
