// Package docs makes the documentation of a contract: one page, with everything
// that the contract has, and for each part of it the source that it is known from.
// The page needs no script and loads nothing. [Page] is an [http.Handler] of it.
package docs

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"golang.org/x/mod/semver"
)

//go:embed page.html part.html style.css
var templates embed.FS

// Page is the documentation of one contract.
type Page struct {
	HTML []byte
	// Policy is the Content-Security-Policy with which the page works: nothing
	// but its own styles.
	Policy string

	etag string
}

// New makes the page of a contract, which is a document of OpenAPI 3.0 in YAML. An
// error says what of it cannot be read.
func New(contract string) (*Page, error) {
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true // for the order of the parts
	doc, err := loader.LoadFromData([]byte(contract))
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	r := &reader{doc: doc, sources: map[string]int{}}
	v := &view{Info: doc.Info, About: r.text(doc.Info.Description), Project: project, Facts: slices.Concat(
		r.facts(doc, "openapi", "info", "servers", "tags", "paths", "components"),
		r.facts(doc.Info, "title", "version", "description", "contact", "license"))}
	for _, server := range doc.Servers {
		s := r.part("servers."+server.URL, server.URL, server.Extensions, fromPage)
		s.Text, s.Facts = r.text(server.Description), r.facts(server, "url", "description")
		v.Servers = append(v.Servers, s)
	}
	r.operations(v)
	r.components(v)
	v.Sources = r.everySource()
	if r.err != nil {
		return nil, fmt.Errorf("documenting the contract: %w", r.err)
	}
	page, err := template.New("").ParseFS(templates, "*")
	if err != nil {
		return nil, err
	}
	var html bytes.Buffer
	if err := page.ExecuteTemplate(&html, "page.html", v); err != nil {
		return nil, err
	}
	_, style, _ := bytes.Cut(html.Bytes(), []byte("<style>"))
	style, _, ok := bytes.Cut(style, []byte("</style>"))
	if !ok {
		return nil, errors.New("the page has no style sheet")
	}
	return &Page{html.Bytes(), "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
		"style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash(style)) + "'", hex.EncodeToString(hash(html.Bytes())[:16])}, nil
}

func hash(data []byte) []byte {
	sum := sha256.Sum256(data)
	return sum[:]
}

// A view is what the template shows.
type view struct {
	Info     *openapi3.Info
	About    template.HTML
	Facts    []fact
	Sources  []source
	Project  string // of the examples
	Servers  []*part
	Tags     []*tag
	Sections []*section
}

// A tag is a group of operations.
type tag struct {
	ID, Name   string
	Text       template.HTML
	Operations []*operation
}

// A section is a kind of parts that others refer to.
type section struct {
	ID, Title string
	Parts     []*part
}

// A source is where parts are known from, and how many are. If it is a prefix, it is
// all sources that begin so.
type source struct {
	Mark, Label string
	Prefix      bool
	Parts       int
}

// fromPage is the source of what has no mark, and is inside of nothing that has one.
const fromPage = "page"

// everySource lists the sources that there are, with all versions of a client in
// their order, and before them what all of them have.
func (r *reader) everySource() []source {
	kinds := map[string][]string{}
	for mark := range r.sources {
		kind, _, _ := strings.Cut(mark, " ")
		kinds[kind] = append(kinds[kind], mark)
	}
	var all []source
	rest := slices.DeleteFunc(slices.Sorted(maps.Keys(kinds)), func(kind string) bool { return kind == fromPage })
	for _, kind := range append([]string{fromPage}, rest...) {
		any := source{Mark: kind + " ", Label: "any " + kind, Prefix: true}
		var each []source
		slices.SortFunc(kinds[kind], func(a, b string) int {
			return semver.Compare("v"+strings.TrimPrefix(a, any.Mark), "v"+strings.TrimPrefix(b, any.Mark))
		})
		for _, mark := range kinds[kind] {
			each = append(each, source{Mark: mark, Label: mark, Parts: r.sources[mark]})
			any.Parts += r.sources[mark]
		}
		if len(each) > 1 {
			all = append(all, any)
		}
		all = append(all, each...)
	}
	return all
}
