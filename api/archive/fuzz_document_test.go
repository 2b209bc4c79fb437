package archive

import (
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// A document either is refused, or comes back as the same from what is written
// for it. One target for each kind, so that each grows a corpus of its own.

func FuzzDocumentInfo(f *testing.F) {
	fuzzDocument[Info](f, infoDocument,
		"format_spec: v1.0\nmetadata: {export_date: 2025-01-01}",
		"format_spec: v1.0\nmetadata:\n  export_date: \"2025-01-01T00:00:00Z\"\n  by: [a, ~]\nnew: {a: 1e3}\n",
	)
}

func FuzzDocumentDeployment(f *testing.F) {
	fuzzDocument[models.Deployment](f, deploymentDocument,
		"deployment_name: a\n"+pipes+"deployment_labels: {a: 1.10}\ninput_fields: [{name: a, data_type: int, x: 0x1F}]\n",
		"deployment_name: a\ninput_type: structured\noutput_type: odd\ndefault_version: v1\ndeployment_description: ''\n",
		"deployment_name: 'a'\n"+pipes+"output_fields:\n- {name: x, data_type: array_file}\ndeployment_environment_variables:\n- name: A\n  value: \"1\"\n",
	)
}

func FuzzDocumentDeploymentVersion(f *testing.F) {
	fuzzDocument[models.DeploymentVersion](f, deploymentVersionDocument,
		"version_name: v\nmemory_allocation: 1_0\nversion_environment_variables: [{name: A, value: yes, secret: True}]\nports: [{public_port: 1}]",
		"version_name: 1.10\nlanguage: python3.8\ndeployment_mode: express\nmaximum_instances: 5\nrequest_retention_mode: full\n",
		"version_name: v\nenvironment: python3-12\ninstance_type_group_name: 256 MB\nstatic_ip: off\nscaling_strategy: default\n",
	)
}

func FuzzDocumentPipeline(f *testing.F) {
	fuzzDocument[models.Pipeline](f, pipelineDocument,
		"pipeline_name: p\n"+pipes+"a: &a [*b]\nb: &b {<<: *a}\n",
		"pipeline_name: p\ninput_type: structured\noutput_type: plain\npipeline_labels: {a: b}\ninput_fields: &f [{name: a, data_type: double}]\noutput_fields: *f\n",
	)
}

func FuzzDocumentPipelineVersion(f *testing.F) {
	fuzzDocument[models.PipelineVersion](f, pipelineVersionDocument,
		"version_name: v\nobjects: [{name: a, reference_name: b, configuration: {x: .5}}]\nattachments: [{destination_name: a, sources: [{source_name: b}]}]",
		"version_name: v\nobjects:\n- {name: a, reference_name: b, reference_type: operator, reference_version: ''}\nrequest_retention_mode: ~\n"+
			"attachments:\n- destination_name: a\n  sources:\n  - source_name: pipeline_start\n    mapping:\n    - {source_field_name: x, destination_field_name: y}\n",
	)
}

func FuzzDocumentEnvironment(f *testing.F) {
	fuzzDocument[models.Environment](f, environmentDocument,
		"environment_name: e\nenvironment_display_name: |\n  two\n  lines\n",
		"environment_name: e\nbase_environment: python3-12\nenvironment_labels:\n  a: \"\"\nzip: no\n",
	)
}

func FuzzDocumentService(f *testing.F) {
	fuzzDocument[models.Service](f, serviceDocument,
		"service_name: s\nx: !!float 1\ny: \"\\0\\u2028\"\n? long\n: - 1E400\n",
		"service_name: s\nservice_description: a\nport: 8080\nrate: {limit: 10, per: 1.5e-3}\n",
	)
}

func FuzzDocumentVariables(f *testing.F) {
	for _, seed := range []string{
		"- {name: A, value: 1}\n- name: B\n  secret: true\n",
		"- name: A\n  value: |\n    two\n    lines\n  hint: [1, ~]\n", "[]", "~", "- &a {name: A, x: *a}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > int(fuzzLimits.DocumentSize) {
			return
		}
		var all, again map[string]models.EnvironmentVariable
		if _, err := decodeVariables(data, "f.yaml", fuzzLimits.orDefault(), &all); err != nil {
			wantPath(t, err)
			return
		}
		if len(all) == 0 {
			return // no document is written
		}
		text, err := encodeVariables(all)
		if err != nil {
			wantMeaning(t, data, err)
			return
		}
		if _, err := decodeVariables(text, "g.yaml", DefaultLimits(), &again); err != nil || asJSON(t, all) != asJSON(t, again) {
			t.Fatalf("%v\n%s\n%s\n%s", err, asJSON(t, all), text, asJSON(t, again))
		}
	})
}

func fuzzDocument[T any](f *testing.F, doc *document, seeds ...string) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > int(fuzzLimits.DocumentSize) {
			return
		}
		var v, again T
		name, _, err := doc.decode(data, "f.yaml", fuzzLimits.orDefault(), &v)
		if err != nil {
			wantPath(t, err)
			return
		}
		text, err := doc.encode(name, &v)
		if err != nil {
			wantMeaning(t, data, err)
			return
		}
		name2, _, err := doc.decode(text, "g.yaml", DefaultLimits(), &again)
		if err != nil || name2 != name || asJSON(t, &v) != asJSON(t, &again) {
			t.Fatalf("%v\nname %q, then %q\n%s\n%s\n%s", err, name, name2, asJSON(t, &v), text, asJSON(t, &again))
		}
	})
}

// wantPath demands that an error is a finding that says where.
func wantPath(t *testing.T, err error) {
	t.Helper()
	if f := firstFinding(err); f == nil || f.Path != "f.yaml" || f.Message == "" {
		t.Errorf("no finding with a path: %v", err)
	}
}

// wantMeaning accepts one error of writing what was read: for a key such as
// description beside the one that is written for it.
func wantMeaning(t *testing.T, data []byte, err error) {
	t.Helper()
	if !strings.Contains(err.Error(), "of its own") {
		t.Fatalf("%q cannot be written: %v", data, err)
	}
}
