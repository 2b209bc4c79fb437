package docs

import (
	"bytes"
	"cmp"
	"encoding/json"
	"html/template"
	"iter"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
	"go.yaml.in/yaml/v4"
)

// A part is anything of the contract that has a name. Its anchor is its path in
// the contract, below the operation or the components, without what goes without
// saying: exports_list.200, or ExportList.id.
type part struct {
	ID     string // its anchor
	Name   string
	Source string
	Ref    *word // what it is, if that is elsewhere on the page
	Type   []word
	Notes  []string
	Text   template.HTML
	Facts  []fact
	Code   template.HTML
	Groups []*group
}

// A group is what a part has of one kind.
type group struct {
	Title      string
	References bool // each is only a name here, and described elsewhere
	Parts      []*part
}

// A word of a type, and the anchor of what it names.
type word struct{ Text, Anchor string }

// A fact is a keyword of the contract with its value.
type fact struct{ Name, Value string }

// A reader makes parts of a contract.
type reader struct {
	doc     *openapi3.T
	places  map[place]*yaml.Node
	sources map[string]int // of parts, by source
	anchors map[string]int // how often each was wanted
	err     error          // the first
}

// fail keeps the first error.
func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// part makes a part that is inside of one with a source.
func (r *reader) part(id, name string, extensions map[string]any, outer string) *part {
	p := &part{ID: r.once(anchor(id)), Name: name, Source: mark(extensions, outer)}
	r.sources[p.Source]++
	return p
}

// once is an anchor that nothing else on the page has: the second part that wants it
// gets another one.
func (r *reader) once(id string) string {
	r.anchors[id]++
	if n := r.anchors[id]; n > 1 {
		return r.once(id + "-" + strconv.Itoa(n))
	}
	return id
}

// reference makes a part that is only a name, and has its anchor elsewhere.
func (r *reader) reference(name, ref string, extensions map[string]any) *part {
	p := &part{Name: name, Source: mark(extensions, fromPage), Ref: new(component(ref))}
	r.sources[p.Source]++
	return p
}

// anchor is a path as an anchor, without what addresses would have to escape.
func anchor(path string) string { return inAnchors.Replace(path) }

var inAnchors = strings.NewReplacer(" ", "-", "/", "-", ":", "-")

// group adds parts, if there are any.
func (p *part) group(title string, parts []*part) {
	if len(parts) > 0 {
		described := func(p *part) bool { return p.ID != "" }
		p.Groups = append(p.Groups, &group{title, !slices.ContainsFunc(parts, described), parts})
	}
}

// parts makes a part of each entry of a map, in the order that the contract has.
func parts[V any](of *part, kind string, entries map[string]V, read func(id, name string, entry V, outer string) *part) []*part {
	var all []*part
	for name, entry := range inOrder(entries) {
		path := slices.DeleteFunc([]string{of.ID, kind, name}, func(s string) bool { return s == "" })
		all = append(all, read(strings.Join(path, "."), name, entry, of.Source))
	}
	return all
}

// inOrder yields the entries of a map as the contract orders them. They are pointers
// to objects of the contract.
func inOrder[V any](entries map[string]V) iter.Seq2[string, V] {
	at := func(name string) openapi3.Location {
		origin, ok := reflect.ValueOf(entries[name]).Elem().FieldByName("Origin").Interface().(*openapi3.Origin)
		if !ok || origin == nil || origin.Key == nil {
			return openapi3.Location{}
		}
		return *origin.Key
	}
	return func(yield func(string, V) bool) {
		for _, name := range slices.SortedFunc(maps.Keys(entries), func(a, b string) int {
			x, y := at(a), at(b)
			return cmp.Or(x.Line-y.Line, x.Column-y.Column, strings.Compare(a, b))
		}) {
			if !yield(name, entries[name]) {
				return
			}
		}
	}
}

// markdown is how the contract's descriptions are written. What is HTML in them is shown
// as it is written.
var markdown = goldmark.New(goldmark.WithExtensions(extension.Table),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(written{}, 0))))

// written writes HTML of a description as text.
type written struct{}

func (written) RegisterFuncs(to renderer.NodeRendererFuncRegisterer) {
	write := func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		var written []byte
		switch n := n.(type) {
		case *ast.RawHTML:
			written = util.EscapeHTML(n.Segments.Value(source))
		case *ast.HTMLBlock:
			html := n.Lines().Value(source)
			if n.HasClosure() {
				html = append(html, n.ClosureLine.Value(source)...)
			}
			written = slices.Concat([]byte("<p>"), util.EscapeHTML(html), []byte("</p>\n"))
		}
		_, err := w.Write(written)
		return ast.WalkSkipChildren, err
	}
	to.Register(ast.KindRawHTML, write)
	to.Register(ast.KindHTMLBlock, write)
}

// text is a description as HTML.
func (r *reader) text(description string) template.HTML {
	var html bytes.Buffer
	if err := markdown.Convert([]byte(description), &html); err != nil {
		r.fail(err)
	}
	return template.HTML(strings.TrimSpace(html.String())) //nolint:gosec // what is HTML in a description is text in it
}

// code is a text as HTML. Quotes, of which JSON has many, stay as they are.
func code(text string) template.HTML {
	return template.HTML(strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)) //nolint:gosec // it is escaped
}

// facts are the keywords of an object that are not among those that are shown in
// another way.
func (r *reader) facts(object json.Marshaler, shown ...string) []fact {
	data, err := object.MarshalJSON()
	var values map[string]json.RawMessage
	if err == nil {
		err = json.Unmarshal(data, &values)
	}
	if err != nil {
		r.fail(err)
	}
	var all []fact
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name == sourceKey || slices.Contains(shown, name) {
			continue
		}
		var text string
		if json.Unmarshal(values[name], &text) != nil {
			text = string(values[name])
		}
		all = append(all, fact{name, text})
	}
	return all
}

// refer lets a part say which component it is, if the contract says it so.
func (p *part) refer(ref string) bool {
	if ref == "" {
		return false
	}
	p.Ref = new(component(ref))
	return true
}

// component is a link to what a reference refers to.
func component(ref string) word {
	path := strings.TrimPrefix(ref, "#/components/")
	return word{path[strings.LastIndex(path, "/")+1:], anchor(strings.ReplaceAll(strings.TrimPrefix(path, "schemas/"), "/", "."))}
}
