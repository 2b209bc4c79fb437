package docs_test

import (
	"bytes"
	_ "embed"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	transfer "github.com/ubiops-contrib/transfer"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/docs"
)

func TestEverythingInTheContractIsOnThePageOnce(t *testing.T) {
	t.Parallel()
	p := page(t, transfer.Contract())
	for _, found := range check(p, tree(t)) {
		t.Error(found)
	}
	seen := map[string]bool{}
	for _, e := range p.all {
		if seen[e.id] {
			t.Errorf("the anchor %s is there twice", e.id)
		}
		seen[e.id] = true
		for _, link := range e.links {
			if to, ok := strings.CutPrefix(link, "#"); ok && p.anchors[to] == nil {
				t.Errorf("%s leads to %s, which is not there", e.id, to)
			}
		}
	}
	for _, link := range p.root.links {
		if to, ok := strings.CutPrefix(link, "#"); ok && p.anchors[to] == nil {
			t.Errorf("the page leads to %s, which is not there", to)
		}
	}
}

func TestThePageIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	var first []byte
	for range 10 {
		p, err := docs.New(t.Context(), transfer.Contract())
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = p.HTML
		}
		if !bytes.Equal(first, p.HTML) {
			t.Fatal("the page differs")
		}
	}
}

func TestExamplesKeepTheOrderOfTheirMembers(t *testing.T) {
	t.Parallel()
	contract := strings.Replace(transfer.Contract(), "value: { error: the token is not known }", "value: { z: 1, 2: [true], a: 1.50 }", 1)
	got := page(t, contract).anchors["examples.Unauthorized"].code[0]
	if got = strings.Join(strings.Fields(got), ""); got != `{"z":1,"2":[true],"a":1.5}` {
		t.Errorf("the example is %s", got)
	}
}

