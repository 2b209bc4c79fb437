package drift

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ubiops-contrib/transfer/tests/contract/document"
)

// A fact of the contract, and its source.
type sourced struct{ said, source string }

// CompareWheel returns how an official client and the contract differ, in both
// directions. What the contract has from archives only or by a decision of its
// own is not a difference.
func CompareWheel(w *Wheel, contract *openapi3.T) Findings {
	var found Findings
	ours := contractFacts(contract)
	for _, at := range slices.Sorted(maps.Keys(w.facts)) {
		if known, ok := ours[at]; !ok {
			found.add("%s: the client has it, the contract does not", at)
		} else if known.said != w.facts[at] {
			found.add("%s: the client says %s, the contract %s", at, w.facts[at], known.said)
		}
	}
	for _, at := range slices.Sorted(maps.Keys(ours)) {
		_, has := w.facts[at]
		source := ours[at].source
		// A client has one host only: an older one is not missed.
		if has || source == "ours" || source == "archive" || strings.HasPrefix(at, "server ") && source == fromPage {
			continue
		}
		found.add("%s: the client does not have it, the contract does (%s)", at, source)
	}
	return found
}

func contractFacts(doc *openapi3.T) map[string]sourced {
	all := map[string]sourced{}
	for _, server := range doc.Servers {
		all["server "+server.URL] = sourced{"the default host", mark(server.Extensions, fromPage)}
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			returned := returns(op)
			if returned == "none" {
				returned = ""
			}
			outer := mark(op.Extensions, fromPage)
			all[op.OperationID] = sourced{strings.TrimSpace(method + " " + path + " " + returned), outer}
			for _, p := range slices.Concat(item.Parameters, op.Parameters) {
				all[op.OperationID+" "+p.Value.Name] = sourced{p.Value.In + " " + pythonType(p.Value.Schema), mark(p.Value.Extensions, outer)}
			}
			if body := Content(op.RequestBody, "application/json"); body != nil {
				all[op.OperationID+" data"] = sourced{"body " + Name(body.Ref), outer}
			}
			if form := Content(op.RequestBody, "multipart/form-data"); form != nil {
				for name, field := range form.Value.Properties {
					all[op.OperationID+" "+name] = sourced{"form " + pythonType(field), memberMark(form.Value, name, outer)}
				}
			}
		}
	}
	for _, models := range []map[string]string{topLevel, counterparts} {
		for schema := range models {
			memberFacts(all, schema, doc.Components.Schemas[schema])
		}
	}
	return all
}

func memberFacts(all map[string]sourced, schema string, ref *openapi3.SchemaRef) {
	if ref == nil {
		return
	}
	outer := mark(ref.Value.Extensions, fromPage)
	object := document.Plain(ref.Value)
	for name, member := range object.Properties {
		at, source := schema+"."+name, memberMark(object, name, outer)
		all[at] = sourced{pythonType(member), source}
		if length := member.Value.MaxLength; length != nil && topLevel[schema] != "" {
			all[at+" length"] = sourced{fmt.Sprintf("at most %d", *length), source}
		}
	}
}

// pythonType is the type that the generator of the official client gives to a
// part of the contract.
func pythonType(ref *openapi3.SchemaRef) string {
	schema := ref.Value
	switch {
	case schema.Type == nil:
		return "object"
	case schema.Type.Is(openapi3.TypeArray):
		return "list"
	case schema.AdditionalProperties.Schema != nil:
		return "dict"
	case schema.Format == "date-time":
		return "datetime"
	case schema.Format == "binary":
		return "file"
	}
	words := map[string]string{
		openapi3.TypeString: "str", openapi3.TypeInteger: "int", openapi3.TypeBoolean: "bool",
		openapi3.TypeNumber: "float", openapi3.TypeObject: "object",
	}
	return words[schema.Type.Slice()[0]]
}
