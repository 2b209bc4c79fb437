package contract

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v4"
	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"

	"github.com/ubiops-contrib/transfer/gen/spec"
	"github.com/ubiops-contrib/transfer/tests/contract/document"
)

const contractFile = "../../openapi.yaml"

// contract returns openapi.yaml, read and resolved.
func contract(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(contractFile)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// tree returns openapi.yaml as maps and slices, for tests that change it.
func tree(t testing.TB) any {
	t.Helper()
	data, err := os.ReadFile(contractFile)
	if err != nil {
		t.Fatal(err)
	}
	var tree map[string]any
	if err := yaml.Load(data, &tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

func load(t testing.TB, tree any) *openapi3.T {
	t.Helper()
	data, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestTheContractIsValidWithItsExamples(t *testing.T) {
	t.Parallel()
	examples := openapi3.EnableExamplesValidation()
	formats := openapi3.EnableSchemaFormatValidation()
	if err := contract(t).Validate(t.Context(), examples, formats); err != nil {
		t.Errorf("openapi.yaml: %v", brief(err))
	}
	embedded, err := spec.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	if err := embedded.Validate(t.Context(), examples, formats); err != nil {
		t.Errorf("embedded: %v", brief(err))
	}

	broken := changed(t, tree(t), "/components/examples/ExportsCreateResponse/value/status", "unheard-of")
	if err := load(t, broken).Validate(t.Context(), examples, formats); err == nil {
		t.Error("an example with an unknown status passes")
	}
}

func TestTheEmbeddedContractIsTheContract(t *testing.T) {
	t.Parallel()
	embedded, err := spec.GetSpecJSON()
	if err != nil {
		t.Fatal(err)
	}
	read, err := contract(t).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(tree(t)) // without what the loader may leave out
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"as the loader reads it": read, "as it is written": written} {
		diffs, err := document.DiffJSON(data, embedded)
		if err != nil {
			t.Fatal(err)
		}
		for _, diff := range diffs {
			t.Errorf("openapi.yaml %s: %s", name, diff)
		}
	}
}

func TestTheServerAndTheTokenAreTheDocumentedOnes(t *testing.T) {
	t.Parallel()
	doc, table := contract(t), documented(t)
	if len(doc.Servers) == 0 || doc.Servers[0].URL != table.Server {
		t.Errorf("the default server is %+v", doc.Servers)
	}
	if len(doc.Components.SecuritySchemes) != 1 || len(doc.Security) != 1 || len(doc.Security[0]) != 1 {
		t.Fatalf("security is %v, schemes are %v", doc.Security, doc.Components.SecuritySchemes)
	}
	for name, scheme := range doc.Components.SecuritySchemes {
		if _, ok := doc.Security[0][name]; !ok {
			t.Errorf("the scheme %s is not asked for", name)
		}
		if scheme.Value.Type != "apiKey" || scheme.Value.In != table.Authorization.In || scheme.Value.Name != table.Authorization.Name {
			t.Errorf("the scheme %s is %+v", name, scheme.Value)
		}
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.Security != nil || op.Servers != nil {
				t.Errorf("%s %s has security or servers of its own", method, path)
			}
		}
	}
}

func TestTheValidatorHasNoKnownVulnerability(t *testing.T) {
	t.Parallel()
	const file, module, fixed = "../../go.mod", "github.com/getkin/kin-openapi", "v0.152.0"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse(file, data, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, require := range mod.Require {
		if require.Mod.Path == module {
			found = true
			if semver.Compare(require.Mod.Version, fixed) < 0 {
				t.Errorf("%s is older than %s", require.Mod, fixed)
			}
		}
	}
	for _, replace := range mod.Replace {
		if replace.Old.Path == module {
			t.Errorf("%s is replaced by %s", module, replace.New)
		}
	}
	if !found {
		t.Errorf("%s does not require %s", file, module)
	}
}
