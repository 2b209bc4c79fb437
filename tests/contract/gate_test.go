package contract

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/tests/contract/document"
)

// check runs both directions over a contract.
func check(t testing.TB, table table, tree any) findings {
	t.Helper()
	doc := load(t, tree)
	return append(missing(table, doc), unmarked(table, doc)...)
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
		{"field removed", schemas + "ImportDetail/properties/environments", gone{},
			"ImportDetail.environments: the contract has no such field"},
		{"leaf removed", schemas + "FieldMapping/properties/source_field_name", gone{},
			"FieldMapping.source_field_name: the contract has no such field"},
		{"field of another type", schemas + "DeploymentVersion/properties/maximum_idle_time/type", "string",
			"DeploymentVersion.maximum_idle_time: type"},
		{"entries of another type", schemas + "Deployment/properties/labels/additionalProperties/type", "integer",
			"Deployment.labels: type"},
		{"field made required", schemas + "ImportUpdate/required", []any{"deployments"},
			"ImportUpdate.deployments: required"},
		{"field made optional", schemas + "ImportList/required", []any{"id", "status", "error_message", "creation_date"},
			"ImportList.size: required"},
		{"field added as documented", schemas + "Deployment/properties/colour", object{"type": "string", "x-source": "page"},
			"Deployment.colour: marked as documented"},
		{"field added without a mark", schemas + "Deployment/properties/colour", object{"type": "string"},
			`Deployment.colour: the source "" is unknown`},
		{"field added that only refers", schemas + "Deployment/properties/colour", object{"$ref": "#/components/schemas/DataType"},
			`Deployment.colour: the source "" is unknown`},
		{"field with an unknown mark", schemas + "Port/properties/protocol/x-source", "somebody",
			`Port.protocol: the source "somebody" is unknown`},
		{"field with half a mark", schemas + "Port/properties/protocol/x-source", "client",
			`Port.protocol: the source "client" is unknown`},
		{"documented field marked as ours", schemas + "Environment/properties/display_name/x-source", "ours",
			"Environment.display_name: source"},
		{"field inside a dictionary's entry", schemas + "Deployment/properties/labels/additionalProperties",
			object{"type": "object", "properties": object{"x": object{"type": "string"}}},
			"Deployment.labels entry.x: the source"},
		{"field inside an element", schemas + "Deployment/properties/input_fields/items",
			object{"type": "object", "properties": object{"x": object{"type": "string"}}},
			"Deployment.input_fields element.x: the source"},
		{"field inside an alternative", schemas + "ImportCreate/oneOf/0/properties", object{"x": object{"type": "string"}},
			"ImportCreate.x: the source"},
		{"schema added as documented", schemas + "Colour", object{"type": "object", "x-source": "page"},
			"schema Colour: marked as documented"},
		{"value removed", schemas + "ImportStatus/enum",
			[]any{"pending", "confirmation", "confirmation_pending", "processing", "completed", "failed"},
			"ImportStatus: the contract has no value scanning"},
		{"value without a mark", schemas + "DataType/x-enum-source/dict", gone{},
			`DataType value dict: the source "" is unknown`},
		{"value marked as documented", schemas + "DataType/x-enum-source/dict", "page",
			"DataType value dict: marked as documented"},
		{"documented value marked as ours", schemas + "ExportStatus/x-enum-source/failed", "ours",
			"ExportStatus failed: source"},
		{"value of a field without a mark", schemas + "PipelineObject/properties/reference_type/x-enum-source/operator", gone{},
			"PipelineObject.reference_type value operator: the source"},
		{"mark of no value", schemas + "ExportStatus/x-enum-source/scanning", "page",
			"ExportStatus: a source for scanning"},
		{"parameter made required", parameters + "ExportStatus/required", true,
			"exports_list status: required"},
		{"parameter in another place", parameters + "ImportStatus/in", "header",
			"imports_list status: the contract has no such query parameter"},
		{"parameter of another type", parameters + "ExportId/schema/format", gone{},
			"exports_get export_id: type"},
		{"parameter as documented", parameters + "All/x-source", "page",
			"POST /projects/{project_name}/exports parameter all: marked as documented"},
		{"parameter that is not used", parameters + "Page",
			object{"name": "page", "in": "query", "x-source": "page", "schema": object{"type": "integer"}},
			"component parameter Page: marked as documented"},
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
		{"operation as documented", oneImport + "post",
			object{"operationId": "imports_restart", "x-source": "page", "responses": object{}},
			"POST /projects/{project_name}/imports/{import_id}: marked as documented"},
		{"operation with another summary", exports + "get/summary", "All exports",
			"exports_list: summary"},
		{"success of another type", exports + "post/responses/2XX/content/application~1json/schema",
			object{"$ref": "#/components/schemas/ExportDetail"},
			"exports_create: return type"},
		{"success removed", exports + "post/responses/2XX", gone{},
			"exports_create: return type"},
		{"response as documented", "/components/responses/Conflict/x-source", "page",
			"component response Conflict: marked as documented"},
		{"response without a mark", exports + "post/responses/418", object{"description": "A teapot."},
			`POST /projects/{project_name}/exports 418: the source "" is unknown`},
		{"header without a mark", "/components/headers/RateLimitReset/x-source", gone{},
			`component header RateLimitReset: the source "" is unknown`},
		{"another server", "/servers/0/url", "https://example.com",
			"the default server is not"},
		{"another token header", "/components/securitySchemes/token/name", "X-Token",
			"scheme token: marked as documented"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			found := check(t, table, changed(t, whole, test.at, test.value))
			if !slices.ContainsFunc(found, func(finding string) bool { return strings.HasPrefix(finding, test.want) }) {
				t.Errorf("wanted %q, found %q", test.want, found)
			}
		})
	}
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

// TestNoMarkAndNoFieldIsOverlooked takes away each mark of the contract and
// each documented field in turn: it has to be found wherever it is.
func TestNoMarkAndNoFieldIsOverlooked(t *testing.T) {
	t.Parallel()
	whole, table := tree(t), documented(t)
	if found := check(t, table, whole); len(found) > 0 {
		t.Fatalf("found in the contract as it is: %q", found)
	}
	marks, fields := 0, 0
	for at, value := range document.Places(whole) {
		part, _ := value.(object)
		switch {
		case at.LastToken() == "x-source" || at.LastToken() == "x-enum-source":
			marks++
		case at.Parent().LastToken() == "properties" && part["x-source"] == fromPage:
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
	if marks < 180 || fields < 80 {
		t.Errorf("only %d marks and %d fields were taken away", marks, fields)
	}
}
