package archive

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
)

func contentOf(t *testing.T, text string) Content {
	t.Helper()
	var c Content
	if err := jsonv2.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// diffLines compares two contents and returns the changes as text.
func diffLines(t *testing.T, old, updated string, opts ...DiffOption) []string {
	t.Helper()
	changes, err := DiffContent(contentOf(t, old), contentOf(t, updated), opts...)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range changes {
		lines = append(lines, c.String())
	}
	return lines
}

func TestDiffContent_namesEachChange(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		what, old, updated string
		want               []string
	}{
		{"objects", `{"deployments":{"a":{},"b":{}},"services":{"s":{}}}`, `{"deployments":{"b":{"versions":{"v":{"environment_variables":{"K":{"value":"x"}}}}},"c/d":{}}}`,
			[]string{"removed /deployments/a", "added /deployments/b/versions/v", "added /deployments/c~1d", "removed /services/s"}},
		{"fields", `{"deployments":{"a":{"description":"x","input_type":"plain","labels":{"k":"1","l":"2"}}}}`,
			`{"deployments":{"a":{"default_version":"v1","input_type":"structured","labels":{"k":"3"}}}}`,
			[]string{`added /deployments/a/default_version: "v1"`, `removed /deployments/a/description: "x"`,
				`changed /deployments/a/input_type: "plain" -> "structured"`, `changed /deployments/a/labels/k: "1" -> "3"`, `removed /deployments/a/labels/l: "2"`}},
		{"lists by name", `{"deployments":{"a":{"input_fields":[{"name":"x","data_type":"int"},{"name":"y","data_type":"int"}]}}}`,
			`{"deployments":{"a":{"input_fields":[{"name":"y","data_type":"double"},{"name":"x","data_type":"int"},{"name":"z","data_type":"int"}]}}}`,
			[]string{`changed /deployments/a/input_fields/y/data_type: "int" -> "double"`, `added /deployments/a/input_fields/z: {"data_type":"int","name":"z"}`}},
		{"a pipeline", `{"pipelines":{"p":{"versions":{"v":{"attachments":[{"destination_name":"d","sources":[{"source_name":"s","mapping":[{"source_field_name":"a","destination_field_name":"b"}]}]}]}}}}}`,
			`{"pipelines":{"p":{"versions":{"v":{"attachments":[{"destination_name":"d","sources":[{"source_name":"s","mapping":[]}]}]}}}}}`,
			[]string{`removed /pipelines/p/versions/v/attachments/d/sources/s/mapping: [{"destination_field_name":"b","source_field_name":"a"}]`}},
		{"names that repeat", `{"deployments":{"a":{"input_fields":[{"name":"x","data_type":"int"},{"name":"x","data_type":"int"}]}}}`,
			`{"deployments":{"a":{"input_fields":[{"name":"x","data_type":"int"},{"name":"x","data_type":"bool"}]}}}`,
			[]string{`changed /deployments/a/input_fields/1/data_type: "int" -> "bool"`}},
		{"unknown members", `{"services":{"s":{"a":{"b":[1,2]},"remark":"","n":1.0}},"x":1}`, `{"services":{"s":{"a":{"b":[1,3]},"n":1.00}},"x":2}`,
			[]string{"changed /services/s/a/b/1: 2 -> 3", "changed /services/s/n: 1.0 -> 1.00", `removed /services/s/remark: ""`, "changed /x: 1 -> 2"}},
		{"plain variables", `{"environment_variables":{"A":{"value":"1"},"B":{}}}`, `{"environment_variables":{"A":{"value":"2"},"C":{"value":"3"}}}`,
			[]string{`changed /environment_variables/A/value: "1" -> "2"`, "removed /environment_variables/B", "added /environment_variables/C"}},
		{"zip", `{"deployments":{"a":{"versions":{"v":{"zip":"a"}}}}}`, `{"deployments":{"a":{"versions":{"v":{"zip":"b"}}}}}`, nil},
	} {
		if got := diffLines(t, test.old, test.updated); !slices.Equal(got, test.want) {
			t.Errorf("%s\ngot  %s\nwant %s", test.what, strings.Join(got, "\n     "), strings.Join(test.want, "\n     "))
		}
	}
}

