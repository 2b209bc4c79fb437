package contract

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive"
	sampleproject "github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/tests/contract/document"
)

// whole returns the sample project with every member that the contract has,
// and that the project lacks, as value makes it. Without ok it is left out.
func whole(t *testing.T, value func(schema *openapi3.Schema) (made any, ok bool)) any {
	t.Helper()
	data, err := json.Marshal(sampleproject.Content())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := document.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	doc = changed(t, doc, "/services", object{"web": object{"deployment": "classify", "version": "v1"}}) // the sample has none
	for place := range document.Described(contract(t).Components.Schemas["ImportUpdate"].Value, doc) {
		for name, member := range place.Schema.Properties {
			has, isObject := place.Value.(object)
			if _, taken := has[name]; !isObject || taken {
				continue
			}
			if made, ok := value(document.Plain(member.Value)); ok {
				doc = changed(t, doc, place.At.AppendToken(name), made)
			} else if slices.Contains(place.Schema.Required, name) {
				doc = changed(t, doc, place.At.AppendToken(name), document.Sampler{}.Document(member.Value))
			}
		}
	}
	doc = changed(t, doc, "/environment_variables/TICKET_TOKEN", gone{})
	for place := range document.Described(contract(t).Components.Schemas["ImportUpdate"].Value, doc) {
		if place.At.LastToken() == "secret" { // its value would stay where it is
			doc = changed(t, doc, place.At, false)
		}
	}
	return doc
}

// TestEveryMemberGoesFromProjectToProject writes an archive with every member
// that the contract has, imports it, confirms what was scanned as it is, exports
// the project and reads that archive. Everything has to be there at each step,
// each number with the text that it came with.
func TestEveryMemberGoesFromProjectToProject(t *testing.T) {
	t.Parallel()
	numbers := func(text json.Number) func(*openapi3.Schema) (any, bool) {
		return func(schema *openapi3.Schema) (any, bool) {
			return document.Sampler{Number: text}.Document(schema), true
		}
	}
	empty := map[string]any{
		openapi3.TypeString: "", openapi3.TypeInteger: json.Number("0"), openapi3.TypeNumber: json.Number("0"), openapi3.TypeBoolean: false,
		openapi3.TypeArray: []any{}, openapi3.TypeObject: object{},
	}
	for name, value := range map[string]func(*openapi3.Schema) (any, bool){
		"a value and 1.0":           numbers("1.0"),
		"a value and 1e400":         numbers("1e400"),
		"a value and thirty digits": numbers("0.123456789012345678901234567890"),
		"null":                      func(schema *openapi3.Schema) (any, bool) { return nil, schema.Nullable },
		"emptiness": func(schema *openapi3.Schema) (any, bool) {
			if schema.Type == nil || schema.Format != "" && schema.Type.Is(openapi3.TypeString) || len(schema.Enum) > 0 || len(schema.Required) > 0 {
				return nil, false
			}
			return empty[schema.Type.Slice()[0]], true
		},
		"absence": func(*openapi3.Schema) (any, bool) { return nil, false },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			travel(t, whole(t, value), name == "null")
		})
	}
}

// travel confirms everything as it is if it has nulls, which stand for defaults
// in what a confirmation names.
func travel(t *testing.T, doc any, nulls bool) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	want, err := document.Format(doc)
	must(err)
	var content models.ImportUpdate
	must(json.Unmarshal(want, &content))
	same(t, "the models", want, content)

	var zip bytes.Buffer
	must(archive.Write(&zip, content, sampleproject.Package))
	written, err := archive.Open(bytes.NewReader(zip.Bytes()), int64(zip.Len()))
	must(err)
	same(t, "an archive", want, written.Content())

	s := apitest.New(t, apitest.WithProject(project))
	client := s.Project(project)
	created, err := client.Imports.Create(t.Context(), api.FromReader(bytes.NewReader(zip.Bytes()), int64(zip.Len()), "import.zip"))
	must(err)
	scanned, err := client.Imports.WaitScanned(t.Context(), created.ID)
	must(err)
	update, err := api.Accept()(scanned)
	must(err)
	same(t, "the scan", want, update)
	if nulls {
		update = models.ImportUpdate{}
	}
	_, err = client.Imports.Confirm(t.Context(), created.ID, update)
	must(err)
	_, err = client.Imports.WaitCompleted(t.Context(), created.ID)
	must(err)

	exported := filepath.Join(t.TempDir(), "export.zip")
	_, err = client.Exports.RunToFile(t.Context(), api.Everything(), exported)
	must(err)
	data, err := os.ReadFile(exported)
	must(err)
	back, err := archive.Open(bytes.NewReader(data), int64(len(data)))
	must(err)
	imported, err := json.Marshal(plan.Apply(archive.Content{}, content, created.ID)) // with the label of the import
	must(err)
	same(t, "the export", imported, back.Content())
}

// same fails the test unless the content is the document, to the character of
// each number. It names the members, and each only once.
func same(t *testing.T, where string, want []byte, content archive.Content) {
	t.Helper()
	got, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	lost, err := document.DiffJSON(want, got)
	if err != nil {
		t.Fatal(err)
	}
	for i, difference := range lost {
		if i == 5 {
			t.Errorf("and %d more", len(lost)-i)
			break
		}
		t.Errorf("%s: %s", where, difference)
	}
	if t.Failed() {
		t.FailNow()
	}
}
