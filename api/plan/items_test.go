package plan_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestItems_listsEverythingThatIsCreated(t *testing.T) {
	t.Parallel()
	none, secret := models.EnvironmentVariable{}, models.EnvironmentVariable{Value: models.Value(""), Secret: new(true)}
	create := archive.Content{
		Environments: map[string]models.Environment{"gpu": {}},
		Deployments: map[string]models.Deployment{"churn": {
			EnvironmentVariables: map[string]models.EnvironmentVariable{"REGION": {Value: models.Value("eu")}},
			Versions: map[string]models.DeploymentVersion{
				"v1": {Zip: models.Value("code.zip"), EnvironmentVariables: map[string]models.EnvironmentVariable{"KEY": secret}},
				"v2": {},
			},
		}},
		Pipelines: map[string]models.Pipeline{"nightly": {Versions: map[string]models.PipelineVersion{
			"a/b": {Objects: models.Value([]models.PipelineObject{{Name: "first"}, {Name: "second"}})},
		}}},
		Services:             map[string]models.Service{"web": {}},
		EnvironmentVariables: map[string]models.EnvironmentVariable{"URL": none},
		Unknown:              []byte(`{"buckets":{"b":{}},"region":"eu"}`),
	}
	check(t, plan.Items(create), []string{
		"/environments/gpu environment gpu",
		"/deployments/churn deployment churn",
		"/deployments/churn/environment_variables/REGION variable REGION of churn",
		"/deployments/churn/versions/v1 version v1 of churn: from code.zip",
		"/deployments/churn/versions/v1/environment_variables/KEY variable KEY of churn v1: secret",
		"/deployments/churn/versions/v2 version v2 of churn: without a package",
		"/pipelines/nightly pipeline nightly",
		"/pipelines/nightly/versions/a~1b version a/b of nightly: first, second",
		"/services/web service web",
		"/environment_variables/URL variable URL",
		"/buckets/b buckets b",
	})
	check(t, plan.Needs(create), []string{
		"/environment_variables/URL variable URL",
		"/deployments/churn/versions/v1/environment_variables/KEY variable KEY of churn v1: secret",
	})
	check(t, plan.Items(archive.Content{}), nil)
}

func check(t *testing.T, items []plan.Item, want []string) {
	t.Helper()
	var got []string
	for _, item := range items {
		got = append(got, item.Place+" "+item.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func ExampleNeeds() {
	create := archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{
		"API_KEY": {Value: models.Value(""), Secret: new(true)}, // as an archive has it
		"REGION":  {Value: models.Value("eu")},
	}}
	for _, item := range plan.Items(create) {
		fmt.Println("creates", item)
	}
	for _, item := range plan.Needs(create) {
		fmt.Println("needs a value for", item.Name)
	}
	// Output:
	// creates variable API_KEY: secret
	// creates variable REGION
	// needs a value for API_KEY
}
