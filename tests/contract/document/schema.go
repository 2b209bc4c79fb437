package document

import (
	"iter"
	"maps"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"
)

// A Place is one place of a document that a schema describes.
type Place struct {
	At     jsontext.Pointer
	Value  any
	Schema *openapi3.Schema
	// Member says that the place is a named property of an object; Required
	// that the object may not do without it.
	Member, Required bool
}

// Described returns every place of the document that the schema describes,
// the whole first. Members that the schema does not name are left out.
func Described(schema *openapi3.Schema, doc any) iter.Seq[Place] {
	return func(yield func(Place) bool) {
		described(Place{Value: doc, Schema: Plain(schema)}, yield)
	}
}

func described(place Place, yield func(Place) bool) bool {
	if !yield(place) {
		return false
	}
	switch value := place.Value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			inner := Place{At: place.At.AppendToken(name), Value: value[name]}
			if property, ok := place.Schema.Properties[name]; ok {
				inner.Schema, inner.Member = Plain(property.Value), true
				inner.Required = slices.Contains(place.Schema.Required, name)
			} else if entry := place.Schema.AdditionalProperties.Schema; entry != nil {
				inner.Schema = Plain(entry.Value)
			} else {
				continue
			}
			if !described(inner, yield) {
				return false
			}
		}
	case []any:
		for i, element := range value {
			at := place.At.AppendToken(strconv.Itoa(i))
			if !described(Place{At: at, Value: element, Schema: Plain(place.Schema.Items.Value)}, yield) {
				return false
			}
		}
	}
	return true
}

// Plain returns the schema with what its allOf composes as its own: the
// properties of all parts, and what any of them requires.
func Plain(schema *openapi3.Schema) *openapi3.Schema {
	if len(schema.AllOf) == 0 {
		return schema
	}
	whole := *schema
	whole.AllOf, whole.Properties = nil, maps.Clone(schema.Properties)
	if whole.Properties == nil {
		whole.Properties = openapi3.Schemas{}
	}
	for _, part := range schema.AllOf {
		part := Plain(part.Value)
		if whole.Type == nil {
			whole.Type = part.Type
		}
		maps.Copy(whole.Properties, part.Properties)
		whole.Required = append(slices.Clone(whole.Required), part.Required...)
		if part.AdditionalProperties.Has != nil {
			whole.AdditionalProperties = part.AdditionalProperties
		}
	}
	return &whole
}

// Open reports whether the schema is of an object that takes members that it
// does not name, of any type. A dictionary is not: its entries have a type.
func Open(schema *openapi3.Schema) bool {
	schema = Plain(schema)
	further := schema.AdditionalProperties
	return schema.Type.Is(openapi3.TypeObject) && further.Schema == nil && (further.Has == nil || *further.Has)
}
