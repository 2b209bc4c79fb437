package words

import (
	"errors"
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

// foreign are paths whose words are not ours.
var foreign = regexp.MustCompile(`[._]gen\.go$|/queries/|/testdata/|/node_modules/|^tests/contract/page/|^tests/peers/ogen/|^\.git/|^LICENSE`)

// rules are phrases that read as a translation does, with what to write instead.
var rules = []struct {
	phrase *regexp.Regexp
	write  string
}{
	{regexp.MustCompile(`(?i)(?:\w+ )?\b(?:is|are|was|were|be) no \w+`), `"is not", "is not a"`},
	{regexp.MustCompile(`(?:^|[.;:] )Where \w+|\b(?:nil|false|true|empty|absent|left out|fails|0|"") where \w+`), `"if", "when"`},
	{regexp.MustCompile(`\bwhere (?:there (?:is|are)|none|nothing|no|only|all is|both|needed|it is (?:sure|not)) ?\w*`), `"if", "when"`},
	{regexp.MustCompile(`(?i)\bjudg(?:es|ed|ing)\b|\w[ ]judge\b`), `"check"`},
	{regexp.MustCompile(`(?:^|[.;:] )Who \w+|\bg(?:one|oes) on with\b`), `"Whoever", "continue"`},
	{regexp.MustCompile(`(?i)\b(?:an|the|no|its|this|early|whole|of|such) answers?\b(?: by\b)?`), `"response"`},
}

// english is what the rules find and should not.
var english = regexp.MustCompile(`(?i)^there |no (?:longer|more)$| by$`)

func TestCommentsMessagesAndDocumentsArePlainEnglish(t *testing.T) {
	t.Parallel()
	root := os.DirFS(filepath.Join("..", ".."))
	if err := fs.WalkDir(root, ".", func(name string, _ fs.DirEntry, err error) error {
		ext := filepath.Ext(name)
		if err != nil || ext != ".go" && ext != ".md" || foreign.MatchString(name) {
			return err
		}
		text, err := fs.ReadFile(root, name)
		if ext == ".go" {
			return errors.Join(err, checkGo(t, name, text))
		}
		check(t, token.Position{Filename: name, Line: 1}, string(text))
		return err
	}); err != nil {
		t.Error(err)
	}
}

func checkGo(t *testing.T, name string, text []byte) error {
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
