package contract

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/tests/contract/document"
	"github.com/ubiops-contrib/transfer/tests/contract/drift"
)

// check runs both directions over a contract.
func check(t testing.TB, table drift.Table, tree any) drift.Findings {
	t.Helper()
	doc := load(t, tree)
	return append(drift.Missing(table, doc), drift.Unmarked(table, doc)...)
}

const (
	schemas    = "/components/schemas/"
	parameters = "/components/parameters/"
	exports    = "/paths/~1projects~1{project_name}~1exports/"
	oneImport  = "/paths/~1projects~1{project_name}~1imports~1{import_id}/"
)

type object = map[string]any

// gone stands for no value.
type gone struct{}

// TestTheChecksFindEveryKindOfMistake changes one thing in a copy of the
// contract at a time. The checks have to name it.
func TestTheChecksFindEveryKindOfMistake(t *testing.T) {
	t.Parallel()
	whole, table := tree(t), documented(t)
	for _, test := range []struct {
		name  string
		at    jsontext.Pointer
		value any
		want  string
	}{
		{"field removed", schemas + "ImportUpdate/properties/environments", gone{},
			"ImportDetail.environments: the contract has no such field"},
		{"leaf removed", schemas + "FieldMapping/properties/source_field_name", gone{},
			"FieldMapping.source_field_name: the contract has no such field"},
		{"field of another type", schemas + "DeploymentVersion/properties/maximum_idle_time/type", "string",
			"DeploymentVersion.maximum_idle_time: type"},
		{"entries of another type", schemas + "Labels/additionalProperties/type", "integer",
			"Deployment.labels: type"},
		{"field made required", schemas + "ImportUpdate/required", []any{"deployments"},
			"ImportUpdate.deployments: required"},
		{"field made optional", schemas + "ImportList/required", []any{"id", "status", "error_message", "creation_date"},
			"ImportList.size: required"},
		{"field with a mark that says nothing", schemas + "Deployment/properties/colour", object{"type": "string", "x-source": "page"},
			"Deployment.colour: the page does not have it"},
		{"field added without a mark", schemas + "Deployment/properties/colour", object{"type": "string"},
			"Deployment.colour: the page does not have it"},
		{"field added that only refers", schemas + "Deployment/properties/colour", object{"$ref": "#/components/schemas/DataType"},
			"Deployment.colour: the page does not have it"},
		{"field with an unknown mark", schemas + "Port/properties/protocol/x-source", "somebody",
			`Port.protocol: the source "somebody" is unknown`},
		{"field with half a mark", schemas + "Port/properties/protocol/x-source", "client",
			`Port.protocol: the source "client" is unknown`},
		{"documented field marked as ours", schemas + "Environment/properties/display_name/x-source", "ours",
			"Environment.display_name: source"},
		{"field inside a dictionary's entry", schemas + "Labels/additionalProperties",
			object{"type": "object", "properties": object{"x": object{"type": "string"}}},
			"Labels entry.x: the page"},
		{"field inside an element", schemas + "Fields/items",
			object{"type": "object", "properties": object{"x": object{"type": "string"}}},
			"Fields element.x: the page"},
		{"field inside a part", schemas + "ExportCreate/allOf/1/properties/x", object{"type": "string"},
			"ExportCreate.x: the page"},
		{"schema added without a mark", schemas + "Colour", object{"type": "object"},
			"schema Colour: the page"},
		{"value removed", schemas + "ImportStatus/enum",
			[]any{"pending", "confirmation", "confirmation_pending", "processing", "completed", "failed"},
			"ImportStatus: the contract has no value scanning"},
		{"value without a mark", schemas + "DataType/x-enum-source/dict", gone{},
			"DataType value dict: the page does not have it"},
		{"documented value marked as ours", schemas + "ExportStatus/x-enum-source", object{"failed": "ours"},
			"ExportStatus failed: source"},
		{"value of a vocabulary without a mark", schemas + "ReferenceType/x-source", gone{},
			"ReferenceType value operator: the page"},
		{"mark of no value", schemas + "ExportStatus/x-enum-source", object{"scanning": "ours"},
			"ExportStatus: a source for scanning"},
		{"property that is only a reference with another mark", schemas + "ExportDetail/x-property-source", object{"deployments": "ours", "pipelines": "ours", "environment_variables": "ours"},
			"ExportDetail.environment_variables: source"},
		{"mark of a property that has room for its own", schemas + "Field/x-property-source", object{"name": "ours"},
			"Field: a source for name"},
		{"parameter made required", exports + "get/parameters/status/required", true,
			"exports_list status: required"},
		{"parameter in another place", exports + "get/parameters/status/in", "header",
			"exports_list status: the contract has no such query parameter"},
		{"parameter of another type", parameters + "ExportId/schema/format", gone{},
			"exports_get export_id: type"},
		{"parameter without a mark", exports + "post/parameters/all/x-source", gone{},
			"POST /projects/{project_name}/exports parameter all: the page"},
		{"parameter that is not used", parameters + "Page",
			object{"name": "page", "in": "query", "schema": object{"type": "integer"}},
			"component parameter Page: the page"},
		{"form field removed", schemas + "ImportCreate/properties/import_link", gone{},
			"imports_create import_link: the contract has no such form field"},
		{"form field with another default", schemas + "ImportCreate/properties/skip_confirmation/default", true,
			"imports_create skip_confirmation: default"},
		{"body made optional", oneImport + "patch/requestBody/required", false,
			"imports_update data: required"},
		{"operation removed", oneImport + "delete", gone{},
			"imports_delete: the contract has no DELETE"},
		{"operation renamed", oneImport + "patch/operationId", "imports_confirm",
			"imports_update: operationId"},
		{"operation without a mark", oneImport + "post",
			object{"operationId": "imports_restart", "responses": object{}},
			"POST /projects/{project_name}/imports/{import_id}: the page"},
		{"operation with another summary", exports + "get/summary", "All exports",
			"exports_list: summary"},
		{"success of another type", "/components/responses/AnyExport/content/application~1json/schema",
			object{"$ref": "#/components/schemas/ExportDetail"},
			"exports_create: return type"},
		{"success removed", exports + "post/responses/2XX", gone{},
			"exports_create: return type"},
		{"response without a mark of its own", "/components/responses/Conflict/x-source", gone{},
			"component response Conflict: the page"},
		{"response without a mark", exports + "post/responses/418", object{"description": "A teapot."},
			"POST /projects/{project_name}/exports 418: the page"},
		{"header without a mark", "/components/headers/RateLimitReset/x-source", gone{},
			"component header RateLimitReset: the page"},
		{"link without a mark", "/components/links/GetExport/x-source", gone{},
			"component link GetExport: the page"},
		{"link of a response without a mark", "/components/responses/AnyExport/links", object{"get": object{"operationId": "exports_get"}},
			"component response AnyExport link get: the page"},
		{"example without a mark", "/components/examples/ImportDetail/x-source", gone{},
			"component example ImportDetail: the page"},
		{"example of a request without a mark", oneImport + "patch/requestBody/content/application~1json/examples/own", object{"value": object{}},
			"PATCH /projects/{project_name}/imports/{import_id} request application/json example own: the page"},
		{"another server", "/servers/0/url", "https://example.com",
			"the default server is not"},
		{"another token header", "/components/securitySchemes/token/name", "X-Token",
			"scheme token: the page"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := check(t, table, changed(t, whole, numbered(whole, test.at), test.value))
			if !slices.ContainsFunc(found, func(finding string) bool { return strings.HasPrefix(finding, test.want) }) {
				t.Errorf("wanted %q, found %q", test.want, found)
			}
		})
	}
}

