package drift

import (
	"maps"
	"regexp"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ubiops-contrib/transfer/tests/contract/fixtures"
)

// fromPage is the source of what has no mark, and is inside of nothing that has
// one.
const fromPage = "page"

// sources are the marks that the contract's own description lists.
var sources = regexp.MustCompile(`^(archive|ours|client [0-9]+\.[0-9]+\.[0-9]+)$`)

// mark returns the x-source of a part, or that of what it is inside of.
func mark(extensions map[string]any, outer string) string {
	if source, ok := extensions["x-source"].(string); ok {
		return source
	}
	return outer
}

// memberMark is the mark of a member. One that is only a reference has the mark
// that the object has for it, or that of what it refers to.
func memberMark(object *openapi3.Schema, name, outer string) string {
	ref := object.Properties[name]
	if source, ok := marks(object, "x-property-source")[name].(string); ok && ref.Ref != "" {
		return source
	}
	if source := mark(ref.Value.Extensions, fromPage); source != fromPage {
		return source
	}
	return outer
}

// marks are those of the single values or properties of a schema.
func marks(schema *openapi3.Schema, extension string) map[string]any {
	marks, _ := schema.Extensions[extension].(map[string]any)
	return marks
}

// vocabulary returns the values that a schema lists, as the only ones or as
// those that are known.
func vocabulary(schema *openapi3.Schema) []any {
	if known, ok := schema.Extensions["x-extensible-enum"].([]any); ok {
		return known
	}
	return schema.Enum
}

// A reader of marks walks the contract and finds the marks that are not known,
// and the parts without one that the table does not have.
type reader struct {
	table Table
	Findings
}

// part checks the mark of one part; inPage says whether the table has it.
func (r *reader) part(where, mark string, inPage bool) {
	switch {
	case mark == fromPage && !inPage:
		r.add("%s: the page does not have it; say in x-source where it is known from", where)
	case mark != fromPage && !sources.MatchString(mark):
		r.add("%s: the source %q is unknown", where, mark)
	}
}

// Unmarked returns the parts of the contract that the page does not document
// and that do not say where else they are known from. What is referred to is
// checked once, where it is defined.
func Unmarked(table Table, doc *openapi3.T) Findings {
	r := &reader{table: table}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		item := doc.Paths.Value(path)
		for method, op := range item.Operations() {
			where := method + " " + path
			page, ok := table.Operations[op.OperationID]
			source := mark(op.Extensions, fromPage)
			r.part(where, source, ok && page.Method == method && page.Path == path)
			for _, parameter := range slices.Concat(item.Parameters, op.Parameters) {
				if parameter.Ref == "" {
					r.parameter(where, parameter.Value, page, source)
				}
			}
			if op.RequestBody != nil {
				r.content(where+" request", op.RequestBody.Value.Content, source)
			}
			for status, response := range op.Responses.Map() {
				if response.Ref == "" {
					r.response(where+" "+status, response.Value, status == "2XX" && ok, source)
				}
			}
		}
	}
	r.components(doc)
	return r.Findings
}

func (r *reader) parameter(where string, parameter *openapi3.Parameter, page Operation, outer string) {
	known, ok := page.Parameters[parameter.Name]
	where += " parameter " + parameter.Name
	source := mark(parameter.Extensions, outer)
	r.part(where, source, ok && known.In == parameter.In)
	r.schema(where, parameter.Schema, Fields{}, source)
}

func (r *reader) response(where string, response *openapi3.Response, inPage bool, outer string) {
	source := mark(response.Extensions, outer)
	r.part(where, source, inPage)
	for name, header := range response.Headers {
		if header.Ref == "" {
			r.part(where+" header "+name, mark(header.Value.Extensions, source), false)
		}
	}
	for name, link := range response.Links {
		if link.Ref == "" {
			r.part(where+" link "+name, mark(link.Value.Extensions, source), false)
		}
	}
	r.content(where, response.Content, source)
}

func (r *reader) content(where string, content openapi3.Content, outer string) {
	for media, body := range content {
		r.schema(where+" "+media, body.Schema, Fields{}, outer)
		for name, example := range body.Examples {
			if example.Ref == "" {
				r.part(where+" "+media+" example "+name, mark(example.Value.Extensions, outer), false)
			}
		}
	}
}

