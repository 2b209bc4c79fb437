package docs_test

import (
	"regexp"
	"strings"
)

func object(v any) map[string]any { o, _ := v.(map[string]any); return o }

// anchored is a path without what addresses would have to escape.
func anchored(path string) string {
	return strings.NewReplacer(" ", "-", "/", "-", ":", "-").Replace(path)
}

// under is the path of what is in an object of a kind.
func under(kind, name string) string {
	if kind == "schemas" || kind == "responses" && (strings.Trim(name, "0123456789X") == "" || name == "default") || kind == "content" {
		return name
	}
	return kind + "." + name
}

// marked is the source that an object says that it is from, or that of what it is inside of.
func marked(o map[string]any, outer string) string {
	if mark, ok := o["x-source"].(string); ok {
		return mark
	}
	return outer
}

// layout is what Markdown has beside the words: marks of lists, and where links lead.
var layout = regexp.MustCompile("(?m)^ *(?:[-*]|\\d+\\.) +|[`\\[]|\\*\\*|\\](?:\\([^)]*\\))?")

// plain is a text without layout and Markdown.
func plain(text string) string {
	return strings.Join(strings.Fields(layout.ReplaceAllString(text, "")), " ")
}
