package plan_test

import (
	"testing"

	"github.com/ubiops-contrib/transfer/api/plan"
)

func TestConfirmRefusesToOverwriteWhatAPipelineOfTheProjectNeeds(t *testing.T) {
	t.Parallel()
	const target = `{
		"deployments": {"d": {"versions": {"v1": {}}}, "mine": {}},
		"pipelines": {
			"other": {"versions": {"v7": {"objects": [
				{"name": "first", "reference_name": "d", "reference_version": "v1"},
				{"name": "any", "reference_name": "d"},
				{"name": "gone already", "reference_name": "d", "reference_version": "v0"},
				{"name": "nested", "reference_name": "p", "reference_type": "pipeline", "reference_version": "v3"}]}}},
			"p": {"versions": {"v3": {"objects": [{"name": "o", "reference_name": "mine"}]}}}}}`
	const update = `{"deployments": {"d": {"versions": {"v2": {}}, "environment_variables": {}}}}`

	_, err := confirm(t, update, target, plan.Overwrite)
	wantRefusal(t, err, false,
		`/pipelines/other/versions/v7/objects/first: deployment "d" has no version "v1" any more, which this pipeline of the project needs`)

	_, err = confirm(t, `{"deployments": {"d": {"environment_variables": {}, "versions": {"v1": {"environment_variables": {}}}}}, "pipelines": {"p": {}}}`,
		target, plan.Overwrite)
	wantRefusal(t, err, false,
		`/pipelines/other/versions/v7/objects/nested: pipeline "p" has no version "v3" any more, which this pipeline of the project needs`)

	_, err = confirm(t, update, target, plan.Fail) // nothing would be replaced
	wantRefusal(t, err, true, "/deployments/d: exists already in the project")
	if _, err = confirm(t, update, target, plan.Skip); err != nil {
		t.Error(err)
	}
	if _, err = confirm(t, `{"deployments": {"d": {"versions": {"v1": {"environment_variables": {}}}, "environment_variables": {}}}}`, target, plan.Overwrite); err != nil {
		t.Errorf("the version is still there, and what dangled before is no fault of this: %v", err)
	}
}
