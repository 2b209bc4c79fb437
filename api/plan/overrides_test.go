package plan_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func overrides(t *testing.T, text string) plan.Overrides {
	t.Helper()
	o, err := plan.ReadOverrides(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestReadOverridesRefusesWhatTheSchemaDoesNotHave(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"selekt: {}":                  "selekt",
		"select: {deploymets: [a]}":   "deploymets",
		"rename: {variables: {a: b}}": "variables",
		"select: {deployments: a}":    "/select/deployments",
		"instance_types: {a: 5}":      "/instance_types/a",
		"values: {A: [env]}":          "/values/A",
		"set: {}\nset: {}":            "already",
		"set: {}\n---\nset: {}":       "document",
		"- select":                    "array",
		"":                            "document",
		"values: {A: env:A}\nvalue: {B: plain-x}": `"value"`,
	} {
		if o, err := plan.ReadOverrides(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %+v, %v; want an error with %q", text, o, err, want)
		}
	}
}

const configured = `{
	"deployments": {"d": {"labels": null, "versions": {
		"v1": {"zip": "d/v1.zip", "environment": "own", "instance_type": "512mb", "environment_variables": {"KEY": {"secret": true}}},
		"v2": {"environment_name": "own", "environment": "own", "instance_type_group_name": "small", "instance_type_group_id": "id-1", "later": 9007199254740993},
		"v3": {"environment": "python3-8"}}}},
	"pipelines": {"p": {"versions": {"v1": {"objects": [
		{"name": "one", "reference_name": "d", "reference_version": "v1"},
		{"name": "two", "reference_name": "p", "reference_type": "pipeline"}]}}}},
	"environments": {"own": {"base_environment": "python3-8"}},
	"services": {"s": {"deployment": "d", "vars": [{"name": "T", "secret": true}]}},
	"environment_variables": {"URL": {"value": "u"}}}`

func TestOverridesApply(t *testing.T) {
	t.Parallel()
	o := overrides(t, `
set:
  /deployments/d/labels/team: core
  /deployments/d/versions/v1/maximum_instances: 3
  /deployments/d/versions/v2/later: 9007199254740995
  /pipelines/p/versions/v1/objects/one/reference_version: null
  /pipelines/p/versions/v1/objects/1/configuration: {batch: 2}
instance_types: {512mb: 1024mb, small: large, id-1: id-2, unused: x}
environments: {python3-8: python3-12}
rename:
  deployments: {d: e}
  pipelines: {p: q}
  environments: {own: other}
  services: {s: web}
`)
	before := content(t, configured)
	got, err := o.Apply(before)
	if err != nil {
		t.Fatal(err)
	}
	wantContent(t, got, `{
	"deployments": {"e": {"labels": {"team": "core"}, "versions": {
		"v1": {"zip": "d/v1.zip", "environment": "other", "instance_type": "1024mb", "maximum_instances": 3, "environment_variables": {"KEY": {"secret": true}}},
		"v2": {"environment_name": "other", "environment": "other", "instance_type_group_name": "large", "instance_type_group_id": "id-2", "later": 9007199254740995},
		"v3": {"environment": "python3-12"}}}},
	"pipelines": {"q": {"versions": {"v1": {"objects": [
		{"name": "one", "reference_name": "e", "reference_version": null},
		{"name": "two", "reference_name": "q", "reference_type": "pipeline", "configuration": {"batch": 2}}]}}}},
	"environments": {"other": {"base_environment": "python3-12"}},
	"services": {"web": {"deployment": "e", "vars": [{"name": "T", "secret": true}]}},
	"environment_variables": {"URL": {"value": "u"}}}`)
	if _, err := (plan.Overrides{Rename: o.Rename, Environments: o.Environments, InstanceTypes: o.InstanceTypes}).Apply(before); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before, content(t, configured)) {
		t.Error("the argument was changed")
	}
	if !o.Rewrites() || overrides(t, "set: {}").Rewrites() {
		t.Error("only renaming rewrites")
	}
}

func TestOverridesExchangeNames(t *testing.T) {
	t.Parallel()
	got, err := overrides(t, `rename: {environments: {a: b, b: a}}`).Apply(content(t, `{"environments": {"a": {"base_environment": "b"}, "b": {"description": "b"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	wantContent(t, got, `{"environments": {"b": {"base_environment": "a"}, "a": {"description": "b"}}}`)
}

func TestOverridesRefuseWhatCannotBeDone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"select: {deployments: [x*]}":                                          `/deployments: nothing matches "x*"`,
		"rename: {deployments: {x: y}}":                                        "/deployments/x: cannot be renamed: it is not in the archive",
		"rename: {services: {s: ''}}":                                          "/services/s: cannot be renamed to nothing",
		"set: {/deployments/d: {}}":                                            "/deployments/d: is not a member of an object",
		"set: {/deployments/d/versions: {}}":                                   "/deployments/d/versions: is not a member of an object",
		"set: {/deployments/d/versions/v1: {}}":                                "/deployments/d/versions/v1: is not a member of an object",
		"set: {/deployments/d/versions/v9/labels: {}}":                         "/deployments/d/versions/v9/labels: belongs to nothing in the archive",
		"set: {/deployments/x/description: a}":                                 "/deployments/x/description: belongs to nothing in the archive",
		"set: {description: a}":                                                "description: is not a member of an object",
		"set: {/deployments/d/versions/v1/zip: a.zip}":                         "/deployments/d/versions/v1/zip: a package cannot be set",
		"set: {/deployments/d/description/x: a}":                               "",
		"set: {/pipelines/p/versions/v1/objects/three/x: 1}":                   `/pipelines/p/versions/v1/objects/three/x: the list has no element "three"`,
		"set: {/services/s/vars: [{value: x, secret: true}]}":                  "/services/s/vars: a secret cannot be set",
		"set: {/services/s/vars/T/value: x}":                                   "/services/s/vars/T/value: a secret cannot be set",
		"set: {/services/s/vars/T/value/deep: x}":                              "/services/s/vars/T/value/deep: a secret cannot be set",
		"set: {/environment_variables/URL/value: x}":                           "/environment_variables/URL/value: a variable cannot be set: give it a value by a reference, under values",
		"set: {/deployments/d/environment_variables: {}}":                      "/deployments/d/environment_variables: a variable cannot be set: give it a value by a reference, under values",
		"set: {/deployments/d/versions/v1/environment_variables/KEY/value: x}": "/deployments/d/versions/v1/environment_variables/KEY/value: a variable cannot be set: give it a value by a reference, under values",
	} {
		_, err := overrides(t, text).Apply(content(t, configured))
		if want != "" {
			t.Log(text)
			wantRefusal(t, err, false, want)
		} else if err == nil {
			t.Errorf("%s: no error", text)
		}
	}
	_, err := overrides(t, "rename: {environments: {a: b}}").Apply(content(t, `{"environments": {"a": {}, "b": {}}}`))
	wantRefusal(t, err, false, `/environments/a: cannot be renamed: there would be two of the name "b"`)
	_, err = overrides(t, "set: {/deployments/d/versions/v1/maximum_instances: many}").Apply(content(t, configured))
	if err == nil || !strings.Contains(err.Error(), "maximum_instances") {
		t.Errorf("%v", err)
	}
}

// One file per target: the archive of a test project goes to production.
func ExampleReadOverrides() {
	overrides, err := plan.ReadOverrides(strings.NewReader(`
instance_types: {512mb: 4096mb}
rename: {deployments: {churn: churn-prod}}
values: {API_KEY: env:PROD_API_KEY}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	content, err := overrides.Apply(archive.Content{Deployments: map[string]models.Deployment{"churn": {
		Versions: map[string]models.DeploymentVersion{"v1": {InstanceType: models.Value("512mb")}},
	}}})
	fmt.Println(content.Deployments["churn-prod"].Versions["v1"].InstanceType.Or(""), err)
	fmt.Println("the archive is written again:", overrides.Rewrites())
	// Output:
	// 4096mb <nil>
	// the archive is written again: true
}

// Editors complete and check a file with its schema.
func ExampleOverridesSchema() {
	fmt.Println(strings.Contains(plan.OverridesSchema(), `"instance_types"`))
	// Output:
	// true
}
