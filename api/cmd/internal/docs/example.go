package docs

import (
	"errors"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"
)

// example keeps the order of members, which a parsed contract does not have: it takes
// the value from the text.
func (r *reader) example(id, name string, ref *openapi3.ExampleRef, outer string) *part {
	if ref.Ref != "" {
		return r.reference(name, ref.Ref, ref.Value.Extensions)
	}
	p := r.part(id, name, ref.Value.Extensions, outer)
	p.Text = r.text(ref.Value.Summary + "\n\n" + ref.Value.Description)
	p.Facts = r.facts(ref.Value, "summary", "description", "value")
	if value := member(r.places[place{ref.Value.Origin.Key.Line, ref.Value.Origin.Key.Column}], "value"); value != nil {
		var text strings.Builder
		if err := write(jsontext.NewEncoder(&text, jsontext.WithIndent("  ")), value); err != nil {
			r.fail(err)
		}
		p.Code = code(strings.TrimSpace(text.String()))
	}
	return p
}

// A place is that of a key in the text of a contract.
type place struct{ line, column int }

// find notes what stands under each key.
func (r *reader) find(n *yaml.Node) {
	for i, inner := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 {
			r.places[place{n.Content[i-1].Line, n.Content[i-1].Column}] = inner
		}
		r.find(inner)
	}
}

// member is what stands under a key of an object, or nil.
func member(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n != nil && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// write writes a value as JSON.
func write(e *jsontext.Encoder, n *yaml.Node) error {
	var value any
	begin, end := jsontext.BeginArray, jsontext.EndArray
	switch n.Kind {
	case yaml.MappingNode:
		begin, end = jsontext.BeginObject, jsontext.EndObject
	case yaml.SequenceNode:
	default:
		return errors.Join(n.Decode(&value), json.MarshalEncode(e, value))
	}
	err := e.WriteToken(begin)
	for i, inner := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			err = errors.Join(err, e.WriteToken(jsontext.String(inner.Value)))
			continue
		}
		err = errors.Join(err, write(e, inner))
	}
	return errors.Join(err, e.WriteToken(end))
}
