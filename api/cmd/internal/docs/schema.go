package docs

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// A composition is the schemas that one consists of, by keyword.
type composition struct {
	keyword, words string
	of             openapi3.SchemaRefs
}

func compositions(s *openapi3.Schema) []composition {
	return []composition{{"allOf", "all of ", s.AllOf}, {"oneOf", "one of ", s.OneOf}, {"anyOf", "any of ", s.AnyOf}}
}

// typeOf is a type in words.
func typeOf(ref *openapi3.SchemaRef) []word {
	if ref.Ref != "" {
		return []word{component(ref.Ref)}
	}
	s := ref.Value
	var words []word
	for _, c := range compositions(s) {
		for i, of := range c.of {
			before := ", "
			if i == 0 {
				before = c.words
			}
			words = append(append(words, word{Text: before}), typeOf(of)...)
		}
	}
	switch {
	case len(words) > 0:
	case s.Items != nil:
		words = append([]word{{Text: "list of "}}, typeOf(s.Items)...)
	case s.AdditionalProperties.Schema != nil:
		words = append([]word{{Text: "dictionary of "}}, typeOf(s.AdditionalProperties.Schema)...)
	case s.Type == nil:
		words = []word{{Text: "anything"}}
	default:
		words = []word{{Text: strings.Join(s.Type.Slice(), " or ")}}
	}
	if s.Format != "" {
		words = append(words, word{Text: " (" + s.Format + ")"})
	}
	switch {
	case s.Nullable && len(words) > 1: // or it would seem to be the last of them
		words = append(words, word{Text: ", or null"})
	case s.Nullable:
		words = append(words, word{Text: " or null"})
	}
	return words
}

// schema is a schema with a name, or a member.
func (r *reader) schema(id, name string, ref *openapi3.SchemaRef, outer string) *part {
	p := r.part(id, name, ref.Value.Extensions, outer)
	r.describe(p, ref)
	return p
}

// describe lets a part say all that its schema says, unless that is elsewhere.
func (r *reader) describe(p *part, ref *openapi3.SchemaRef) {
	if ref == nil {
		return
	}
	p.Type = typeOf(ref)
	if ref.Ref == "" {
		p.Text = r.text(ref.Value.Description)
		r.inside(p, p.Source, "", ref.Value)
	}
}

// inside adds what a schema says beside its type, and what is inside of it, which is
// known from a source unless it says another one. The prefix is for a schema without a
// name: it says which keyword it belongs to.
func (r *reader) inside(p *part, outer, prefix string, s *openapi3.Schema) {
	if source := mark(s.Extensions, outer); source != outer {
		outer, p.Facts = source, append(p.Facts, fact{prefix + sourceKey, source})
	}
	shown := []string{"type", "format", "nullable", "properties", "required", "items", "allOf", "oneOf", "anyOf", "enum", "x-extensible-enum", sourceOfValues, sourceOfReference}
	if prefix == "" {
		shown = append(shown, "description")
	}
	if s.AdditionalProperties.Schema != nil {
		shown = append(shown, "additionalProperties")
	}
	for _, f := range r.facts(s, shown...) {
		p.Facts = append(p.Facts, fact{prefix + f.Name, f.Value})
	}
	of := &part{ID: p.ID, Source: outer}
	p.group("Values", r.values(of, s.Enum, s))
	known, _ := s.Extensions["x-extensible-enum"].([]any)
	p.group("Known values; there may be others", r.values(of, known, s))
	marks, _ := s.Extensions[sourceOfReference].(map[string]any)
	members := parts(of, "", s.Properties, func(id, name string, ref *openapi3.SchemaRef, outer string) *part {
		return r.schema(id, name, ref, mark(map[string]any{sourceKey: marks[name]}, outer))
	})
	for _, member := range members {
		if slices.Contains(s.Required, member.Name) {
			member.Notes = append(member.Notes, "required")
		}
	}
	p.group("Members", members)
	for _, c := range append(compositions(s),
		composition{keyword: "items", of: openapi3.SchemaRefs{s.Items}},
		composition{keyword: "additionalProperties", of: openapi3.SchemaRefs{s.AdditionalProperties.Schema}}) {
		for _, of := range c.of {
			if of != nil && of.Ref == "" {
				r.inside(p, outer, prefix+c.keyword+" ", of.Value)
			}
		}
	}
}

// values are those of a vocabulary.
func (r *reader) values(p *part, values []any, s *openapi3.Schema) []*part {
	marks, _ := s.Extensions[sourceOfValues].(map[string]any)
	var all []*part
	for _, value := range values {
		name, ok := value.(string)
		if !ok {
			data, err := json.Marshal(value)
			if err != nil {
				r.fail(err)
			}
			name = string(data)
		}
		all = append(all, r.part(p.ID+"."+name, name, map[string]any{sourceKey: marks[name]}, p.Source))
	}
	return all
}
