package middleware

import (
	"net/url"
	"strings"
)

const defaultArchiveName = "archive.zip"

// disposition is the Content-Disposition that suggests a file name. The plain
// form has only characters that every client reads alike: the official Python
// client cuts it at the first space or quote. A name with others comes a
// second time, encoded as in RFC 8187, which browsers prefer.
func disposition(name string) string {
	name = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || strings.ContainsRune(`/\:`, c) {
			return '_'
		}
		return c
	}, strings.ToValidUTF8(name, "_"))
	if strings.Trim(name, ". ") == "" {
		name = defaultArchiveName
	}
	plain := strings.Map(func(c rune) rune {
		if c <= ' ' || c > '~' || strings.ContainsRune(`"'%;\`, c) {
			return '_'
		}
		return c
	}, name)
	value := `attachment; filename="` + plain + `"`
	if plain != name {
		value += "; filename*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
	}
	return value
}
