package plan_test

import (
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
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
		t.Errorf("the version is still there, and what dangled before is not a fault of this: %v", err)
	}
}

// confirmOf is confirm for an archive of its own.
func confirmOf(t *testing.T, scanned, update, target string, mode plan.OnConflict) (archive.Content, error) {
	t.Helper()
	return plan.Confirm(plan.Confirmation{
		Scanned: content(t, scanned), Packages: func(string) bool { return true },
		Update: content(t, update), Target: content(t, target), OnConflict: mode,
	})
}

func TestReferencesOfEveryKindAreFollowed(t *testing.T) {
	t.Parallel()
	const everything = `{
		"deployments": {
			"named": {"versions": {"v": {"environment": "own"}}},
			"tagged": {"versions": {"v": {"environment_name": "own", "environment_tag": "2024", "environment": null}}},
			"both": {"versions": {"v": {"environment_name": "own", "environment": "python3-8"}}},
			"theirs": {"versions": {"v1": {"environment": "python3-12"}, "v2": {"environment_name": "ubiops-ubuntu24-04-python3-13"}, "v3": {"environment": ""}}}},
		"environments": {"own": {}},
		"services": {
			"any": {"deployment": "named"},
			"one": {"deployment": "named", "version": "v"},
			"cluster": {"imported_name": "s", "deployment": null},
			"empty": {"deployment": "", "version": ""}}}`
	for name, test := range map[string]struct {
		update, target string
		want           []string
	}{
		"everything at once": {`{}`, `{}`, nil},
		"what is not chosen is missed": {`{"deployments": {"named": {}, "tagged": {}, "both": {}, "theirs": {}}}`, `{}`, []string{
			`/deployments/both/versions/v: environment "own" is neither created nor in the project`,
			`/deployments/named/versions/v: environment "own" is neither created nor in the project`,
			`/deployments/tagged/versions/v: environment "own" is neither created nor in the project`}},
		"the project has it": {`{"deployments": {"named": {}, "tagged": {}, "both": {}}}`, `{"environments": {"own": {}}}`, nil},
		"another is chosen":  {`{"deployments": {"named": {"versions": {"v": {"environment": "python3-12"}}}}}`, `{}`, nil},
		"services without their deployment": {`{"services": {"any": {}, "one": {}, "cluster": {}, "empty": {}}}`, `{}`, []string{
			`/services/any: deployment "named" is neither created nor in the project`,
			`/services/one: deployment "named" is neither created nor in the project`}},
		"services without their version": {`{"services": {"any": {}, "one": {}}}`, `{"deployments": {"named": {"versions": {"w": {}}}}}`, []string{
			`/services/one: deployment "named" has no version "v"`}},
		"services of what the project has": {`{"services": {"any": {}, "one": {}}}`, `{"deployments": {"named": {"versions": {"v": {}}}}}`, nil},
	} {
		_, err := confirmOf(t, everything, test.update, test.target, plan.Fail)
		switch {
		case test.want != nil:
			t.Log(name)
			wantRefusal(t, err, false, test.want...)
		case err != nil:
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConfirmRefusesToOverwriteWhatAServiceOfTheProjectNeeds(t *testing.T) {
	t.Parallel()
	const target = `{
		"deployments": {"d": {"versions": {"v1": {}}}},
		"services": {
			"fixed": {"deployment": "d", "version": "v1"},
			"open": {"deployment": "d", "version": null},
			"gone already": {"deployment": "d", "version": "v0"}}}`
	const update = `{"deployments": {"d": {"versions": {"v2": {}}, "environment_variables": {}}}}`
	_, err := confirm(t, update, target, plan.Overwrite)
	wantRefusal(t, err, false, `/services/fixed: deployment "d" has no version "v1" any more, which this service of the project needs`)
	if _, err = confirm(t, update, target, plan.Skip); err != nil {
		t.Error(err)
	}
	_, err = confirmOf(t, `{"deployments": {"d": {"versions": {"v2": {}}}}, "services": {"fixed": {"deployment": "d", "version": "v2"}}}`, `{}`, target, plan.Overwrite)
	if err != nil {
		t.Errorf("the service is replaced too: %v", err)
	}
}

func TestConfirmRefusesAnEnvironmentWithoutTheOneThatItBuildsOn(t *testing.T) {
	t.Parallel()
	const offered = `{"environments": {"top": {"base_environment": "base"}, "base": {"base_environment": "python3-12"}}}`
	_, err := confirmOf(t, offered, `{"environments": {"top": {}}}`, `{}`, plan.Fail)
	wantRefusal(t, err, false, `/environments/top: environment "base" is neither created nor in the project`)
	if _, err := confirmOf(t, offered, `{}`, `{}`, plan.Fail); err != nil {
		t.Error(err)
	}
}
