package contract

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestEveryPartOfTheContractSaysWhereItComesFrom(t *testing.T) {
	t.Parallel()
	for _, finding := range unmarked(documented(t), contract(t)) {
		t.Error(finding)
	}
}

const fromPage = "page"

// sources are the marks that the contract's own description lists.
var sources = regexp.MustCompile(`^(page|archive|ours|client [0-9]+\.[0-9]+\.[0-9]+)$`)

// mark returns the x-source of a part. A part that is only a reference has it
// beside the reference.
func mark(extensions ...map[string]any) string {
	for _, extension := range extensions {
		if source, ok := extension["x-source"].(string); ok {
			return source
		}
	}
	return ""
}

func enumMarks(schema *openapi3.Schema) map[string]any {
	marks, _ := schema.Extensions["x-enum-source"].(map[string]any)
	return marks
}

// A reader of marks walks the contract and finds the parts without a known
// mark, and those marked as documented that the table does not have.
type reader struct {
	table table
	findings
}

// part checks the mark of one part; inPage says whether the table has it.
func (r *reader) part(where, mark string, inPage bool) {
	switch {
	case !sources.MatchString(mark):
		r.add("%s: the source %q is unknown", where, mark)
	case mark == fromPage && !inPage:
		r.add("%s: marked as documented, but the page does not have it", where)
	}
}

// unmarked returns the parts of the contract that do not say where they come
// from, or wrongly say that the page documents them.
func unmarked(table table, doc *openapi3.T) findings {
	r := &reader{table: table}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		item := doc.Paths.Value(path)
		for method, op := range item.Operations() {
			where := method + " " + path
			page, ok := table.Operations[op.OperationID]
			r.part(where, mark(op.Extensions), ok && page.Method == method && page.Path == path)
			for _, parameter := range slices.Concat(item.Parameters, op.Parameters) {
				r.parameter(where, parameter.Value, page)
			}
			if op.RequestBody != nil {
				r.content(where+" request", op.RequestBody.Value.Content)
			}
			for status, response := range op.Responses.Map() {
				r.response(where+" "+status, response.Value, status == "2XX" && ok)
			}
		}
	}
	r.components(doc)
	return r.findings
}

func (r *reader) parameter(where string, parameter *openapi3.Parameter, page operation) {
	known, ok := page.Parameters[parameter.Name]
	where += " parameter " + parameter.Name
	r.part(where, mark(parameter.Extensions), ok && known.In == parameter.In)
	r.schema(where, parameter.Schema, fields{})
}

func (r *reader) response(where string, response *openapi3.Response, inPage bool) {
	r.part(where, mark(response.Extensions), inPage)
	for name, header := range response.Headers {
		r.part(where+" header "+name, mark(header.Value.Extensions), false)
	}
	r.content(where, response.Content)
}

func (r *reader) content(where string, content openapi3.Content) {
	for media, body := range content {
		r.schema(where+" "+media, body.Schema, fields{})
	}
}

// components checks the parts by themselves, so that none escapes for being
// referred to in an unexpected way, or nowhere.
func (r *reader) components(doc *openapi3.T) {
	for name, scheme := range doc.Components.SecuritySchemes {
		page := r.table.Authorization
		r.part("scheme "+name, mark(scheme.Value.Extensions), scheme.Value.In == page.In && scheme.Value.Name == page.Name)
	}
	for name, parameter := range doc.Components.Parameters {
		where := "component parameter " + name
		r.part(where, mark(parameter.Value.Extensions), r.takesAnywhere(parameter.Value))
		r.schema(where, parameter.Value.Schema, fields{})
	}
	for name, header := range doc.Components.Headers {
		r.part("component header "+name, mark(header.Value.Extensions), false)
	}
	for name, response := range doc.Components.Responses {
		r.response("component response "+name, response.Value, r.returnsAnywhere(response.Value))
	}
	for name, schema := range doc.Components.Schemas {
		page, ok := r.table.Schemas[name]
		_, values := r.table.Values[name]
		list := r.returnsType(typeOf(&openapi3.SchemaRef{Value: schema.Value}))
		r.part("schema "+name, mark(schema.Value.Extensions), ok || values || list)
		r.schema(name, &openapi3.SchemaRef{Value: schema.Value}, page)
	}
}

// schema checks the properties and values of a schema at every level. What it
// refers to is a component, which is checked by itself.
func (r *reader) schema(where string, ref *openapi3.SchemaRef, page fields) {
	if ref == nil || ref.Ref != "" {
		return
	}
	schema := ref.Value
	for name, property := range schema.Properties {
		at := where + "." + name
		_, ok := page.Fields[name]
		if property.Ref == "" {
			r.part(at, mark(property.Value.Extensions), ok)
		} else {
			r.part(at, mark(property.Extensions), ok)
		}
		r.schema(at, property, fields{})
	}
	marks := enumMarks(schema)
	for _, value := range schema.Enum {
		if text, ok := value.(string); ok {
			source, _ := marks[text].(string)
			r.part(where+" value "+text, source, slices.Contains(r.table.Values[where], text))
		}
	}
	for value := range marks {
		if !slices.Contains(schema.Enum, any(value)) {
			r.add("%s: a source for %s, which is no value", where, value)
		}
	}
	r.schema(where+" element", schema.Items, fields{})
	r.schema(where+" entry", schema.AdditionalProperties.Schema, fields{})
	r.schema(where+" not", schema.Not, fields{})
	for _, part := range slices.Concat(schema.AllOf, schema.OneOf, schema.AnyOf) {
		r.schema(where, part, page)
	}
}

func (r *reader) takesAnywhere(parameter *openapi3.Parameter) bool {
	for _, op := range r.table.Operations {
		if page, ok := op.Parameters[parameter.Name]; ok && page.In == parameter.In && page.Type == typeOf(parameter.Schema) {
			return true
		}
	}
	return false
}

func (r *reader) returnsAnywhere(response *openapi3.Response) bool {
	for _, body := range response.Content {
		if r.returnsType(typeOf(body.Schema)) {
			return true
		}
	}
	return false
}

func (r *reader) returnsType(typ string) bool {
	for _, op := range r.table.Operations {
		if op.Returns == typ {
			return true
		}
	}
	return false
}
