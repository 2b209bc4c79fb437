package lint

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/ubiops-contrib/transfer/api/archive"
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
		listedValues := s.Enum
		if known, ok := s.Extensions["x-extensible-enum"].([]any); ok {
			listedValues = known
		}
		if len(listedValues) > 0 {
			var values []string
			for _, v := range listedValues {
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

// Every value is read, and what the contract does not list is a warning.
func TestValuesThatTheContractDoesNotListAreWarnings(t *testing.T) {
	t.Parallel()
	unlisted := func(at string, known []string) string {
		last := len(known) - 1
		return "value " + at + ": the contract does not know this value, which is kept; it knows " + strings.Join(known[:last], ", ") + " and " + known[last]
	}
	structures, types := models.DataStructure("").Values(), models.DataType("").Values()
	for _, test := range []struct{ file, old, updated, want string }{
		{deploymentFile, "input_type: structured", "input_type: new", unlisted("/deployments/d/input_type", structures)},
		{deploymentFile, "data_type: string", "data_type: blob", "value /deployments/d/input_fields/s/data_type: blob is an old value; today it is file"},
		{deploymentFile, "data_type: string", "data_type: array_dict", unlisted("/deployments/d/input_fields/s/data_type", types)},
		{versionFile, "version_name: v1", "version_name: v1\nrequest_retention_mode: some", unlisted("/deployments/d/versions/v1/request_retention_mode", models.RequestRetentionMode("").Values())},
		{pipelineFile, "output_type: structured", "output_type: ''", unlisted("/pipelines/p/output_type", structures)},
		{graphFile, "reference_type: operator", "reference_type: oracle", unlisted("/pipelines/p/versions/v1/objects/op/reference_type", models.ReferenceType("").Values())},
	} {
		a := clean().replace(t, test.file, test.old, test.updated).open(t)
		if got := lines(Check(a)); !slices.Contains(got, test.want) {
			t.Errorf("%s\ngot %q", test.updated, got)
		}
		var again bytes.Buffer
		if err := archive.Rewrite(&again, a); err != nil {
			t.Fatal(err)
		}
		b, err := archive.Open(bytes.NewReader(again.Bytes()), int64(again.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if changes, err := archive.DiffContent(a.Content(), b.Content()); err != nil || len(changes) > 0 {
			t.Errorf("%s: written again: %v, %v", test.updated, changes, err)
		}
	}
}
