package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// first is the word that a line of a comment begins with.
var first = regexp.MustCompile(`^(\w+) `)

// A function that is moved to another file takes its comment along.
func TestNoCommentIsAboveAnotherDeclarationThanItsOwn(t *testing.T) {
	t.Parallel()
	files := token.NewFileSet()
	packages := map[string][]*ast.File{}
	root := os.DirFS(filepath.Join("..", ".."))
	if err := fs.WalkDir(root, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".go" || foreign.MatchString(name) {
			return err
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(files, name, text, parser.ParseComments)
		packages[path.Dir(name)] = append(packages[path.Dir(name)], file)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, in := range packages {
		bare := map[string]bool{} // what has no comment
		for _, file := range in {
			for _, d := range file.Decls {
				name, doc := declared(d)
				bare[name] = bare[name] || doc == nil
			}
		}
		for _, file := range in {
			for name, comment := range outside(file) {
				if of := anothers(comment.Text(), name, bare); of != "" {
					t.Errorf("%s: the comment of %s is above something else", files.Position(comment.Pos()), of)
				}
			}
		}
	}
}

// declared returns the first name of a declaration, and its comment.
func declared(d ast.Decl) (name string, doc *ast.CommentGroup) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return d.Name.Name, d.Doc
	case *ast.GenDecl:
		doc = d.Doc
		if len(d.Specs) > 0 {
			switch spec := d.Specs[0].(type) {
			case *ast.TypeSpec:
				name = spec.Name.Name
			case *ast.ValueSpec:
				name = spec.Names[0].Name
			}
		}
	}
	return name, doc
}

// outside yields the comments that are in no declaration, with the name of what they
// are above; that is empty if there is nothing.
func outside(file *ast.File) func(yield func(string, *ast.CommentGroup) bool) {
	return func(yield func(string, *ast.CommentGroup) bool) {
		above := map[*ast.CommentGroup]string{file.Doc: file.Name.Name}
		for _, d := range file.Decls {
			name, doc := declared(d)
			above[doc] = name
		}
		for _, comment := range file.Comments {
			name, known := above[comment]
			inside := false
			for _, d := range file.Decls {
				inside = inside || d.Pos() <= comment.Pos() && comment.End() <= d.End()
			}
			if (known || !inside) && !yield(name, comment) {
				return
			}
		}
	}
}

// anothers returns the name that a sentence of a comment begins with, before there is
// one about its own declaration, if that name is of something without a comment.
func anothers(comment, own string, bare map[string]bool) string {
	before := "."
	for line := range strings.Lines(comment) {
		line = strings.TrimSuffix(line, "\n")
		if found := first.FindStringSubmatch(line + " "); found != nil && (before == "" || strings.HasSuffix(before, ".")) {
			if found[1] == own {
				return ""
			}
			if bare[found[1]] {
				return found[1]
			}
		}
		before = line
	}
	return ""
}
