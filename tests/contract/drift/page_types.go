package drift

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ubiops-contrib/transfer/tests/contract/document"
	"github.com/ubiops-contrib/transfer/tests/contract/fixtures"
)

// A pageReader collects what a page says, and finds the types of what it lists
// and shows.
type pageReader struct {
	Page
	contract *openapi3.T
	lists    []described
}

// described is a member that a part of an operation lists.
type described struct {
	operation, part string
	member
}

var identifier = regexp.MustCompile(`^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$`)

// finish derives the schemas from the lists and the examples, when all is read.
func (p *pageReader) finish() {
	for _, example := range p.Examples {
		schema := p.schemaOf(example.Operation, example.Part)
		for _, value := range elements(example.Value) {
			p.typ(p.ref(schema), schema, value)
		}
	}
	for _, d := range p.lists {
		p.listed(d)
	}
	for id, op := range p.Operations {
		for name, parameter := range op.Parameters {
			// The page shows identifiers as UUIDs and gives the type str for them.
			if parameter.Type == "string" && strings.HasSuffix(name, "_id") {
				parameter.Type = "uuid"
				op.Parameters[name] = parameter
			}
		}
		if op.Parameters["data"].In != "body" {
			continue
		}
		schema := op.Parameters["data"].Type
		if _, ok := p.Schemas[schema]; !ok {
			p.Schemas[schema] = Fields{Fields: map[string]string{}}
		}
		p.Operations[id] = op
	}
	// A form has no schema on the page; the contract has a name for it.
	for id, op := range operations(p.contract) {
		form := Content(op.RequestBody, "multipart/form-data")
		if form == nil || form.Ref == "" {
			continue
		}
		fields := p.fields(Name(form.Ref), false)
		for name, parameter := range p.Operations[id].Parameters {
			if parameter.In == "form" {
				fields.Fields[name] = parameter.Type
			}
		}
	}
	// The page shows that the dictionaries of a response may be absent, and what
	// else a response has everywhere.
	for _, op := range p.Operations {
		schema := strings.TrimSuffix(strings.TrimPrefix(op.Returns, "list["), "]")
		fields, ok := p.Schemas[schema]
		fields.Nested, fields.Required = false, nil
		for name, typ := range fields.Fields {
			if !strings.HasPrefix(typ, "dictionary") && typ != unknown {
				fields.Required = append(fields.Required, name)
			}
		}
		if ok {
			p.Schemas[schema] = fields
		}
		if data, ok := op.Parameters["data"]; ok {
			fields := p.Schemas[data.Type]
			fields.Nested = false
			p.Schemas[data.Type] = fields
		}
	}
}

// schemaOf is the name of what an operation takes or returns.
func (p *pageReader) schemaOf(id, part string) string {
	op := p.Operations[id]
	if part == "request" {
		return op.Parameters["data"].Type
	}
	return strings.TrimSuffix(strings.TrimPrefix(op.Returns, "list["), "]")
}

func (p *pageReader) ref(schema string) *openapi3.SchemaRef {
	if ref := p.contract.Components.Schemas[schema]; ref != nil {
		return &openapi3.SchemaRef{Ref: "#/components/schemas/" + schema, Value: ref.Value}
	}
	return nil
}

// listed adds a member that has a description: of a schema, or of a form or query
// that has no schema.
func (p *pageReader) listed(d described) {
	op, schema := p.Operations[d.operation], p.schemaOf(d.operation, d.part)
	values := statuses(d.about)
	if _, ok := op.Parameters[d.name]; d.part == "request" && (ok || schema == "") {
		parameter := op.Parameters[d.name]
		switch {
		case parameter.In == "":
			parameter = Parameter{In: map[string]string{"POST": "form"}[op.Method], Type: unknown}
			if parameter.In == "" {
				parameter.In = "query"
			}
		case strings.HasPrefix(d.about, "url"):
			parameter.Type = "link"
		}
		if strings.Contains(d.about, "default to False") {
			parameter.Default = false
		}
		if len(values) > 0 {
			parameter.Type = strings.TrimSuffix(p.schemaOf(d.operation, "response"), "List") + "Status"
			for _, value := range values {
				p.value(parameter.Type, value)
			}
		}
		op.Parameters[d.name] = parameter
		return
	}
	if schema == "file" {
		return
	}
	fields := p.fields(schema, false)
	if fields.Fields[d.name] != "" && fields.Fields[d.name] != unknown {
		return
	}
	fields.Fields[d.name] = unknown
	ref := p.ref(schema)
	if ref == nil {
		return
	}
	if field := document.Plain(ref.Value).Properties[d.name]; field != nil && strings.HasPrefix(d.about, "Dictionary") == strings.HasPrefix(TypeOf(field), "dictionary") {
		fields.Fields[d.name] = TypeOf(field)
	}
}