func TestDiff_namedDefaultsAreNotADifference(t *testing.T) {
	t.Parallel()
	place := map[string][2]string{ // where a member of the contract is found
		"description": {`{"deployments":{"a":{`, `}}}`}, "display_name": {`{"environments":{"e":{`, `}}}`},
		"labels": {`{"pipelines":{"p":{`, `}}}`}, "secret": {`{"environment_variables":{"V":{`, `}}}`},
		"sources": {`{"pipelines":{"p":{"versions":{"v":{"attachments":[{"destination_name":"d",`, `}]}}}}}`},
		"mapping": {`{"pipelines":{"p":{"versions":{"v":{"attachments":[{"destination_name":"d","sources":[{"source_name":"s",`, `}]}]}}}}}`},
		"objects": {`{"pipelines":{"p":{"versions":{"v":{`, `}}}}}`}, "attachments": {`{"pipelines":{"p":{"versions":{"v":{`, `}}}}}`},
		"ports":        {`{"deployments":{"a":{"versions":{"v":{`, `}}}}}`},
		"input_fields": {`{"deployments":{"a":{`, `}}}`}, "output_fields": {`{"deployments":{"a":{`, `}}}`},
		"versions": {`{"deployments":{"a":{`, `}}}`}, "environment_variables": {`{"deployments":{"a":{`, `}}}`},
	}
	for _, member := range []string{"reference_version", "reference_type", "configuration"} {
		place[member] = [2]string{`{"pipelines":{"p":{"versions":{"v":{"objects":[{"name":"o","reference_name":"r",`, `}]}}}}}`}
	}
	for _, member := range []string{"environment", "instance_type", "instance_type_group_name", "language", "deployment_mode", "request_retention_mode", "scaling_strategy"} {
		place[member] = place["ports"]
	}
	place["default_version"], place["base_environment"] = place["versions"], place["display_name"]
	for _, member := range []string{"deployments", "pipelines", "environments", "services"} {
		place[member] = [2]string{`{`, `}`}
	}
	for member, value := range defaults {
		at, ok := place[member]
		if !ok {
			t.Errorf("%s: no place to test it", member)
		}
		with := at[0] + `"` + member + `":` + value + at[1]
		without := strings.TrimSuffix(at[0], ",") + at[1]
		if got := diffLines(t, with, without); got != nil {
			t.Errorf("%s: %s", member, got)
		}
		if got := diffLines(t, strings.Replace(with, value, "null", 1), with); got != nil {
			t.Errorf("%s, null: %s", member, got)
		}
	}
	// The one that depends on its object.
	if got := diffLines(t, `{"environment_variables":{"V":{"secret":true,"value":""}}}`, `{"environment_variables":{"V":{"secret":true}}}`); got != nil {
		t.Errorf("an empty secret: %s", got)
	}
	if got := diffLines(t, `{"environment_variables":{"V":{"value":""}}}`, `{"environment_variables":{"V":{}}}`); len(got) != 1 {
		t.Errorf("an empty plain variable: %s", got)
	}
	// A label or an unknown member of that name is something else.
	if got := diffLines(t, `{"deployments":{"a":{"labels":{"description":""}}}}`, `{"deployments":{"a":{}}}`); len(got) != 1 {
		t.Errorf("a label named description: %s", got)
	}
}

