package plan_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

const related = `{
	"deployments": {
		"fraud-score": {"versions": {"v1": {"environment_name": "gpu", "environment_variables": {"KEY": {"secret": true}}}, "v2": {"environment": "cpu"}}},
		"fraud/clean": {"versions": {"v1": {"environment": "python3-12"}}},
		"other": {"versions": {"v1": {"environment": "cpu"}}}},
	"pipelines": {
		"outer": {"versions": {"v1": {"objects": [
			{"name": "in", "reference_name": "inner", "reference_type": "pipeline"},
			{"name": "op", "reference_name": "fraud-score", "reference_type": "operator"},
			{"name": "lost", "reference_name": "nowhere"}]}}},
		"inner": {"versions": {"v1": {"objects": [
			{"name": "score", "reference_name": "fraud-score"},
			{"name": "loop", "reference_name": "outer", "reference_type": "pipeline"}]}}}},
	"environments": {"gpu": {"base_environment": "base"}, "cpu": {"base_environment": "python3-12"}, "base": {}},
	"services": {"web": {"deployment": "other", "version": "v1"}},
	"environment_variables": {"REGION": {"value": "eu"}, "RATE": {"value": "1"}}}`

func TestChooseTakesWhatIsReferredTo(t *testing.T) {
	t.Parallel()
	const score = `{"versions": {"v1": {"environment_variables": {"KEY": {"include_value": false}}}, "v2": {}}}`
	for _, test := range []struct {
		name  string
		globs plan.Globs
		want  string
		why   []string
	}{
		{"a pipeline, with all that is behind it", plan.Globs{Pipelines: []string{"outer"}},
			`{"deployments": {"fraud-score": ` + score + `}, "pipelines": {"outer": {"versions": {"v1": {}}}, "inner": {"versions": {"v1": {}}}},
			"environments": {"gpu": {}, "cpu": {}, "base": {}}}`, []string{
				"pipeline inner: needed by object in of outer v1",
				"deployment fraud-score: needed by object score of inner v1",
				"environment gpu: needed by version v1 of fraud-score",
				"environment cpu: needed by version v2 of fraud-score",
				"environment base: needed by environment gpu"}},
		{"a service", plan.Globs{Services: []string{"w?b"}},
			`{"deployments": {"other": {"versions": {"v1": {}}}}, "services": {"web": {}}, "environments": {"cpu": {}}}`, []string{
				"deployment other: needed by service web",
				"environment cpu: needed by version v1 of other"}},
		{"what was chosen is not a dependency", plan.Globs{Deployments: []string{"fraud*"}, Environments: []string{"*"}},
			`{"deployments": {"fraud-score": ` + score + `, "fraud/clean": {"versions": {"v1": {}}}}, "environments": {"gpu": {}, "cpu": {}, "base": {}}}`, nil},
		{"variables", plan.Globs{Variables: []string{"R[A-D]*", "RATE"}}, `{"environment_variables": {"RATE": {"include_value": false}}}`, nil},
	} {
		selection, dependencies, err := plan.Choose(content(t, related), test.globs, plan.LeaveValues)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		t.Log(test.name)
		wantJSON(t, selection, test.want)
		var why []string
		for _, d := range dependencies {
			why = append(why, d.String())
		}
		if !slices.Equal(why, test.why) {
			t.Errorf("%s:\ngot  %q\nwant %q", test.name, why, test.why)
		}
		if _, err := plan.Select(content(t, related), selection); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestChooseWithoutPatternsTakesEverything(t *testing.T) {
	t.Parallel()
	selection, dependencies, err := plan.Choose(content(t, related), plan.Globs{}, plan.IncludeValues)
	if err != nil || dependencies != nil {
		t.Fatal(dependencies, err)
	}
	wantJSON(t, selection, string(marshal(t, plan.All(content(t, related)))))
}

func TestChooseRefusesPatternsThatMatchNothing(t *testing.T) {
	t.Parallel()
	_, _, err := plan.Choose(content(t, related), plan.Globs{
		Deployments: []string{"frod-*", "fraud-*", "[a"}, Services: []string{"webs"}, Variables: []string{"KEY"},
	}, plan.LeaveValues)
	wantRefusal(t, err, false,
		`/deployments: nothing matches "frod-*"`,
		`/deployments: "[a" is not a valid pattern`,
		`/services: nothing matches "webs"`,
		`/environment_variables: nothing matches "KEY"`)
}

// One pipeline, and what it takes along.
func ExampleChoose() {
	project := archive.Content{
		Deployments: map[string]models.Deployment{"score": {}, "report": {}},
		Pipelines: map[string]models.Pipeline{"fraud-nightly": {Versions: map[string]models.PipelineVersion{
			"v1": {Objects: models.Value([]models.PipelineObject{{Name: "first", ReferenceName: "score"}})},
		}}},
	}
	selection, dependencies, err := plan.Choose(project, plan.Globs{Pipelines: []string{"fraud-*"}}, plan.LeaveValues)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(selection.Pipelines), "pipeline,", len(selection.Deployments), "deployment")
	for _, d := range dependencies {
		fmt.Println(d)
	}
	// Output:
	// 1 pipeline, 1 deployment
	// deployment score: needed by object first of fraud-nightly v1
}
