package plan_test

import (
	"fmt"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// nightly is a pipeline of a deployment, and another deployment.
var nightly = archive.Content{
	Deployments: map[string]models.Deployment{"scorer": {}, "other": {Versions: map[string]models.DeploymentVersion{
		"v1": {InstanceType: models.Value("512mb"), EnvironmentName: models.Value("python3-12")}}}},
	Pipelines: map[string]models.Pipeline{"nightly": {Versions: map[string]models.PipelineVersion{"v1": {
		Objects: models.Value([]models.PipelineObject{{Name: "score", ReferenceName: "scorer"}}),
	}}}},
}

// A part of an archive, with what it refers to.
func ExampleOverrides_Only() {
	only, err := plan.Overrides{}.Only(nightly, []string{"/pipelines/nightly"})
	if err != nil {
		fmt.Println(err)
		return
	}
	part, err := only.Apply(nightly)
	for _, item := range plan.Items(part) {
		fmt.Println(item)
	}
	fmt.Println(err)
	// Output:
	// deployment scorer
	// pipeline nightly
	// version v1 of nightly: score
	// <nil>
}

// What has to be left out if a deployment is.
func ExampleNeeding() {
	for _, d := range plan.Needing(nightly, []string{"/deployments/scorer"}) {
		fmt.Println("without", d.By.Top(), "since", d)
	}
	// Output:
	// without pipeline nightly since deployment scorer: needed by object score of nightly v1
}

// What comes along with a pipeline.
func ExampleNeeded() {
	for _, d := range plan.Needed(nightly, []string{"/pipelines/nightly"}) {
		fmt.Println(d)
	}
	// Output:
	// deployment scorer: needed by object score of nightly v1
}

// What there is to choose from for versions.
func ExampleUsed() {
	fmt.Println(plan.Used(nightly))
	// Output:
	// {[512mb] [python3-12]}
}

// One object of a project, for a reviewer.
func ExampleMembers() {
	members, err := plan.Members(nightly, "/deployments/other/versions/v1")
	fmt.Println(len(members), string(members["instance_type"]), err)
	// Output:
	// 2 "512mb" <nil>
}
