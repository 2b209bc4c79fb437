package middleware

import (
	"bytes"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"
)

// emptyObjects changes data, a JSON body, where it has an empty array and the
// schema an object: into an empty object, in place. R knows no difference
// between the two, so it sends a dictionary without members as []. The body
// itself and an array with elements stay what they are. So does everything in
// data that is not JSON: checking it says so.
func emptyObjects(data []byte, schema *openapi3.Schema) {
	if !hasEmptyArray(data) {
		return
	}
	w := emptyArrays{dec: jsontext.NewDecoder(bytes.NewBuffer(data))}
	if err := w.value(schema); err != nil {
		return
	}
	for _, at := range w.found {
		data[at[0]], data[at[1]] = '{', '}'
	}
}

// hasEmptyArray reports whether there may be an empty array in data.
func hasEmptyArray(data []byte) bool {
	for {
		at := bytes.IndexByte(data, '[')
		if at < 0 {
			return false
		}
		data = bytes.TrimLeft(data[at+1:], " \t\r\n")
		if len(data) > 0 && data[0] == ']' {
			return true
		}
	}
}

// emptyArrays finds the empty arrays that stand where a schema has an object.
type emptyArrays struct {
	dec   *jsontext.Decoder
	found [][2]int64 // the offsets of the brackets
}

// value goes through the next value, for which the schema is nil if the
// contract does not have it.
func (w *emptyArrays) value(schema *openapi3.Schema) error {
	kind := w.dec.PeekKind()
	if schema == nil || kind != '{' && kind != '[' {
		return w.dec.SkipValue()
	}
	inside := w.dec.StackDepth() > 0
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	begin := w.dec.InputOffset() - 1
	empty := true
	for ; w.dec.PeekKind() != closing(kind); empty = false {
		next := itemsOf(schema)
		if kind == '{' {
			name, err := w.dec.ReadToken()
			if err != nil {
				return err
			}
			next = memberOf(schema, name.String())
		}
		if err := w.value(next); err != nil {
			return err
		}
	}
	if _, err := w.dec.ReadToken(); err != nil {
		return err
	}
	if kind == '[' && empty && inside && takesObject(schema) {
		w.found = append(w.found, [2]int64{begin, w.dec.InputOffset() - 1})
	}
	return nil
}

func closing(kind jsontext.Kind) jsontext.Kind {
	if kind == '{' {
		return '}'
	}
	return ']'
}

// takesObject reports whether a value has to be an object.
func takesObject(schema *openapi3.Schema) bool {
	if schema.Type.Is(openapi3.TypeObject) {
		return true
	}
	for _, part := range schema.AllOf {
		if takesObject(part.Value) {
			return true
		}
	}
	return false
}

func itemsOf(schema *openapi3.Schema) *openapi3.Schema {
	return part(schema, func(s *openapi3.Schema) *openapi3.SchemaRef { return s.Items })
}

// memberOf returns the schema of a member: that of the property, else of any
// other member.
func memberOf(schema *openapi3.Schema, name string) *openapi3.Schema {
	property := part(schema, func(s *openapi3.Schema) *openapi3.SchemaRef { return s.Properties[name] })
	if property != nil {
		return property
	}
	return part(schema, func(s *openapi3.Schema) *openapi3.SchemaRef { return s.AdditionalProperties.Schema })
}

// part returns what get finds in a schema, or in its parts.
func part(schema *openapi3.Schema, get func(*openapi3.Schema) *openapi3.SchemaRef) *openapi3.Schema {
	if ref := get(schema); ref != nil {
		return ref.Value
	}
	for _, all := range schema.AllOf {
		if found := part(all.Value, get); found != nil {
			return found
		}
	}
	return nil
}
