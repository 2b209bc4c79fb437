package archive

import (
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/spec"
)

// The vocabularies are those of the contract, all of them and nothing else.
func TestVocabulariesAreThoseOfTheContract(t *testing.T) {
	t.Parallel()
	contract, err := spec.GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string][]string{}
	seen := map[*openapi3.Schema]bool{}
	var walk func(name string, s *openapi3.Schema)
	walk = func(name string, s *openapi3.Schema) {
		if seen[s] {
			return
		}
		if len(s.Enum) > 0 {
			var values []string
			for _, v := range s.Enum {
				if v, isText := v.(string); isText { // and not the null of a nullable one
					values = append(values, v)
				}
			}
			slices.Sort(values)
			if other, ok := listed[name]; ok && !slices.Equal(other, values) {
				t.Errorf("%s has two vocabularies: %v and %v", name, other, values)
			}
			listed[name] = values
			return
		}
		seen[s] = true
		for member, of := range s.Properties {
			walk(member, of.Value)
		}
		for _, of := range s.AllOf {
			walk(name, of.Value)
		}
		if s.Items != nil {
			walk(name, s.Items.Value)
		}
		if s.AdditionalProperties.Schema != nil {
			walk(name, s.AdditionalProperties.Schema.Value)
		}
	}
	walk("", contract.Components.Schemas["ImportUpdate"].Value)
	ours := maps.Clone(vocabularies)
	for name, values := range ours {
		ours[name] = slices.Sorted(slices.Values(values))
	}
	if !maps.EqualFunc(listed, ours, slices.Equal) {
		t.Errorf("the contract lists\n%v\nthe package has\n%v", listed, ours)
	}
}

func TestValuesThatTheContractDoesNotListAreRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		path, yaml string
		line       int
		text       string
	}{
		{"x/deployments/a/b.yaml", "deployment_name: a\noutput_type: plain\ninput_type: hidden", 3, "input_type must be structured or plain"},
		{"x/deployments/a/b.yaml", "deployment_name: a\ninput_type: plain\noutput_type: 'hidden'", 3, "output_type must be structured or plain"},
		{"x/deployments/a/b.yaml", "deployment_name: a\ninput_type: ''\noutput_type: plain", 2, "input_type must be structured or plain"},
		{"x/deployments/a/b.yaml", "deployment_name: a\n" + pipes + "input_fields:\n- name: n\n  data_type: hidden", 6, "data_type must be int, string, double, bool, dict, file, array_int"},
		{"x/deployments/a/b.yaml", "deployment_name: a\n" + pipes + "output_fields: [{name: n, data_type: Int}]", 4, "data_type must be int"},
		{"x/deployments/a/versions/c.yaml", "version_name: v\nrequest_retention_mode: hidden", 2, "request_retention_mode must be none, metadata or full"},
		{"x/pipelines/p/p.yaml", "pipeline_name: p\ninput_type: plain\noutput_type: hidden", 3, "output_type must be"},
		{"x/pipelines/p/p.yaml", "pipeline_name: p\n" + pipes + "input_fields: [{name: n, data_type: hidden}]", 4, "data_type must be"},
		{"x/pipelines/p/versions/v.yaml", "version_name: v\nrequest_retention_mode: hidden", 2, "request_retention_mode must be"},
		{"x/pipelines/p/versions/v.yaml", "version_name: v\nobjects:\n- name: o\n  reference_name: r\n  reference_type: hidden", 5, "reference_type must be deployment, pipeline or operator"},
	} {
		f := small().with("x/pipelines/p/p.yaml", "pipeline_name: p\n"+pipes).with(test.path, test.yaml)
		_, err := openBytes(f.zip(t))
		wantFinding(t, err, CodeValue, test.path, test.line)
		if err == nil || !strings.Contains(err.Error(), test.text) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%q: %v", test.yaml, err)
		}
	}
}

func TestListedValuesAndNullAreRead(t *testing.T) {
	t.Parallel()
	for member, values := range vocabularies {
		for _, value := range append(values, "~") {
			document, path := "version_name: v\n"+member+": "+value, "x/deployments/a/versions/c.yaml"
			switch member {
			case "reference_type":
				document, path = "version_name: v\nobjects: [{name: o, reference_name: r, reference_type: "+value+"}]", "x/pipelines/p/versions/v.yaml"
			case "data_type":
				if value == "~" {
					continue // required
				}
				document, path = "deployment_name: a\n"+pipes+"input_fields: [{name: n, data_type: "+value+"}]", "x/deployments/a/b.yaml"
			case "input_type", "output_type":
				continue // of versions they are unknown members, which may have any value
			}
			if _, err := openBytes(small().with("x/pipelines/p/p.yaml", "pipeline_name: p\n"+pipes).with(path, document).zip(t)); err != nil {
				t.Errorf("%s: %s: %v", member, value, err)
			}
		}
	}
	if _, _, err := decodeVersion("version_name: v\ninput_type: anything\nreference_type: [1]"); err != nil {
		t.Errorf("members that only other documents have: %v", err)
	}
}

func TestWriteRefusesValuesThatOpenWouldRefuse(t *testing.T) {
	t.Parallel()
	odd, plain := models.DataStructure("odd"), models.DataStructurePlain
	for text, c := range map[string]Content{
		`deployment "d": its input_type must be`: {Deployments: map[string]models.Deployment{"d": {InputType: &odd, OutputType: &plain}}},
		`pipeline "p": its data_type must be`: {Pipelines: map[string]models.Pipeline{"p": {InputType: &plain, OutputType: &plain,
			InputFields: models.Value([]models.Field{{Name: "n", DataType: "odd"}})}}},
		`version "v" of pipeline "p": its reference_type must be`: {Pipelines: map[string]models.Pipeline{"p": {InputType: &plain, OutputType: &plain,
			Versions: map[string]models.PipelineVersion{"v": {Objects: models.Value([]models.PipelineObject{{ReferenceType: models.Value("odd")}})}}}}},
	} {
		if err := Write(io.Discard, c, nil); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got %v, want %s", err, text)
		}
	}
}
