package drift

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ubiops-contrib/transfer/tests/contract/document"
)

// Findings are what a check has found: a place, a colon, and what is wrong.
type Findings []string

func (f *Findings) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// equal adds a finding if the contract differs from the page.
func (f *Findings) equal(where string, page, contract any) {
	if page != contract {
		f.add("%s: the page says %v, the contract %v", where, page, contract)
	}
}

// ComparePage returns how a documentation page and the contract differ, in both
// directions. An error says that the page cannot be understood.
func ComparePage(text string, contract *openapi3.T) (Findings, error) {
	page, err := ReadPage(text, contract)
	if err != nil {
		return nil, err
	}
	stray, err := page.otherThanFixtures()
	if err != nil {
		return nil, err
	}
	// A newer page may have what the contract knows from elsewhere.
	missing := slices.DeleteFunc(Missing(page.Table, contract), func(finding string) bool {
		return strings.Contains(finding, ": source: ")
	})
	return slices.Concat(missing, Unmarked(page.Table, contract), page.invalid(contract), page.Malformed, stray), nil
}

// Missing returns what the table has and the contract lacks, or has differently,
// or without the page as its source.
func Missing(table Table, doc *openapi3.T) Findings {
	var found Findings
	if len(doc.Servers) == 0 || doc.Servers[0].URL != table.Server {
		found.add("the default server is not %s", table.Server)
	}
	for _, id := range slices.Sorted(maps.Keys(table.Operations)) {
		page := table.Operations[id]
		item := doc.Paths.Value(page.Path)
		if item == nil || item.GetOperation(page.Method) == nil {
			found.add("%s: the contract has no %s %s", id, page.Method, page.Path)
			continue
		}
		op := item.GetOperation(page.Method)
		found.equal(id+": operationId", id, op.OperationID)
		found.equal(id+": summary", page.Summary, op.Summary)
		found.equal(id+": source", fromPage, mark(op.Extensions, fromPage))
		for _, name := range slices.Sorted(maps.Keys(page.Parameters)) {
			missingParameter(&found, id+" "+name, name, page.Parameters[name], item, op)
		}
		found.equal(id+": return type", page.Returns, returns(op))
		if success := op.Responses.Value("2XX"); success != nil {
			found.equal(id+": success: source", fromPage, mark(success.Value.Extensions, fromPage))
		}
	}
	for _, schema := range slices.Sorted(maps.Keys(table.Schemas)) {
		missingFields(&found, schema, table.Schemas[schema], doc.Components.Schemas[schema])
	}
	for _, name := range slices.Sorted(maps.Keys(table.Values)) {
		schema := vocabularyOf(doc, name)
		for _, value := range table.Values[name] {
			if schema == nil || !slices.Contains(vocabulary(schema), any(value)) {
				found.add("%s: the contract has no value %s", name, value)
				continue
			}
			source, ok := marks(schema, "x-enum-source")[value].(string)
			if !ok {
				source = mark(schema.Extensions, fromPage)
			}
			found.equal(name+" "+value+": source", fromPage, source)
		}
	}
	return found
}

func missingParameter(found *Findings, where, name string, page Parameter, item *openapi3.PathItem, op *openapi3.Operation) {
	switch page.In {
	case "path", "query":
		for _, parameter := range slices.Concat(op.Parameters, item.Parameters) {
			if p := parameter.Value; p.In == page.In && p.Name == name {
				found.equal(where+": required", page.Required, p.Required)
				found.equal(where+": type", page.Type, TypeOf(p.Schema))
				found.equal(where+": source", fromPage, mark(p.Extensions, fromPage))
				return
			}
		}
		found.add("%s: the contract has no such %s parameter", where, page.In)
	case "body":
		if body := Content(op.RequestBody, "application/json"); body == nil {
			found.add("%s: the contract has no JSON body", where)
		} else {
			found.equal(where+": required", page.Required, op.RequestBody.Value.Required)
			found.equal(where+": type", page.Type, TypeOf(body))
		}
	case "form":
		form := Content(op.RequestBody, "multipart/form-data")
		if form == nil || form.Value.Properties[name] == nil {
			found.add("%s: the contract has no such form field", where)
			return
		}
		field := form.Value.Properties[name]
		found.equal(where+": required", page.Required, slices.Contains(form.Value.Required, name))
		found.equal(where+": type", page.Type, TypeOf(field))
		found.equal(where+": default", page.Default, field.Value.Default)
		found.equal(where+": source", fromPage, memberMark(form.Value, name, fromPage))
	default:
		found.add("%s: the table knows no place %q", where, page.In)
	}
}

func missingFields(found *Findings, schema string, page Fields, ref *openapi3.SchemaRef) {
	if ref == nil {
		found.add("%s: the contract has no such schema", schema)
		return
	}
	found.equal(schema+": source", fromPage, mark(ref.Value.Extensions, fromPage))
	whole := document.Plain(ref.Value)
	for _, name := range slices.Sorted(maps.Keys(page.Fields)) {
		where := schema + "." + name
		field := whole.Properties[name]
		if field == nil {
			found.add("%s: the contract has no such field", where)
			continue
		}
		if page.Fields[name] != unknown {
			found.equal(where+": type", page.Fields[name], TypeOf(field))
		}
		if !page.Nested {
			found.equal(where+": required", slices.Contains(page.Required, name), slices.Contains(whole.Required, name))
		}
		found.equal(where+": source", fromPage, memberMark(whole, name, fromPage))
	}
}

// returns is the type that the operation answers in success, in the words of
// the page.
func returns(op *openapi3.Operation) string {
	success := op.Responses.Value("2XX")
	if success == nil {
		return "no success at all"
	}
	var types []string
	for _, media := range slices.Sorted(maps.Keys(success.Value.Content)) {
		types = append(types, TypeOf(success.Value.Content[media].Schema))
	}
	if len(types) == 0 {
		return "none"
	}
	return strings.Join(types, " or ")
}

// Content is the schema of a body of one media type, or nil.
func Content(body *openapi3.RequestBodyRef, media string) *openapi3.SchemaRef {
	if body == nil || len(body.Value.Content) != 1 || body.Value.Content[media] == nil {
		return nil
	}
	return body.Value.Content[media].Schema
}

// vocabularyOf finds the schema of the values of Schema or Schema.field, or
// nothing.
func vocabularyOf(doc *openapi3.T, vocabulary string) *openapi3.Schema {
	schema, field, _ := strings.Cut(vocabulary, ".")
	ref := doc.Components.Schemas[schema]
	if ref != nil && field != "" {
		ref = ref.Value.Properties[field]
	}
	if ref == nil {
		return nil
	}
	return ref.Value
}
