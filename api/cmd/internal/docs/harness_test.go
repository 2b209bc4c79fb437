package docs_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	transfer "github.com/ubiops-contrib/transfer"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/docs"
)

// An element of a page, or its root.
type element struct {
	name, id, source string
	text             string   // without that of elements in it that have an anchor
	code             []string // likewise, as it is printed
	links            []string // hrefs, likewise
}

// A shown page has its elements with an anchor, each as often as it is there, in
// the order of the page.
type shown struct {
	root     element
	all      []*element
	anchors  map[string]*element
	headings []string // h1, h2, ...
}

// parse reads a page, which is XML as well, or the test fails.
func parse(t *testing.T, html []byte) *shown {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(html)))
	d.Entity = xml.HTMLEntity
	page := &shown{anchors: map[string]*element{}}
	anchored, open, printed := []*element{&page.root}, []string{}, false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return page
		}
		if err != nil {
			t.Fatalf("the page is not well-formed: %v", err)
		}
		top := anchored[len(anchored)-1]
		switch token := token.(type) {
		case xml.StartElement:
			attributes := map[string]string{}
			for _, a := range token.Attr {
				attributes[a.Name.Local] = a.Value
			}
			if href, ok := attributes["href"]; ok {
				top.links = append(top.links, href)
			}
			id := attributes["id"]
			open = append(open, id)
			if len(token.Name.Local) == 2 && strings.Contains("123456", token.Name.Local[1:]) {
				page.headings = append(page.headings, token.Name.Local)
			}
			if id != "" {
				top = &element{name: token.Name.Local, id: id, source: attributes["data-source"]}
				anchored = append(anchored, top)
				page.all = append(page.all, top)
				page.anchors[id] = top
			}
			if token.Name.Local == "pre" {
				top.code, printed = append(top.code, ""), true
			}
		case xml.CharData:
			top.text += string(token)
			if printed {
				top.code[len(top.code)-1] += string(token)
			}
		case xml.EndElement:
			printed = printed && token.Name.Local != "pre"
			if open[len(open)-1] != "" {
				anchored = anchored[:len(anchored)-1]
			}
			open = open[:len(open)-1]
		}
	}
}

// page makes and parses the page of a contract.
func page(t *testing.T, contract string) *shown {
	t.Helper()
	p, err := docs.New(t.Context(), contract)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, p.HTML)
}

// tree is the contract as plain values.
func tree(t *testing.T) map[string]any {
	t.Helper()
	var root map[string]any
	if err := yaml.Load([]byte(transfer.Contract()), &root); err != nil {
		t.Fatal(err)
	}
	return root
}