func (p *pageReader) fields(schema string, nested bool) Fields {
	fields, ok := p.Schemas[schema]
	if !ok {
		fields = Fields{Fields: map[string]string{}, Nested: nested}
		p.Schemas[schema] = fields
	}
	return fields
}

// typ is the type that a value shows. The contract tells a dictionary from an
// object, and which texts are of a vocabulary; it and the members of a value
// are noted.
func (p *pageReader) typ(ref *openapi3.SchemaRef, where string, value any) string {
	schema := &openapi3.Schema{}
	if ref != nil {
		schema = document.Plain(ref.Value)
	}
	switch value := value.(type) {
	case map[string]any:
		if entry := schema.AdditionalProperties.Schema; entry != nil {
			for _, inner := range value {
				p.typ(entry, where+" entry", inner)
			}
			typ := TypeOf(entry)
			if name := Name(entry.Ref); entry.Ref != "" && p.contract.Components.Schemas[name] != nil {
				p.fields(name, true)
			}
			return "dictionary[" + typ + "]"
		}
		if ref != nil && ref.Ref != "" {
			where = Name(ref.Ref)
		}
		fields := p.fields(where, true)
		for name, inner := range value {
			typ := p.typ(schema.Properties[name], where+"."+name, inner)
			if old := fields.Fields[name]; old == "" || old == unknown {
				fields.Fields[name] = typ
			}
		}
		return where
	case []any:
		typ := unknown
		if schema.Items != nil && len(value) == 0 {
			typ = TypeOf(schema.Items)
		}
		for _, inner := range value {
			typ = p.typ(schema.Items, where+" element", inner)
		}
		return "list[" + typ + "]"
	case json.Number:
		return openapi3.TypeInteger
	case bool:
		return openapi3.TypeBoolean
	case string:
		if vocabulary(schema) != nil && ref.Ref != "" {
			name := Name(ref.Ref)
			p.value(name, value)
			return name
		}
		if _, err := time.Parse(time.RFC3339, value); err == nil {
			return "date"
		}
		if identifier.MatchString(value) {
			return "uuid"
		}
		return openapi3.TypeString
	}
	return unknown
}

// invalid returns the examples that do not fit the contract.
func (p *Page) invalid(contract *openapi3.T) Findings {
	var found Findings
	for _, example := range p.Examples {
		op := p.Operations[example.Operation]
		name := op.Returns
		if example.Part == "request" {
			name = op.Parameters["data"].Type
		}
		name = strings.TrimPrefix(strings.TrimSuffix(name, "]"), "list[")
		schema := contract.Components.Schemas[name]
		if schema == nil {
			continue // Missing says so
		}
		for _, value := range elements(example.Value) {
			if err := schema.Value.VisitJSON(value, openapi3.EnableFormatValidation()); err != nil {
				line, _, _ := strings.Cut(err.Error(), "\n")
				found.add("%s %s example: %s", example.Operation, example.Part, line)
			}
		}
	}
	return found
}

// otherThanFixtures returns the examples that differ from the fixtures that the
// clients and servers are tested with, and fixtures without an example.
func (p *Page) otherThanFixtures() (Findings, error) {
	all, err := fixtures.All()
	if err != nil {
		return nil, err
	}
	var found Findings
	left := map[string]any{}
	for _, example := range p.Examples {
		left[example.Operation+" "+example.Part] = example.Value
	}
	for _, fixture := range all {
		if fixture.Example == "Empty" {
			continue // the page prints it as code
		}
		data, err := fixture.Data()
		if err != nil {
			return nil, err
		}
		want, err := document.Parse(data)
		if err != nil {
			return nil, err
		}
		where := fixture.Operation + " " + fixture.Part
		got, ok := left[where]
		if !ok {
			found.add("%s example: the page has none", where)
			continue
		}
		delete(left, where)
		for _, diff := range document.Diff(want, got) {
			found.add("%s example: not the fixture %s: %s", where, fixture.File, diff)
		}
	}
	for _, where := range slices.Sorted(maps.Keys(left)) {
		found.add("%s example: there is no fixture of it", where)
	}
	return found, nil
}

// elements are those of a list, or the value itself.
func elements(value any) []any {
	if list, ok := value.([]any); ok {
		return list
	}
	return []any{value}
}
