package cli_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// schemaOf compiles what schema prints, changed so that it allows no member that
// it does not name: whatever is printed has to be published.
func schemaOf(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	text, err := run(t, "schema", name)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	closeObjects(doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile(name)
}

func closeObjects(schema any) {
	switch s := schema.(type) {
	case map[string]any:
		if s["type"] == "object" && s["properties"] != nil {
			s["additionalProperties"] = false
		}
		for _, part := range s {
			closeObjects(part)
		}
	case []any:
		for _, part := range s {
			closeObjects(part)
		}
	}
}

// conforms holds an output in JSON against a published schema.
func conforms(t *testing.T, name, answer string) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(answer))
	if err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	if err := schemaOf(t, name).Validate(doc); err != nil {
		t.Errorf("%v\n%s", err, answer)
	}
}

func TestWhatArchiveCommandsPrintIsAsPublished(t *testing.T) {
	t.Parallel()
	changed, broken := file(t, hostileContent()), "schema_test.go"
	for _, test := range []struct {
		schema string
		args   []string
	}{
		{"archive-inspect", []string{"inspect", officialTemplate}},
		{"archive-inspect", []string{"inspect", changed}},
		{"archive-findings", []string{"lint", officialTemplate}},
		{"archive-findings", []string{"lint", broken}},
		{"archive-findings", []string{"verify", officialTemplate}},
		{"archive-findings", []string{"verify", broken}},
		{"archive-diff", []string{"diff", officialTemplate, changed}},
		{"archive-diff", []string{"diff", changed, changed}},
		{"archive-diff", []string{"diff", template, officialTemplate}},
	} {
		var out, messages bytes.Buffer
		args := append([]string{"archive"}, append(test.args, "--format", "json")...)
		err := cli.Run(t.Context(), args, noEnv, strings.NewReader(""), &out, &messages)
		if cli.ExitCode(err) > 1 {
			t.Errorf("%v: error %v", args, err)
		}
		conforms(t, test.schema, out.String())
	}
	if _, err := run(t, "schema", "nothing"); err == nil {
		t.Error("a schema that does not exist was printed")
	}
}

// Names that are escaped when they are printed are the same again when they are
// read.
func TestHostileNamesSurviveEveryFormat(t *testing.T) {
	t.Parallel()
	for format, unmarshal := range map[string]func([]byte, any) error{
		"json": json.Unmarshal, "yaml": func(text []byte, v any) error { return yaml.Unmarshal(text, v) },
	} {
		content := hostileContent()
		content.Environments = map[string]models.Environment{"a\u202eb": {}} // which YAML would not quote
		out, err := run(t, "archive", "inspect", file(t, content), "--format", format)
		if err != nil {
			t.Fatal(err)
		}
		wantPrintable(t, strings.ReplaceAll(strings.ReplaceAll(out, `\u001b`, `\x1b`), `\e`, `\x1b`))
		var read struct {
			Objects []struct{ Name string }
		}
		if err := unmarshal([]byte(out), &read); err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
		if len(read.Objects) < 2 || read.Objects[0].Name != "a\u202eb" || read.Objects[1].Name != hostile {
			t.Errorf("%s: %q", format, read.Objects)
		}
	}
}
