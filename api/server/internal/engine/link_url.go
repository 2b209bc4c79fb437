package engine

import (
	"fmt"
	"net/url"
	"strings"
)

// parseLink parses what curl, Python and Node follow too: blanks around the link,
// and characters and percent signs in its path and query that should have been
// escaped.
func parseLink(text string) (*url.URL, error) {
	text = strings.Trim(text, " \t\r\n")
	path := 0
	if before, after, ok := strings.Cut(text, "//"); ok {
		path = len(text)
		if i := strings.IndexAny(after, "/?#"); i >= 0 {
			path = len(before) + len("//") + i
		}
	}
	return url.Parse(text[:path] + escapeStray(text[path:]))
}

// escapeStray escapes what may not stand in a URL as it is.
func escapeStray(text string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		stray := c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0
		if c == '%' {
			stray = i+2 >= len(text) || !isHex(text[i+1]) || !isHex(text[i+2])
		}
		if stray {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }
