package plan_test

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// An archive offers a secret without its value. Confirming it as it was scanned
// is refused; with the value it is not.
func ExampleConfirm() {
	c := plan.Confirmation{
		Scanned: archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{
			"API_KEY": {Secret: new(true)},
			"REGION":  {Value: models.Value("eu")},
		}},
		Packages: func(string) bool { return false },
	}
	_, err := plan.Confirm(c)
	fmt.Println(err)

	c.Update.EnvironmentVariables = map[string]models.EnvironmentVariable{
		"API_KEY": {Value: models.Value("my-secret")},
	}
	create, err := plan.Confirm(c)
	fmt.Println(len(create.EnvironmentVariables), "variable,", err)
	// Output:
	// /environment_variables/API_KEY: the archive has no value for it, and none is given
	// 1 variable, <nil>
}

// A selection names what an export takes.
func ExampleSelect() {
	project := archive.Content{Environments: map[string]models.Environment{"train": {}, "serve": {}}}
	content, err := plan.Select(project, models.ExportCreate{
		Environments: map[string]models.EnvironmentSelection{"serve": {}},
	})
	fmt.Println(len(content.Environments), err)

	_, err = plan.Select(project, models.ExportCreate{
		Deployments: map[string]models.DeploymentSelection{"classifier": {}},
	})
	fmt.Println(err)
	// Output:
	// 1 <nil>
	// /deployments/classifier: is not in the project
}

// What an import created carries its label.
func ExampleApply() {
	project := plan.Apply(archive.Content{}, archive.Content{
		Environments: map[string]models.Environment{"serve": {}},
	}, "903ccd12-81d1-46e1-9ac9-b9d70af118de")
	fmt.Println(project.Environments["serve"].Labels.Or(nil))
	// Output:
	// map[import:903ccd12-81d1-46e1-9ac9-b9d70af118de]
}

// Everything in a project, as a selection.
func ExampleAll() {
	selection := plan.All(archive.Content{Environments: map[string]models.Environment{"serve": {}}})
	fmt.Println(len(selection.Environments))
	// Output:
	// 1
}

// What somebody has to be asked for before an import can be confirmed.
func ExampleMapVariables() {
	content := archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{
		"API_KEY": {Secret: new(true)},
		"REGION":  {Value: models.Value("eu")},
	}}
	filled := plan.MapVariables(content, func(path jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		if plan.Missing(v) {
			fmt.Println("missing:", path)
			v.Value = models.Value("my-secret")
		}
		return v
	})
	fmt.Println(plan.Missing(filled.EnvironmentVariables["API_KEY"]))
	// Output:
	// missing: /environment_variables/API_KEY
	// false
}