func TestDiff_neverShowsSecrets(t *testing.T) {
	t.Parallel()
	old := `{"environment_variables":{"A":{"secret":true,"value":"hush-1","hint":"hush-2"},"B":{"value":"hush-3"},"C":{"secret":true,"value":"hush-4"}},
		"deployments":{"gone":{"environment_variables":{"X":{"secret":true,"value":"hush-5"}}}}}`
	updated := `{"environment_variables":{"A":{"secret":true,"value":"hush-6"},"B":{"secret":true,"value":"hush-3"},"D":{"secret":true,"value":"hush-7"}},
		"deployments":{"new":{"environment_variables":{"X":{"secret":true,"value":"hush-8"}}}}}`
	changes, err := DiffContent(contentOf(t, old), contentOf(t, updated))
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(changes)
	if err != nil {
		t.Fatal(err)
	}
	got := diffLines(t, old, updated)
	if all := string(data) + strings.Join(got, ""); strings.Contains(all, "hush") {
		t.Error(all)
	}
	want := []string{
		"removed /deployments/gone", "added /deployments/new", "removed /environment_variables/A/hint: (secret)",
		"changed /environment_variables/A/value: (secret)", "added /environment_variables/B/secret: true",
		"removed /environment_variables/C", "added /environment_variables/D",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestDiff_optionsLeaveOutWhatTheyName(t *testing.T) {
	t.Parallel()
	old := `{"deployments":{"a":{"labels":{"import":"1"},"versions":{"v":{"labels":{"x":"y"}}}}},"environment_variables":{"A":{"secret":true,"value":"1"},"B":{"secret":true,"value":"1"}}}`
	updated := `{"deployments":{"a":{"labels":{},"versions":{"v":{"labels":{"x":"y","import":"2"}}}}},"environment_variables":{"A":{"secret":true,"value":null},"B":{"value":"2"}}}`
	if got := diffLines(t, old, updated); len(got) != 5 {
		t.Errorf("without options: %q", got)
	}
	want := []string{"removed /environment_variables/B/secret: true"}
	if got := diffLines(t, old, updated, IgnoreImportLabel(), IgnoreSecretValues()); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestDiff_comparesPackagesByTheirBytes(t *testing.T) {
	t.Parallel()
	base := small().with("x/environments/e/e.yaml", "environment_name: e").with("x/environments/e/e.zip", "1")
	before := mustOpen(t, base.zip(t))
	// Other names, other order of keys, other spelling.
	same := files{
		"info.yaml":                     "# x\n{format_spec: 'v1.0', more: 1}",
		"deployments/q/r.yaml":          "output_type: \"plain\"\ninput_type: plain\ndeployment_labels: {}\ndeployment_name: dep",
		"deployments/q/versions/s.yaml": "version_name: 'v1'", "deployments/q/versions/s.zip": "the package",
		"environments/f/f.yaml": "environment_name: e\nenvironment_description:", "environments/f/f.zip": "1",
	}
	changes, err := Diff(before, mustOpen(t, storedZip(t, same)))
	if err != nil || len(changes) != 0 {
		t.Errorf("%v %v", changes, err)
	}
	other := base.with("x/deployments/a/versions/c.zip", "the Package").without("x/environments/e/e.zip")
	changes, err = Diff(before, mustOpen(t, other.zip(t)))
	if err != nil || len(changes) != 2 {
		t.Fatalf("%v %v", changes, err)
	}
	if c := changes[0]; c.Path != "/deployments/dep/versions/v1/zip" || c.Kind != Changed || !strings.HasPrefix(string(c.New), `"sha256:`) {
		t.Errorf("%+v", c)
	}
	const one = `removed /environments/e/zip: "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"`
	if changes[1].String() != one {
		t.Error(changes[1])
	}
	broken := storedZip(t, base)
	broken[strings.Index(string(broken), "the package")] = 'T'
	if _, err := Diff(before, mustOpen(t, broken)); err == nil || !strings.Contains(err.Error(), "new archive: x/deployments/a/versions/c.zip: its checksum is wrong") {
		t.Error(err)
	}
}

func TestDiffContent_failsForTextThatIsNotUTF8(t *testing.T) {
	t.Parallel()
	bad := contentOf(t, `{"services":{"s":{}}}`)
	bad.Services["\xff"] = bad.Services["s"]
	if _, err := DiffContent(Content{}, bad); err == nil || !strings.Contains(err.Error(), "the new content") {
		t.Error(err)
	}
}
