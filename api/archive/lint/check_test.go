package lint

import (
	"archive/zip"
	"bytes"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// files is an archive: names and texts.
type files map[string]string

func (f files) open(t *testing.T) *archive.Archive {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, f[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

const (
	deploymentFile = "x/deployments/d/d.yaml"
	versionFile    = "x/deployments/d/versions/v.yaml"
	packageFile    = "x/deployments/d/versions/v.zip"
	pipelineFile   = "x/pipelines/p/p.yaml"
	graphFile      = "x/pipelines/p/versions/v.yaml"
	variablesFile  = "x/environment_variables.yaml"
)

// clean is an archive without findings, to vary.
func clean() files {
	return files{
		"x/info.yaml": "format_spec: v1.0\nmetadata: {export_date: 2025-01-01}",
		deploymentFile: `deployment_name: d
default_version: v1
input_type: structured
input_fields: [{name: x, data_type: int}, {name: s, data_type: string}]
output_type: structured
output_fields: [{name: y, data_type: int}]`,
		versionFile: "version_name: v1\nenvironment: python3-12\ninstance_type: 512mb",
		packageFile: "code",
		pipelineFile: `pipeline_name: p
default_version: v1
input_type: structured
input_fields: [{name: a, data_type: int}]
output_type: structured
output_fields: [{name: b, data_type: int}]`,
		graphFile: `version_name: v1
objects:
  - {name: one, reference_name: d, reference_version: v1}
  - {name: two, reference_name: q, reference_type: pipeline}
  - {name: op, reference_name: any operator, reference_type: operator, reference_version: v9}
attachments:
  - destination_name: one
    sources: [{source_name: pipeline_start, mapping: [{source_field_name: a, destination_field_name: x}]}]
  - destination_name: two
    sources: [{source_name: one, mapping: [{source_field_name: y, destination_field_name: c}]}, {source_name: op, mapping: [{source_field_name: any, destination_field_name: c}]}]
  - destination_name: pipeline_end
    sources: [{source_name: one, mapping: [{source_field_name: y, destination_field_name: b}]}, {source_name: two}]`,
		"x/pipelines/q/q.yaml":    "pipeline_name: q\ninput_type: structured\ninput_fields: [{name: c, data_type: int}]\noutput_type: plain",
		"x/environments/e/e.yaml": "environment_name: e\nbase_environment: python3-12",
		"x/environments/e/e.zip":  "requirements",
		"x/services/s/s.yaml":     "service_name: s\nanything: [1]",
		variablesFile:             "[{name: PLAIN, value: eu-west}, {name: SECRET, value: '', secret: true}]",
	}
}

func (f files) with(name, text string) files {
	f = maps.Clone(f)
	f[name] = text
	return f
}

func (f files) without(name string) files {
	f = maps.Clone(f)
	delete(f, name)
	return f
}

func (f files) replace(t *testing.T, name, old, updated string) files {
	t.Helper()
	if !strings.Contains(f[name], old) {
		t.Fatalf("%s has no %q", name, old)
	}
	return f.with(name, strings.Replace(f[name], old, updated, 1))
}

func lines(found []*archive.Finding) []string {
	var all []string
	for _, f := range found {
		all = append(all, string(f.Code)+" "+f.Path+": "+f.Message)
	}
	return all
}

func TestACleanArchiveHasNoFindings(t *testing.T) {
	t.Parallel()
	if got := Check(clean().open(t)); got != nil {
		t.Errorf("%q", lines(got))
	}
}

func TestEachRuleFires(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 65)
	for what, test := range map[string]struct {
		archive files
		want    []string
	}{
		"a version without a package": {clean().without(packageFile), []string{
			"missing-package /deployments/d/versions/v1: the version has no package in the archive, so no code"}},
		"no version has a package": {clean().without(packageFile).with("x/deployments/d/versions/w.yaml", "version_name: v2"), []string{
			"missing-package /deployments: none of the 2 versions has a package: was the archive exported without packages?"}},
		"a package without a version": {clean().with("x/deployments/d/versions/w.zip", ""), []string{
			"missing-document x/deployments/d/versions/w.zip: a package without its version: there is no YAML file of the same name beside it"}},
		"a package without an environment": {clean().with("x/environments/e/f.zip", ""), []string{
			"missing-document x/environments/e/f.zip: a package without its environment: there is no YAML file of the same name beside it"}},
		"unknown files": {clean().with("x/deployments/d/versions/._v.zip", "").with("README.md", ""), []string{
			"unknown-file README.md: the format has no place for this file; an import does not use it",
			"unknown-file x/deployments/d/versions/._v.zip: the format has no place for this file; an import does not use it"}},
		"a deployment that is not there": {clean().replace(t, graphFile, "reference_name: d,", "reference_name: e,"), []string{
			`reference /pipelines/p/versions/v1/objects/one: the deployment "e" is not in the archive; it has to be in the project already`}},
		"a version that is not there": {clean().replace(t, graphFile, "reference_version: v1", "reference_version: v2"), []string{
			`reference /pipelines/p/versions/v1/objects/one: the version "v2" of the deployment "d" is not in the archive; it has to be in the project already`}},
		"a pipeline that is not there": {clean().replace(t, graphFile, "reference_name: q", "reference_name: r"), []string{
			`reference /pipelines/p/versions/v1/objects/two: the pipeline "r" is not in the archive; it has to be in the project already`}},
		"a pipeline's version that is not there": {clean().replace(t, graphFile, "reference_name: q", "reference_name: q, reference_version: v1"), []string{
			`reference /pipelines/p/versions/v1/objects/two: the version "v1" of the pipeline "q" is not in the archive; it has to be in the project already`}},
		"an unknown destination": {clean().replace(t, graphFile, "destination_name: pipeline_end", "destination_name: pipeline_start"), []string{
			`connection /pipelines/p/versions/v1/attachments/pipeline_start: the pipeline version has no object "pipeline_start" that data could go to`}},
		"an unknown source": {clean().replace(t, graphFile, "source_name: pipeline_start", "source_name: pipeline_end"), []string{
			`connection /pipelines/p/versions/v1/attachments/one/sources/pipeline_end: the pipeline version has no object "pipeline_end" that data could come from`}},
		"unknown fields of objects": {clean().replace(t, graphFile, "source_field_name: y, destination_field_name: c", "source_field_name: x, destination_field_name: y"), []string{
			`field /pipelines/p/versions/v1/attachments/two/sources/one/mapping/x->y: the destination has no field "y"`,
			`field /pipelines/p/versions/v1/attachments/two/sources/one/mapping/x->y: the source has no field "x"`}},
		"unknown fields of the pipeline": {clean().replace(t, pipelineFile, "name: a,", "name: b,").replace(t, pipelineFile, "output_fields: [{name: b", "output_fields: [{name: c"), []string{
			`field /pipelines/p/versions/v1/attachments/one/sources/pipeline_start/mapping/a->x: the source has no field "a"`,
			`field /pipelines/p/versions/v1/attachments/pipeline_end/sources/one/mapping/y->b: the destination has no field "b"`}},
		"fields of different types": {clean().replace(t, graphFile, "destination_field_name: x", "destination_field_name: s"), []string{
			`field-type /pipelines/p/versions/v1/attachments/one/sources/pipeline_start/mapping/a->s: the source field is "int", the destination field "string"`}},
		"default versions": {clean().replace(t, deploymentFile, "default_version: v1", "default_version: v2").replace(t, pipelineFile, "default_version: v1", "default_version: v3"), []string{
			`default-version /deployments/d/default_version: the version "v2" is not in the archive; it has to be in the project already`,
			`default-version /pipelines/p/default_version: the version "v3" is not in the archive; it has to be in the project already`}},
		"long names": {clean().with(variablesFile, "[{name: "+long+"}]").with("x/environments/e/e.yaml", "environment_name: "+strings.Repeat("e", 1025)), []string{
			"length /environment_variables/" + long + ": the name has 65 characters; the platform takes up to 64",
			"length /environments/" + strings.Repeat("e", 1025) + ": the name has 1025 characters; the platform takes up to 1024"}},
		"a long description": {clean().with("x/environments/e/e.yaml", "environment_name: e\nenvironment_description: "+strings.Repeat("é", 401)), []string{
			"length /environments/e/description: the description has 401 characters; the platform takes up to 400"}},
		"a token": {clean().with(variablesFile, "[{name: A, value: glpat-abcdefghij0123456789}]"), []string{
			"token /environment_variables/A: the value looks like a GitLab token, and the variable is not secret"}},
		"a secret with its value": {clean().with(versionFile, "version_name: v1\nversion_environment_variables: [{name: A, value: glpat-abcdefghij0123456789, secret: true}]"), []string{
			"secret-value /deployments/d/versions/v1/environment_variables/A: the archive holds the value of this secret; an export leaves it out"}},
		"old keys": {clean().with(versionFile, "version_name: v1\nlanguage: python3.8\nmemory_allocation: 256\ndeployment_mode: batch"), []string{
			"old-key /deployments/d/versions/v1/deployment_mode: an old setting that newer archives do not have",
			"old-key /deployments/d/versions/v1/language: an old setting; today it is environment_name",
			"old-key /deployments/d/versions/v1/memory_allocation: an old setting; today it is instance_type_group_name"}},
	} {
		got := lines(Check(test.archive.open(t)))
		if !slices.Equal(got, test.want) {
			t.Errorf("%s\ngot  %s\nwant %s", what, strings.Join(got, "\n     "), strings.Join(test.want, "\n     "))
		}
	}
}

func TestLengthsThatAreAllowedAreNoFindings(t *testing.T) {
	t.Parallel()
	a := clean().with(variablesFile, "[{name: "+strings.Repeat("é", 64)+"}]").
		with("x/environments/e/e.yaml", "environment_name: "+strings.Repeat("e", 1024)+"\nenvironment_description: "+strings.Repeat("é", 400))
	if got := Check(a.open(t)); got != nil {
		t.Errorf("%q", lines(got))
	}
}

// Each level of the archive has a key that nobody knows.
func TestUnknownKeysAreFoundAtEveryLevel(t *testing.T) {
	t.Parallel()
	a := clean().with("x/info.yaml", "format_spec: v1.0\nk1: 1\nmetadata: {k2: 1}").
		replace(t, deploymentFile, "name: x,", "name: x, k3: 1,").replace(t, deploymentFile, "default_version", "k4: {k: v}\ndefault_version").
		with(versionFile, "version_name: v1\nk5: 1\nports: [{public_port: 1, k6: 1}]\nversion_environment_variables: [{name: A, k7: 1}]").
		replace(t, pipelineFile, "default_version", "k8: 1\ndefault_version").
		replace(t, graphFile, "objects:", "k9: 1\nobjects:").replace(t, graphFile, "reference_name: d,", "reference_name: d, k10: 1,").
		replace(t, graphFile, "attachments:\n  - ", "attachments:\n  - k11: 1\n    ").replace(t, graphFile, "[{source_name", "[{k12: 1, source_name").
		replace(t, graphFile, "[{source_field_name", "[{k13: 1, source_field_name").
		with("x/environments/e/e.yaml", "environment_name: e\nk14: 1").
		with(variablesFile, "[{name: A, k15: 1, secret: true}]")
	var got []string
	for _, f := range Check(a.open(t)) {
		switch f.Code {
		case CodeUnknownKey:
			got = append(got, f.Path)
		case archive.CodeIncomplete: // which a later contract may add
		default:
			t.Error(f)
		}
	}
	want := []string{
		"/deployments/d/input_fields/x/k3", "/deployments/d/k4",
		"/deployments/d/versions/v1/environment_variables/A/k7", "/deployments/d/versions/v1/k5", "/deployments/d/versions/v1/ports/0/k6",
		"/environment_variables/A/k15", "/environments/e/k14", "/pipelines/p/k8",
		"/pipelines/p/versions/v1/attachments/one/k11", "/pipelines/p/versions/v1/attachments/one/sources/pipeline_start/k12",
		"/pipelines/p/versions/v1/attachments/one/sources/pipeline_start/mapping/a->x/k13",
		"/pipelines/p/versions/v1/k9", "/pipelines/p/versions/v1/objects/one/k10", "x/info.yaml", "x/info.yaml",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

func TestCodesCanBeIgnored(t *testing.T) {
	t.Parallel()
	a := clean().replace(t, graphFile, "reference_name: d,", "reference_name: e,").with("x/more", "").open(t)
	all, some, none := Check(a), Check(a, CodeReference), Check(a, CodeReference, CodeUnknownFile)
	if len(all) != 2 || len(some) != 1 || some[0].Code != CodeUnknownFile || len(none) != 0 {
		t.Errorf("%q, %q, %q", lines(all), lines(some), lines(none))
	}
}

// Control characters of an archive reach no terminal.
func TestFindingsAreFitToPrint(t *testing.T) {
	t.Parallel()
	a := clean().with(variablesFile, `[{name: "A\e[2J\u202e", value: glpat-abcdefghij0123456789}]`)
	var got []string
	for _, f := range Check(a.open(t)) {
		got = append(got, f.String())
	}
	want := []string{`"/environment_variables/A\x1b[2J\u202e": warning: the value looks like a GitLab token, and the variable is not secret [token]`}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// What the platform has since 2026 gets no advice to go back, and what says two
// things is named.
func TestSettingsOfAllGenerationsAreKnown(t *testing.T) {
	t.Parallel()
	for settings, want := range map[string][]string{
		"environment_name: e\nenvironment_tag: latest\ninstance_type_group_name: 512 MB": nil,
		"environment: e":                      nil,
		"environment: e\nenvironment_name: e": nil,
		"environment: e\nenvironment_name: f": {"two-settings /deployments/d/versions/v1/environment: environment_name, its successor, says something else; which of the two holds is not known"},
	} {
		got := lines(Check(clean().with(versionFile, "version_name: v1\n"+settings).open(t), CodeUnknownKey))
		if !slices.Equal(got, want) {
			t.Errorf("%s\ngot %q", settings, got)
		}
	}
}
