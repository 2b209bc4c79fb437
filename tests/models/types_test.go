package models_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/spec"
)

// A model is one exported type of the models by itself.
type model struct {
	name string
	ways []way
	new  func() any // a pointer to a zero value
}

func of[T any](name string) model {
	return model{name, ways[T](), func() any { return new(T) }}
}

// all are the models of objects and of lists of them.
// TestEveryModelIsTested holds the list complete.
var all = []model{
	of[models.Attachment]("Attachment"),
	of[models.AttachmentSource]("AttachmentSource"),
	of[models.Deployment]("Deployment"),
	of[models.DeploymentSelection]("DeploymentSelection"),
	of[models.DeploymentVersion]("DeploymentVersion"),
	of[models.Environment]("Environment"),
	of[models.EnvironmentSelection]("EnvironmentSelection"),
	of[models.EnvironmentVariable]("EnvironmentVariable"),
	of[models.Error]("Error"),
	of[models.ExportCreate]("ExportCreate"),
	of[models.ExportDetail]("ExportDetail"),
	of[models.ExportList]("ExportList"),
	of[models.Exports]("Exports"),
	of[models.Field]("Field"),
	of[models.FieldMapping]("FieldMapping"),
	of[models.ImportCreate]("ImportCreate"),
	of[models.ImportDetail]("ImportDetail"),
	of[models.ImportList]("ImportList"),
	of[models.ImportUpdate]("ImportUpdate"),
	of[models.Imports]("Imports"),
	of[models.Pipeline]("Pipeline"),
	of[models.PipelineObject]("PipelineObject"),
	of[models.PipelineSelection]("PipelineSelection"),
	of[models.PipelineVersion]("PipelineVersion"),
	of[models.PipelineVersionSelection]("PipelineVersionSelection"),
	of[models.Port]("Port"),
	of[models.Service]("Service"),
	of[models.ServiceSelection]("ServiceSelection"),
	of[models.VariableSelection]("VariableSelection"),
	of[models.VersionSelection]("VersionSelection"),
}

func contract(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := spec.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestEveryModelIsTested(t *testing.T) {
	t.Parallel()
	var listed []string
	for _, model := range all {
		listed = append(listed, model.name)
		typ := reflect.TypeOf(model.new()).Elem()
		if typ.Kind() == reflect.Struct && typ.Name() != model.name {
			t.Errorf("%s is listed as %s", typ, model.name)
		}
	}

	var described []string
	for name, schema := range contract(t).Components.Schemas {
		if schema.Value.Type.Is(openapi3.TypeObject) || schema.Value.Type.Is(openapi3.TypeArray) {
			described = append(described, name)
		}
	}
	slices.Sort(described)
	if !slices.Equal(listed, described) {
		t.Errorf("the contract describes\n%v, listed are\n%v", described, listed)
	}

	structs := exportedStructs(t)
	for name, unknown := range structs {
		switch {
		case unknown && !slices.Contains(listed, name):
			t.Errorf("%s is not listed", name)
		case !unknown && name != "Nullable" && !strings.HasSuffix(name, "Params"):
			t.Errorf("%s has no room for unknown members", name)
		}
	}
	if !structs["ImportDetail"] || len(structs) < len(all) {
		t.Errorf("the source has only %v", slices.Sorted(maps.Keys(structs)))
	}
}

// exportedStructs returns the exported structs of the package, and whether they
// have the member for unknown members.
func exportedStructs(t *testing.T) map[string]bool {
	t.Helper()
	structs := map[string]bool{}
	for _, file := range []string{"models.gen.go", "nullable.go", "json.go"} {
		parsed, err := parser.ParseFile(token.NewFileSet(), "../../gen/models/"+file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for node := range ast.Preorder(parsed) {
			spec, ok := node.(*ast.TypeSpec)
			if !ok || !spec.Name.IsExported() {
				continue
			}
			if body, ok := spec.Type.(*ast.StructType); ok {
				structs[spec.Name.Name] = slices.ContainsFunc(body.Fields.List, func(field *ast.Field) bool {
					return len(field.Names) == 1 && field.Names[0].Name == "Unknown" && field.Tag.Value == "`json:\",embed\"`"
				})
			}
		}
	}
	return structs
}
