package plan_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// scanned is what the archive in these tests offers.
const scanned = `{
	"deployments": {
		"d": {
			"description": "first", "labels": {"team": "a"}, "default_version": "v1", "future": 9007199254740993,
			"input_type": "structured", "input_fields": [{"name": "x", "data_type": "double"}],
			"versions": {
				"v1": {"zip": "d/v1.zip", "environment": "python3-8", "maximum_instances": 5,
					"environment_variables": {"PLAIN": {"value": "1"}, "OPEN": {"secret": false}}},
				"v2": {"zip": "d/v2.zip"}
			},
			"environment_variables": {"KEY": {"secret": true}}
		},
		"e": {"versions": {}}
	},
	"pipelines": {
		"p": {"versions": {"v1": {"objects": [{"name": "o", "reference_name": "d", "reference_version": "v1"}]}}}
	},
	"environment_variables": {"TOP": {"value": "top"}},
	"environments": {"env": {"base_environment": "python3-8"}}
}`

func content(t *testing.T, document string) archive.Content {
	t.Helper()
	var c archive.Content
	if err := json.Unmarshal([]byte(document), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func confirm(t *testing.T, update, target string, mode plan.OnConflict) (archive.Content, error) {
	t.Helper()
	return plan.Confirm(plan.Confirmation{
		Scanned:    content(t, scanned),
		Packages:   func(path string) bool { return slices.Contains([]string{"d/v1.zip", "d/v2.zip"}, path) },
		Update:     content(t, update),
		Target:     content(t, target),
		OnConflict: mode,
	})
}

func wantContent(t *testing.T, got archive.Content, want string) {
	t.Helper()
	wantJSON(t, got, want)
}

func wantJSON(t *testing.T, got any, want string) {
	t.Helper()
	g := canonical(t, marshal(t, got))
	if string(g) != string(canonical(t, []byte(want))) {
		t.Errorf("got  %s\nwant %s", g, canonical(t, []byte(want)))
	}
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func canonical(t *testing.T, document []byte) jsontext.Value {
	t.Helper()
	v := jsontext.Value(slices.Clone(document))
	if err := v.Canonicalize(jsontext.CanonicalizeRawInts(false)); err != nil {
		t.Fatal(err)
	}
	return v
}

func wantRefusal(t *testing.T, err error, conflict bool, want ...string) {
	t.Helper()
	refused, ok := errors.AsType[*plan.RefusedError](err)
	if !ok {
		t.Fatalf("error %v; want a refusal", err)
	}
	var got []string
	for _, p := range refused.Problems {
		got = append(got, p.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("problems:\n%q\nwant:\n%q", got, want)
	}
	if refused.Conflict() != conflict {
		t.Errorf("Conflict() = %t", refused.Conflict())
	}
}

func TestConfirmTakesEverythingWhenNothingIsNamed(t *testing.T) {
	t.Parallel()
	_, err := confirm(t, `{}`, `{}`, plan.Fail)
	wantRefusal(t, err, false,
		"/deployments/d/environment_variables/KEY: the archive has no value for it, and none is given",
		"/deployments/d/versions/v1/environment_variables/OPEN: the archive has no value for it, and none is given")
}

func TestConfirmTakesExactlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	got, err := confirm(t, `{"deployments": {"d": {"default_version": "v2", "versions": {"v2": {}}, "environment_variables": {}}}}`, `{}`, plan.Fail)
	if err != nil {
		t.Fatal(err)
	}
	wantContent(t, got, `{"deployments": {"d": {
		"description": "first", "labels": {"team": "a"}, "default_version": "v2", "future": 9007199254740993,
		"input_type": "structured", "input_fields": [{"name": "x", "data_type": "double"}],
		"versions": {"v2": {"zip": "d/v2.zip"}}, "environment_variables": {}}}}`)
}

func TestConfirmMergesWithWhatWasScanned(t *testing.T) {
	t.Parallel()
	got, err := confirm(t, `{"deployments": {"d": {
		"description": null, "labels": {"team": "b"}, "input_fields": [], "mine": {"n": 1},
		"versions": {"v1": {"zip": null, "maximum_instances": 1,
			"environment_variables": {"PLAIN": {}, "OPEN": {"value": ""}}}},
		"environment_variables": {"KEY": {"value": "secret", "secret": true}}}},
		"environment_variables": {"TOP": {"value": null}}}`, `{}`, plan.Fail)
	if err != nil {
		t.Fatal(err)
	}
	wantContent(t, got, `{"deployments": {"d": {
		"labels": {"team": "b"}, "default_version": "v1", "future": 9007199254740993, "mine": {"n": 1},
		"input_type": "structured", "input_fields": [],
		"versions": {"v1": {"environment": "python3-8", "maximum_instances": 1,
			"environment_variables": {"PLAIN": {"value": "1"}, "OPEN": {"value": "", "secret": false}}}},
		"environment_variables": {"KEY": {"value": "secret", "secret": true}}}},
		"environment_variables": {"TOP": {"value": "top"}}}`)
}

func TestConfirmTakesUnknownMembersAsTheyAre(t *testing.T) {
	t.Parallel()
	got, err := confirm(t, `{"environments": {"env": {"versions": 5, "environment_variables": {"a": [1]}}},
		"pipelines": {"p": {"versions": {}, "environment_variables": "x"}}, "environment_variables": {"TOP": {"versions": ["v1"]}}}`, `{}`, plan.Fail)
	if err != nil {
		t.Fatal(err)
	}
	wantContent(t, got, `{"environments": {"env": {"base_environment": "python3-8", "versions": 5, "environment_variables": {"a": [1]}}},
		"pipelines": {"p": {"versions": {}, "environment_variables": "x"}},
		"environment_variables": {"TOP": {"value": "top", "versions": ["v1"]}}}`)
}

func TestConfirmRefusesWithEveryReason(t *testing.T) {
	t.Parallel()
	_, err := confirm(t, `{
		"deployments": {"nope": {}, "d": {"versions": {"v2": {"zip": "d/v3.zip"}, "v9": {}}, "environment_variables": {"KEY": {"value": ""}, "NEW": {"value": "x"}}}},
		"pipelines": {"p": {}}}`, `{}`, plan.Fail)
	wantRefusal(t, err, false,
		"/deployments/d/environment_variables/NEW: is not in the archive",
		"/deployments/d/versions/v9: is not in the archive",
		"/deployments/nope: is not in the archive",
		`/deployments/d/versions/v2/zip: the archive has no package "d/v3.zip"`,
		"/deployments/d/environment_variables/KEY: the archive has no value for it, and none is given",
		`/pipelines/p/versions/v1/objects/o: deployment "d" has no version "v1"`)
}

func TestConfirmRefusesABodyThatNamesNothingItKnows(t *testing.T) {
	t.Parallel()
	_, err := plan.Confirm(plan.Confirmation{Update: content(t, `{"deploymens": {}}`)})
	wantRefusal(t, err, false, "/: names nothing that can be created")
}

func TestConfirmFindsReferencesInTheTarget(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, target string
		want         []string
	}{
		{"there", `{"deployments": {"d": {"versions": {"v1": {}}}}}`, nil},
		{"other version", `{"deployments": {"d": {"versions": {"v2": {}}}}}`, []string{`/pipelines/p/versions/v1/objects/o: deployment "d" has no version "v1"`}},
		{"not there", `{}`, []string{`/pipelines/p/versions/v1/objects/o: deployment "d" is neither created nor in the project`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := confirm(t, `{"pipelines": {"p": {}}}`, test.target, plan.Fail)
			if test.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			wantRefusal(t, err, false, test.want...)
		})
	}
}

func TestConfirmMeetsExistingObjectsAsItIsTold(t *testing.T) {
	t.Parallel()
	const (
		update = `{"environments": {"env": {}}, "environment_variables": {"TOP": {}}}`
		target = `{"environments": {"env": {"description": "mine"}}}`
	)
	_, err := confirm(t, update, target, plan.Fail)
	wantRefusal(t, err, true, "/environments/env: exists already in the project")

	got, err := confirm(t, update, target, plan.Skip)
	if err != nil {
		t.Fatal(err)
	}
	wantContent(t, plan.Apply(content(t, target), got, "id"),
		`{"environments": {"env": {"description": "mine"}}, "environment_variables": {"TOP": {"value": "top"}}}`)

	got, err = confirm(t, update, target, plan.Overwrite)
	if err != nil {
		t.Fatal(err)
	}
	wantContent(t, plan.Apply(content(t, target), got, "id"),
		`{"environments": {"env": {"base_environment": "python3-8", "labels": {"import": "id"}}}, "environment_variables": {"TOP": {"value": "top"}}}`)
}

func TestConfirmChangesNeitherScannedNorTarget(t *testing.T) {
	t.Parallel()
	base, target := content(t, scanned), content(t, `{"deployments": {"x": {}}}`)
	create, err := plan.Confirm(plan.Confirmation{
		Scanned: base, Packages: func(string) bool { return true }, Target: target,
		Update: content(t, `{"deployments": {"e": {"labels": {"a": "b"}}}, "environments": {"env": {}}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	plan.Apply(target, create, "id")
	wantContent(t, base, scanned)
	wantContent(t, target, `{"deployments": {"x": {}}}`)
}

func TestSelectTakesWhatIsNamedAndNoSecret(t *testing.T) {
	t.Parallel()
	project := content(t, `{
		"deployments": {"d": {"versions": {"v1": {"environment_variables": {"A": {"value": "a"}, "B": {"value": "b"}, "C": {"value": "c"}}}, "v2": {}},
			"environment_variables": {"S": {"value": "s", "secret": true}}}, "e": {"versions": {"v1": {}}}},
		"pipelines": {"p": {"versions": {"v1": {}, "v2": {}}}},
		"environments": {"env": {}}, "services": {"s": {"port": 1}}, "environment_variables": {"X": {"value": "x"}}}`)
	var selection models.ExportCreate
	if err := json.Unmarshal([]byte(`{
		"deployments": {"d": {"versions": {"v1": {"environment_variables": {"A": {"include_value": true}, "B": {"include_value": false}}}},
			"environment_variables": {"S": {"include_value": true}}}, "e": {}},
		"pipelines": {"p": {"versions": {"v2": {}}}}, "services": {"s": {}}}`), &selection); err != nil {
		t.Fatal(err)
	}
	got, err := plan.Select(project, selection)
	if err != nil {
		t.Fatal(err)
	}
	wantContent(t, got, `{
		"deployments": {"d": {"versions": {"v1": {"environment_variables": {"A": {"value": "a"}, "B": {}}}},
			"environment_variables": {"S": {"secret": true}}}, "e": {}},
		"pipelines": {"p": {"versions": {"v2": {}}}}, "services": {"s": {"port": 1}}}`)
}

func TestSelectNamesEverythingThatIsMissing(t *testing.T) {
	t.Parallel()
	var selection models.ExportCreate
	if err := json.Unmarshal([]byte(`{
		"deployments": {"nope": {}, "d": {"versions": {"v9": {}}, "environment_variables": {"NO": {"include_value": true}}}},
		"environments": {"none": {}}}`), &selection); err != nil {
		t.Fatal(err)
	}
	_, err := plan.Select(content(t, scanned), selection)
	wantRefusal(t, err, false,
		"/deployments/d/environment_variables/NO: is not in the project",
		"/deployments/d/versions/v9: is not in the project",
		"/deployments/nope: is not in the project",
		"/environments/none: is not in the project")
}

func TestAllSelectsEverything(t *testing.T) {
	t.Parallel()
	project := content(t, scanned)
	got, err := plan.Select(project, plan.All(project))
	if err != nil {
		t.Fatal(err)
	}
	wantContent(t, got, scanned)
}
