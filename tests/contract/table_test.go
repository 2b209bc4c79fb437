package contract

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v4"
)

// A table is what documented.yaml holds.
type table struct {
	Server        string
	Authorization struct{ In, Name string }
	Operations    map[string]operation
	Schemas       map[string]fields
	Values        map[string][]string
}

type operation struct {
	Method, Path, Summary, Returns string
	Parameters                     map[string]parameter
}

type parameter struct {
	In, Type string
	Required bool
	Default  any
}

type fields struct {
	Required []string
	Fields   map[string]string
}

func documented(t testing.TB) table {
	t.Helper()
	data, err := os.ReadFile("documented.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var table table
	if err := yaml.Load(data, &table, yaml.WithKnownFields()); err != nil {
		t.Fatal(err)
	}
	return table
}

// typeOf returns the type of a part of the contract in the words of the table.
func typeOf(ref *openapi3.SchemaRef) string {
	schema := ref.Value
	switch {
	case ref.Ref != "" && !schema.Type.Is(openapi3.TypeArray) && schema.AdditionalProperties.Schema == nil:
		return name(ref.Ref)
	case schema.Type.Is(openapi3.TypeArray):
		return "list[" + typeOf(schema.Items) + "]"
	case schema.Type.Is(openapi3.TypeObject) && schema.AdditionalProperties.Schema != nil:
		return "dictionary[" + typeOf(schema.AdditionalProperties.Schema) + "]"
	case schema.Type.Is(openapi3.TypeString):
		words := map[string]string{"": "string", "uuid": "uuid", "date-time": "date", "uri": "link", "binary": "file"}
		return words[schema.Format]
	case schema.Type.Is(openapi3.TypeInteger), schema.Type.Is(openapi3.TypeBoolean), schema.Type.Is(openapi3.TypeNumber):
		return schema.Type.Slice()[0]
	default:
		return fmt.Sprintf("an undescribed %v", schema.Type)
	}
}

func name(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

func TestTheTableNamesOnlyTypesThatItDescribes(t *testing.T) {
	t.Parallel()
	table := documented(t)
	known := func(typ string) bool {
		for {
			inner, ok := strings.CutSuffix(typ, "]")
			if !ok {
				break
			}
			_, typ, _ = strings.Cut(inner, "[")
		}
		_, schema := table.Schemas[typ]
		_, values := table.Values[typ]
		simple := []string{"string", "integer", "boolean", "uuid", "date", "link", "file", "none"}
		return schema || values || slices.Contains(simple, typ)
	}
	used := 0
	check := func(where, typ string) {
		used++
		if !known(typ) {
			t.Errorf("%s: %q is described nowhere", where, typ)
		}
	}
	for id, op := range table.Operations {
		check(id, op.Returns)
		for name, parameter := range op.Parameters {
			check(id+" "+name, parameter.Type)
		}
	}
	for schema, fields := range table.Schemas {
		for name, typ := range fields.Fields {
			check(schema+"."+name, typ)
		}
		for _, name := range fields.Required {
			if _, ok := fields.Fields[name]; !ok {
				t.Errorf("%s requires %s, which is not one of its fields", schema, name)
			}
		}
	}
	if len(table.Operations) == 0 || used < 100 {
		t.Errorf("the table has %d operations and %d types", len(table.Operations), used)
	}
}