// components checks the parts by themselves, whoever refers to them.
func (r *reader) components(doc *openapi3.T) {
	for name, scheme := range doc.Components.SecuritySchemes {
		page := r.table.Authorization
		r.part("scheme "+name, mark(scheme.Value.Extensions, fromPage), page.Name == "" || scheme.Value.In == page.In && scheme.Value.Name == page.Name)
	}
	for name, parameter := range doc.Components.Parameters {
		where := "component parameter " + name
		source := mark(parameter.Value.Extensions, fromPage)
		r.part(where, source, r.takesAnywhere(parameter.Value))
		r.schema(where, parameter.Value.Schema, Fields{}, source)
	}
	for name, header := range doc.Components.Headers {
		r.part("component header "+name, mark(header.Value.Extensions, fromPage), false)
	}
	for name, link := range doc.Components.Links {
		r.part("component link "+name, mark(link.Value.Extensions, fromPage), false)
	}
	printed, err := fixtures.All() // which are the page's, or another check fails
	if err != nil {
		r.add("the examples of the page: %v", err)
	}
	for name, example := range doc.Components.Examples {
		r.part("component example "+name, mark(example.Value.Extensions, fromPage), slices.ContainsFunc(printed, func(f fixtures.Fixture) bool { return f.Example == name }))
	}
	for name, response := range doc.Components.Responses {
		r.response("component response "+name, response.Value, r.succeeds(doc, name), fromPage)
	}
	for name, schema := range doc.Components.Schemas {
		_, ok := r.table.Schemas[name]
		_, values := r.table.Values[name]
		list := r.returnsType(TypeOf(&openapi3.SchemaRef{Value: schema.Value}))
		source := mark(schema.Value.Extensions, fromPage)
		r.part("schema "+name, source, ok || values || list || r.inside(doc, name))
		r.schema(name, &openapi3.SchemaRef{Value: schema.Value}, r.pageFields(doc, name), source)
	}
}

// pageFields are the fields that the page has of a schema, or of the schemas
// that are composed of it.
func (r *reader) pageFields(doc *openapi3.T, name string) Fields {
	all := Fields{Fields: maps.Clone(r.table.Schemas[name].Fields)}
	if all.Fields == nil {
		all.Fields = map[string]string{}
	}
	for whole, schema := range doc.Components.Schemas {
		for _, part := range schema.Value.AllOf {
			if part.Ref == "#/components/schemas/"+name {
				maps.Copy(all.Fields, r.table.Schemas[whole].Fields)
			}
		}
	}
	return all
}

// inside reports whether a schema is how a documented field is written down: as
// the part of a schema, or as the dictionary or list of a field.
func (r *reader) inside(doc *openapi3.T, name string) bool {
	ref := "#/components/schemas/" + name
	for whole, schema := range doc.Components.Schemas {
		page := r.pageFields(doc, whole)
		for field, of := range schema.Value.Properties {
			if _, ok := page.Fields[field]; ok && of.Ref == ref {
				return true
			}
		}
		_, ok := r.table.Schemas[whole]
		for _, part := range schema.Value.AllOf {
			if ok && part.Ref == ref {
				return true
			}
		}
	}
	return false
}

// schema checks the properties and values of a schema at every level. What it
// refers to is a component, which is checked by itself.
func (r *reader) schema(where string, ref *openapi3.SchemaRef, page Fields, outer string) {
	if ref == nil || ref.Ref != "" {
		return
	}
	schema := ref.Value
	for name, property := range schema.Properties {
		at := where + "." + name
		_, ok := page.Fields[name]
		source := memberMark(schema, name, outer)
		r.part(at, source, ok)
		r.schema(at, property, Fields{}, source)
	}
	for name := range marks(schema, "x-property-source") {
		if property := schema.Properties[name]; property == nil || property.Ref == "" {
			r.add("%s: a source for %s, which is not a property that is only a reference", where, name)
		}
	}
	values := marks(schema, "x-enum-source")
	for _, value := range vocabulary(schema) {
		if text, ok := value.(string); ok {
			source, ok := values[text].(string)
			if !ok {
				source = outer
			}
			r.part(where+" value "+text, source, slices.Contains(r.table.Values[where], text))
		}
	}
	for value := range values {
		if !slices.Contains(vocabulary(schema), any(value)) {
			r.add("%s: a source for %s, which is not a value", where, value)
		}
	}
	r.schema(where+" element", schema.Items, Fields{}, outer)
	r.schema(where+" entry", schema.AdditionalProperties.Schema, Fields{}, outer)
	for _, part := range slices.Concat(schema.AllOf, schema.OneOf) {
		r.schema(where, part, page, outer)
	}
}

func (r *reader) takesAnywhere(parameter *openapi3.Parameter) bool {
	for _, op := range r.table.Operations {
		if page, ok := op.Parameters[parameter.Name]; ok && page.In == parameter.In && page.Type == TypeOf(parameter.Schema) {
			return true
		}
	}
	return false
}

// succeeds reports whether an operation of the page has the component as its
// success.
func (r *reader) succeeds(doc *openapi3.T, component string) bool {
	for id, op := range operations(doc) {
		success := op.Responses.Value("2XX")
		if _, ok := r.table.Operations[id]; ok && success != nil && success.Ref == "#/components/responses/"+component {
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
