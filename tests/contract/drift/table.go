package drift

import (
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// A Table is what a source other than the contract says of the API. Types are
// string, integer, boolean, uuid, date, link, file, list[X], dictionary[X] (any
// names, each an X), unknown, and the names under Schemas and Values.
type Table struct {
	Server        string
	Authorization struct{ In, Name string } // empty if it is not said
	Operations    map[string]Operation
	Schemas       map[string]Fields
	Values        map[string][]string
}

// An Operation of a Table. Returns is the type of the response, or none.
type Operation struct {
	Method, Path, Summary, Returns string
	Parameters                     map[string]Parameter
}

// A Parameter is in the path, the query, the body or a form.
type Parameter struct {
	In, Type string
	Required bool
	Default  any
}

// Fields are the members of a schema with their types. Nested ones are known
// from examples only, which do not say what is required; the names of their
// schemas are those of the contract.
type Fields struct {
	Required []string
	Fields   map[string]string
	Nested   bool
}

// TypeOf returns the type of a part of the contract in the words of the table.
func TypeOf(ref *openapi3.SchemaRef) string {
	schema := ref.Value
	switch {
	case ref.Ref != "" && !schema.Type.Is(openapi3.TypeArray) && schema.AdditionalProperties.Schema == nil:
		return Name(ref.Ref)
	case schema.Type.Is(openapi3.TypeArray):
		return "list[" + TypeOf(schema.Items) + "]"
	case schema.Type.Is(openapi3.TypeObject) && schema.AdditionalProperties.Schema != nil:
		return "dictionary[" + TypeOf(schema.AdditionalProperties.Schema) + "]"
	case schema.Type.Is(openapi3.TypeString):
		words := map[string]string{"": "string", "uuid": "uuid", "date-time": "date", "uri": "link", "binary": "file"}
		return words[schema.Format]
	case schema.Type.Is(openapi3.TypeInteger), schema.Type.Is(openapi3.TypeBoolean), schema.Type.Is(openapi3.TypeNumber):
		return schema.Type.Slice()[0]
	default:
		return fmt.Sprintf("an undescribed %v", schema.Type)
	}
}

// Name is the last part of a reference.
func Name(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

func operations(doc *openapi3.T) map[string]*openapi3.Operation {
	all := map[string]*openapi3.Operation{}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			all[op.OperationID] = op
		}
	}
	return all
}
