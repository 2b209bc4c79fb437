// Package docs makes the documentation of a contract: one page, with everything
// that the contract has, and for each part of it the source that it is known from.
// The page needs no script and loads nothing. [Page] is an [http.Handler] of it.
package docs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v4"
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
func New(ctx context.Context, contract string) (*Page, error) {
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true // for the order of the parts
	doc, err := loader.LoadFromData([]byte(contract))
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	var text yaml.Node
	err = errors.Join(doc.Validate(ctx, openapi3.DisableExamplesValidation()), yaml.Load([]byte(contract), &text))
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	r := &reader{doc: doc, places: map[place]*yaml.Node{}, sources: map[string]int{}, anchors: map[string]int{}}
	for _, own := range []string{"about", "operations", "schemas", "examples", "parameters", "requestBodies", "responses", "headers", "links", "securitySchemes"} {
		r.anchors[own] = 1 // of the page
	}
	r.find(&text)
	shown := []string{"openapi", "info", "servers", "tags", "paths", "components"}
	v := &view{Info: doc.Info, About: r.text(doc.Info.Description), Project: project, Authentication: schemes(doc.Security)}
	if len(v.Authentication) > 0 {
		shown = append(shown, "security")
	}
	v.Facts = slices.Concat(r.facts(doc, shown...), r.facts(doc.Info, "title", "version", "description", "contact", "license"))
	for i, server := range doc.Servers {
		s := r.part("servers."+strconv.Itoa(i+1), server.URL, server.Extensions, fromPage)
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
	return (&Page{html.Bytes(), "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
		"style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash(style)) + "'", ""}).tagged(), nil
}

// tagged gives the page the ETag of what it says.
func (p *Page) tagged() *Page {
	p.etag = hex.EncodeToString(hash(p.HTML)[:16])
	return p
}

// Replaced is the page with one text in place of another. Both are without what HTML
// has a meaning for, and not in the style sheet.
func (p *Page) Replaced(text, by string) *Page {
	return (&Page{HTML: bytes.ReplaceAll(p.HTML, []byte(text), []byte(by)), Policy: p.Policy}).tagged()
}

// schemes are those of requirements that are one scheme each, without scopes.
func schemes(all openapi3.SecurityRequirements) (words []word) {
	for _, requirement := range all {
		if len(requirement) != 1 { // several at once, or none
			return nil
		}
		for name, scopes := range requirement {
			if len(scopes) > 0 {
				return nil
			}
			words = append(words, component("#/components/securitySchemes/"+name))
		}
	}
	return words
}

func hash(data []byte) []byte {
	sum := sha256.Sum256(data)
	return sum[:]
}

// A view is what the template shows.
type view struct {
	Info    *openapi3.Info
	About   template.HTML
	Facts   []fact
	Sources []source
	Project string // of the examples
	Servers []*part
	// Authentication is the schemes that a request needs one of; empty if the contract
	// says more about it, which is a fact then.
	Authentication []word
	Tags           []*tag
	Sections       []*section
}

// A tag is a group of operations.
type tag struct {
	ID, Name   string
	Text       template.HTML
	Facts      []fact
	Operations []*operation
}

// A section is a kind of parts that others refer to.
type section struct {
	ID, Title string
	Parts     []*part
}