// Others link to the anchors. New ones come without an edit here, but not in the place of
// those that there were.
func TestAnchorsStay(t *testing.T) {
	t.Parallel()
	p := page(t, transfer.Contract())
	for anchor := range strings.FieldsSeq(published) {
		if p.anchors[anchor] == nil {
			t.Errorf("the anchor %s is gone; if the contract has lost what it was, take it out of testdata/anchors.txt", anchor)
		}
	}
	if os.Getenv("WRITE_ANCHORS") != "" { // those that there are now
		var all []string
		for _, e := range p.all {
			all = append(all, e.id)
		}
		if err := os.WriteFile("testdata/anchors.txt", []byte(strings.Join(all, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

//go:embed testdata/anchors.txt
var published string

func TestNoTwoPartsOfAnOddContractHaveTheSameAnchor(t *testing.T) {
	t.Parallel()
	p := page(t, `
openapi: 3.0.3
info: {title: Odd, version: "1"}
paths:
  /a:
    parameters:
      - {name: both, in: query, description: Of all., schema: {type: string}}
      - {name: own, in: query, description: Of all., schema: {type: string}}
    get:
      operationId: schemas
      parameters:
        - {name: both, in: header, description: Its own., schema: {type: string}}
        - {name: own, in: query, description: In place of it., schema: {type: string}}
      responses: {"200": {description: Done., content: {
        application/x-ndjson: {schema: {type: string}}, application/json: {schema: {$ref: "#/components/schemas/Pet"}}}}}
    put:
      responses: {"200": {description: Done.}}
components:
  schemas:
    Pet:
      oneOf:
        - {type: object, properties: {kind: {type: string, enum: [a b, a-b]}}}
        - {type: object, properties: {kind: {type: string}}}
`)
	seen := map[string]bool{}
	for _, e := range p.all {
		if seen[e.id] {
			t.Errorf("the anchor %s is there twice", e.id)
		}
		seen[e.id] = true
	}
	for id, says := range map[string]string{
		"schemas-2": "pet, err := project", "schemas-2.both": "Of all.", "schemas-2.both-2": "Its own.", "schemas-2.own": "In place of it.",
		"PUT-a": "curl", "PUT-a.200": "Done.", "Pet.kind": "kind", "Pet.kind-2": "kind", "Pet.kind.a-b-2": "a-b",
	} {
		if e := p.anchors[id]; e == nil || !strings.Contains(e.text, says) {
			t.Errorf("%s is %+v, without %q", id, e, says)
		}
	}
}

// additions are parts of all kinds that a contract may get.
const additions = `
paths:
  /projects/{project_name}/extras:
    x-source: archive
    parameters: [{$ref: "#/components/parameters/ProjectName"}]
    get:
      operationId: extras_list
      tags: [extras]
      summary: List extras
      description: |
        It has

        - a list, and
        - [a link](https://example.com/a), and <name>.zip.

        1. And this.
      responses: {"200": {description: They are there.}}
  /projects/{project_name}/extras/{extra_id}:
    get:
      operationId: extras_get
      tags: [extras]
      summary: Get an extra
      deprecated: true
      description: One paragraph.
      x-source: client 9.9.9
      parameters:
        - {$ref: "#/components/parameters/ProjectName"}
        - {name: extra_id, in: path, required: true, description: Which one., schema: {type: string, enum: [first one, second]}}
        - {name: depth, in: query, required: true, x-source: ours, description: How deep., schema: {type: integer, description: A number., minimum: 3}}
      requestBody:
        description: Several forms.
        content:
          application/json: {schema: {$ref: "#/components/schemas/Extra"}, examples: {own: {summary: An own one, value: {a: "<b>"}}}}
          text/plain; charset=utf-8: {schema: {type: string, maxLength: 7}}
      responses:
        "299":
          description: It is there.
          x-source: archive
          headers: {X-Extra: {description: A header., x-source: ours, schema: {type: string}, example: value}}
          links: {again: {operationId: extras_get, description: Once more., parameters: {extra_id: $response.body#/id}}}
        default: {$ref: "#/components/responses/NotFound"}
components:
  schemas:
    Extra:
      type: object
      description: An object with everything.
      x-source: elsewhere
      required: [inner]
      minProperties: 1
      x-property-source: {known: client 11.0.0}
      properties:
        inner:
          type: object
          description: An object in it.
          x-source: client 10.0.0
          properties:
            deep: {type: array, description: A list., items: {type: string, enum: [one, two], maxLength: 9, description: Of these.}}
            either: {oneOf: [{$ref: "#/components/schemas/Error"}, {type: object, properties: {plain: {type: boolean, default: true}}}], description: One of two.}
        map: {type: object, description: A dictionary., additionalProperties: {type: object, properties: {entry: {type: number, description: An entry., x-source: ours}}}}
        mode: {type: string, nullable: true, description: A mode., x-extensible-enum: [fast, slow], x-enum-source: {slow: archive}}
        linked: {$ref: "#/components/schemas/Labels"}
        known: {$ref: "#/components/schemas/Labels"}
        parts: {allOf: [{type: object, x-source: client 11.0.0, properties: {newer: {type: string, description: It is newer.}}}], description: One object.}
        listed: {type: array, description: A list., items: {type: object, x-source: client 11.0.0, properties: {newer: {type: string, description: It is newer.}}}}
        numbered: {type: integer, description: A number., enum: [1, 2]}
  examples:
    Extra: {summary: An extra, x-source: ours, value: [1, {b: null}]}
`

// merged adds one tree to another.
func merged(into, from map[string]any) map[string]any {
	for key, value := range from {
		if o := object(into[key]); o != nil {
			merged(o, object(value))
			continue
		}
		into[key] = value
	}
	return into
}

func TestWhatIsAddedToTheContractComesOntoThePage(t *testing.T) {
	t.Parallel()
	var added map[string]any
	if err := yaml.Load([]byte(additions), &added); err != nil {
		t.Fatal(err)
	}
	root := merged(tree(t), added)
	text, err := yaml.Dump(root)
	if err != nil {
		t.Fatal(err)
	}
	after := page(t, string(text))
	for _, found := range check(after, root) {
		t.Error(found)
	}
	// The check sees what a page lacks, and what it has more.
	var lacking []string
	for _, found := range check(page(t, transfer.Contract()), root) {
		lacking = append(lacking, strings.TrimSuffix(found, ": it is not on the page"))
	}
	slices.Sort(lacking)
	if want := []string{"Extra", "examples.Extra", "extras_get", "extras_list"}; !reflect.DeepEqual(lacking, want) {
		t.Errorf("of the page before, the check says %q", lacking)
	}
	if found := check(after, tree(t)); len(found) < 20 || !slices.Contains(found, "extras_get.299: the contract does not have it") {
		t.Errorf("of the contract before, the check says %q", found)
	}
}