// numbered replaces the names of parameters in a pointer by their places in the
// list.
func numbered(tree any, at jsontext.Pointer) jsontext.Pointer {
	var out jsontext.Pointer
	for token := range at.Tokens() {
		if list, ok := lookUp(tree, out).([]any); ok {
			if i := slices.IndexFunc(list, func(p any) bool { return p.(object)["name"] == token }); i >= 0 {
				token = strconv.Itoa(i)
			}
		}
		out = out.AppendToken(token)
	}
	return out
}

// changed returns a copy of the tree with another value at the place.
func changed(t testing.TB, tree any, at jsontext.Pointer, value any) any {
	t.Helper()
	var err error
	if value == (any)(gone{}) {
		before := tree
		if tree, err = document.Remove(tree, at); err == nil && len(document.Diff(before, tree)) == 0 {
			t.Fatalf("nothing is at %q", at)
		}
	} else {
		tree, err = document.Set(tree, at, value)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// TestNoMarkAndNoFieldIsOverlooked takes away each mark of the contract that
// stands inside of no other, and each documented field, in turn: it has to be
// found wherever it is.
func TestNoMarkAndNoFieldIsOverlooked(t *testing.T) {
	t.Parallel()
	whole, table := tree(t), documented(t)
	if found := check(t, table, whole); len(found) > 0 {
		t.Fatalf("found in the contract as it is: %q", found)
	}
	marks, fields := 0, 0
	for at, value := range document.Places(whole) {
		schema, member := memberOf(at)
		_, ours := markedAbove(whole, at)
		switch {
		case ours:
			continue
		case at.LastToken() == "x-source" && at.Parent().Parent() != "/servers" || at.LastToken() == "x-enum-source":
			marks++
		case member != "" && value.(object)["x-source"] == nil && table.Schemas[schema].Fields[member] != "":
			fields++
		default:
			continue
		}
		t.Run(string(at), func(t *testing.T) {
			t.Parallel()
			if len(check(t, table, changed(t, whole, at, gone{}))) == 0 {
				t.Error("nothing is found without it")
			}
		})
	}
	if marks == 0 || fields == 0 {
		t.Errorf("%d marks and %d fields were taken away", marks, fields)
	}
}

// memberOf returns the schema and the name of a member, or nothing for another
// place.
func memberOf(at jsontext.Pointer) (schema, member string) {
	tokens := slices.Collect(at.Tokens())
	if len(tokens) < 5 || tokens[0] != "components" || tokens[1] != "schemas" || slices.Contains(tokens, "not") || tokens[len(tokens)-2] != "properties" {
		return "", ""
	}
	return tokens[2], tokens[len(tokens)-1]
}

// markedAbove returns the mark that a part stands inside of.
func markedAbove(doc any, at jsontext.Pointer) (mark string, ok bool) {
	part := at
	if at.LastToken() == "x-source" || at.LastToken() == "x-enum-source" {
		part = at.Parent()
	}
	for part != "" {
		part = part.Parent()
		if outer, isObject := lookUp(doc, part).(object); isObject {
			if mark, ok = outer["x-source"].(string); ok {
				return mark, true
			}
		}
	}
	return "", false
}
