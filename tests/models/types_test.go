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
	"github.com/ubiops-contrib/transfer/tests/contract/document"
)

// A model is one exported type of the models by itself.
type model struct {
	name string
	typ  reflect.Type
	ways []way
}

func of(typ reflect.Type) model { return model{typ.Name(), typ, ways(typ)} }

// roots are the bodies of the operations. All other models are inside them.
var roots = []reflect.Type{
	reflect.TypeFor[models.Exports](), reflect.TypeFor[models.ExportCreate](), reflect.TypeFor[models.ExportDetail](),
	reflect.TypeFor[models.Imports](), reflect.TypeFor[models.ImportCreate](), reflect.TypeFor[models.ImportDetail](), reflect.TypeFor[models.ImportUpdate](),
	reflect.TypeFor[models.Selection](), reflect.TypeFor[models.Error](),
}

// all are the models of objects and of lists of them, by name.
// TestEveryModelIsTested keeps them complete.
var all = func() []model {
	seen := map[string]reflect.Type{}
	var walk func(typ reflect.Type)
	walk = func(typ reflect.Type) {
		if get, ok := typ.MethodByName("Get"); ok { // of Nullable
			walk(get.Type.Out(0))
			return
		}
		switch typ.Kind() {
		case reflect.Pointer, reflect.Map:
			walk(typ.Elem())
		case reflect.Slice:
			if typ.PkgPath() == reflect.TypeFor[models.Error]().PkgPath() {
				seen[typ.Name()] = typ
			}
			walk(typ.Elem())
		case reflect.Struct:
			if _, ok := typ.FieldByName("Unknown"); !ok || seen[typ.Name()] != nil {
				return
			}
			seen[typ.Name()] = typ
			for field := range typ.Fields() {
				walk(field.Type)
			}
		default:
		}
	}
	for _, root := range roots {
		walk(root)
	}
	var all []model
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		all = append(all, of(seen[name]))
	}
	return all
}()

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
	var tested []string
	for _, model := range all {
		tested = append(tested, model.name)
	}
	for name, schema := range contract(t).Components.Schemas {
		schema := document.Plain(schema.Value)
		alias := schema.AdditionalProperties.Schema != nil || schema.Type.Is(openapi3.TypeArray) && schema.Nullable
		if alias || !schema.Type.Is(openapi3.TypeObject) && !schema.Type.Is(openapi3.TypeArray) {
			continue
		}
		if !slices.Contains(tested, name) {
			t.Errorf("%s: no body of an operation has it inside; add it to the roots in tests/models/types_test.go", name)
		}
	}
	structs := exportedStructs(t)
	for name, unknown := range structs {
		switch {
		case unknown && !slices.Contains(tested, name):
			t.Errorf("%s: no body of an operation has it inside; add it to the roots in tests/models/types_test.go", name)
		case !unknown && name != "Nullable" && !strings.HasSuffix(name, "Params"):
			t.Errorf("%s has no room for unknown members; say additionalProperties: true in openapi.yaml", name)
		}
	}
	if !structs["ImportDetail"] || len(structs) < len(all)-2 { // two are lists
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
