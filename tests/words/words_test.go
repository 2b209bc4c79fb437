package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// held are the directories that keep the rules, with all below them.
var held = []string{"api/archive", "api/plan", "tests/archive"}

// rules are phrases that read as a translation does, with what to write instead.
var rules = []struct {
	phrase *regexp.Regexp
	write  string
}{
	{regexp.MustCompile(`(?i)(?:\w+ )?\b(?:is|are|was|were|be) no \w+`), `"is not", "is not a"`},
	{regexp.MustCompile(`(?:^|[.;:] )Where \w+`), `"If", "When"`},
	{regexp.MustCompile(`\b(?:nil|false|true|empty|absent|left out|fails|0|"") where \w+`), `"if", "when"`},
	{regexp.MustCompile(`\bwhere (?:there (?:is|are)|none|nothing|no|only|all is|both|needed|it is (?:sure|not)) ?\w*`), `"if", "when"`},
	{regexp.MustCompile(`(?i)\bjudg(?:es|ed|ing)\b|\w judge\b`), `"check"`},
	{regexp.MustCompile(`(?:^|[.;:] )Who \w+`), `"Whoever", "A caller that"`},
	{regexp.MustCompile(`\bg(?:one|oes) on with\b`), `"continue"`},
}

// english is what the first rule finds and should not.
var english = regexp.MustCompile(`(?i)^there |no (?:longer|more)$`)

func TestCommentsAndMessagesArePlainEnglish(t *testing.T) {
	t.Parallel()
	for _, dir := range held {
		err := filepath.WalkDir(filepath.Join("..", "..", dir), func(name string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(name) != ".go" {
				return err
			}
			return checkFile(t, name)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func checkFile(t *testing.T, name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, parser.ParseComments)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			check(t, files.Position(n.Pos()), strings.Trim(literal.Value, "\"`"))
		}
		return true
	})
	for _, group := range file.Comments {
		check(t, files.Position(group.Pos()), group.Text())
	}
	return nil
}

func check(t *testing.T, at token.Position, text string) {
	for _, rule := range rules {
		for _, found := range rule.phrase.FindAllStringIndex(strings.ReplaceAll(text, "\n", " "), -1) {
			if phrase := strings.TrimLeft(text[found[0]:found[1]], ".;: "); !english.MatchString(phrase) {
				t.Errorf("%s:%d: %q: write %s", at.Filename, at.Line+strings.Count(text[:found[0]], "\n"), phrase, rule.write)
			}
		}
	}
}
