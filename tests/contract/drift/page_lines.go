package drift

import (
	"fmt"
	"regexp"
	"strings"
)

// A section is what stands under one heading of a page.
type section struct {
	heading string
	lines   []line
}

// A line of a page, without the decoration of its form.
type line struct {
	number int
	text   string
}

// A member is what a page lists with a description.
type member struct{ name, about string }

var (
	operationName = regexp.MustCompile(`^[a-z]+(_[a-z]+)+$`)
	listed        = regexp.MustCompile("^- `(\\w+)`: (.*)$")
	links         = regexp.MustCompile(`\[([^][]*(?:\[\w+\])?[^][]*)\]\([^)]*\)`)
	words         = regexp.MustCompile(`"\w+":|\w+`)
	ending        = regexp.MustCompile(`\w*$`)
)

// sections takes a page apart. Its form is Markdown if a heading begins with #;
// as plain text, headings end with a pilcrow, and the name of a listed member
// stands on the line before its description, after the description of the one
// before, with nothing between them.
func sections(page string) ([]section, error) {
	lines := strings.Split(page, "\n")
	known := map[string]bool{}
	for _, word := range words.FindAllString(page, -1) {
		known[word] = true
	}
	all := []section{{}}
	markdown, code := strings.HasPrefix(page, "#"), false
	for i, text := range lines {
		heading := false
		if markdown {
			if strings.HasPrefix(text, "```") {
				code = !code
				continue
			}
			if heading = !code && strings.HasPrefix(text, "#"); heading || !code {
				text = links.ReplaceAllString(strings.NewReplacer("**", "", "*http", "http").Replace(text), "$1")
			}
			if heading {
				text = strings.TrimLeft(text, "# ")
			}
		} else {
			if text, heading = strings.CutSuffix(text, "¶"); !heading {
				text = glued(lines, i, known)
			}
		}
		if heading {
			all = append(all, section{heading: strings.TrimSpace(text)})
			continue
		}
		last := &all[len(all)-1]
		last.lines = append(last.lines, line{i + 1, text})
	}
	if len(all) < 3 {
		return nil, fmt.Errorf("not a documentation page: it has %d headings", len(all)-1)
	}
	return all, nil
}

// glued writes a description of the plain text as Markdown has it. What is glued
// to its end belongs to the next one: of a word and a name that the page has
// elsewhere, or a name that its examples have, or what follows its longest word.
func glued(lines []string, i int, known map[string]bool) string {
	about, ok := strings.CutPrefix(lines[i], ": ")
	if !ok || i == 0 {
		return lines[i]
	}
	follows := i+1 < len(lines) && strings.HasPrefix(lines[i+1], ": ")
	if follows {
		about, _ = unglue(about, known)
	}
	name := lines[i-1]
	if before, ok := strings.CutPrefix(name, ": "); ok {
		_, name = unglue(before, known)
	}
	return "- `" + name + "`: " + about
}

func unglue(text string, known map[string]bool) (about, name string) {
	word := ending.FindString(text)
	rest := strings.TrimSuffix(text, word)
	if strings.HasSuffix(rest, " ") || rest == "" { // else the name follows a bracket or a full stop
		for _, fits := range []func(before, name string) bool{
			func(before, name string) bool { return known[before] && known[name] },
			func(_, name string) bool { return known[`"`+name+`":`] },
		} {
			for cut := 1; cut < len(word); cut++ {
				if fits(word[:cut], word[cut:]) {
					return rest + word[:cut], word[cut:]
				}
			}
		}
		for cut := len(word) - 1; cut > 0; cut-- {
			if known[word[:cut]] {
				return rest + word[:cut], word[cut:]
			}
		}
	}
	return rest, word
}

// members returns what a section lists.
func (s section) members() []member {
	var all []member
	for _, line := range s.lines {
		if m := listed.FindStringSubmatch(line.text); m != nil {
			all = append(all, member{m[1], m[2]})
		}
	}
	return all
}

// rows returns the cells of the tables of a section, without their heads.
func (s section) rows() [][]string {
	var all [][]string
	for _, line := range s.lines {
		cells := strings.Split(line.text, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(cells) < 3 || strings.HasPrefix(cells[0], "---") || cells[0] == "Name" || cells[0] == "Method" {
			continue
		}
		all = append(all, cells)
	}
	return all
}
