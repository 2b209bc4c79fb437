package plan_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/spec"
)

// fuzzTarget is what the project holds already: one object of each kind, some
// of which the archive has too.
const fuzzTarget = `{
	"deployments": {"mine": {"versions": {"v1": {"zip": "a-key"}}}, "e": {"description": "here before"}},
	"pipelines": {"p": {"labels": {"a": "b"}}}, "services": {"s": {"port": 1}},
	"environments": {"mine": {}}, "environment_variables": {"TOP": {"value": "old", "secret": true}}}`

// FuzzConfirm confirms an import with any body: it is refused, or creates
// objects and packages of the archive only, and leaves the rest of the project.
func FuzzConfirm(f *testing.F) {
	documented := documentedUpdate(f)
	for mode := range uint8(3) {
		for _, seed := range []string{
			string(documented), scanned, `{}`, `null`, `{"deployments": null}`, `{"later": {}}`, `{"deployments": {"nope": {}}}`,
			`{"deployments": {"d": {"versions": {"v2": {"zip": "d/v1.zip"}}, "environment_variables": {}}}, "services": {}}`,
			`{"deployments": {"d": {"versions": {"v2": {"zip": "../v1.zip", "versions": {"x": {}}}}, "environment_variables": {"KEY": {"value": "x"}}}}}`,
			`{"pipelines": {"p": {"versions": {"v1": {"objects": [], "environment_variables": {"A": null}}}}}}`,
			`{"environments": {"env": {"versions": 5, "environment_variables": "x"}}, "pipelines": {"p": {"environment_variables": [1]}}}`,
			`{"environments": {"env": {"zip": "d/v1.zip", "versions": {"a": 1}}}, "environment_variables": {"TOP": {"value": null}}}`,
		} {
			f.Add([]byte(seed), mode)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, mode uint8) {
		var update models.ImportUpdate
		if len(body) > 1<<16 || json.Unmarshal(body, &update) != nil {
			return
		}
		conflict := []plan.OnConflict{plan.Fail, plan.Skip, plan.Overwrite}[mode%3]
		for _, offered := range []string{scanned, string(documented)} {
			offer, target := content(t, offered), content(t, fuzzTarget)
			create, err := plan.Confirm(plan.Confirmation{
				Scanned: offer, Packages: func(path string) bool { return slices.Contains(packagesIn(offer), path) },
				Update: update, Target: target, OnConflict: conflict,
			})
			if err != nil {
				if refused, ok := errors.AsType[*plan.RefusedError](err); !ok || len(refused.Problems) == 0 {
					t.Errorf("not refused with reasons: %v", err)
				}
				continue
			}
			for _, name := range namesIn(create) {
				if !slices.Contains(namesIn(offer), name) {
					t.Errorf("%s was not scanned", name)
				}
			}
			for _, path := range packagesIn(create) {
				if !slices.Contains(packagesIn(offer), path) {
					t.Errorf("package %s was not scanned", path)
				}
			}
			after := plan.Apply(target, create, "id")
			kept(t, "deployments", target.Deployments, create.Deployments, after.Deployments, conflict)
			kept(t, "pipelines", target.Pipelines, create.Pipelines, after.Pipelines, conflict)
			kept(t, "environments", target.Environments, create.Environments, after.Environments, conflict)
			kept(t, "environment_variables", target.EnvironmentVariables, create.EnvironmentVariables, after.EnvironmentVariables, conflict)
			kept(t, "services", target.Services, create.Services, after.Services, conflict)
			if !reflect.DeepEqual(target, content(t, fuzzTarget)) || !reflect.DeepEqual(offer, content(t, offered)) {
				t.Error("an argument was changed")
			}
		}
	})
}

// documentedUpdate is the example of imports_update in the contract.
func documentedUpdate(tb testing.TB) jsontext.Value {
	tb.Helper()
	doc, err := spec.GetSpec()
	if err != nil {
		tb.Fatal(err)
	}
	example := doc.Components.Examples["ImportsUpdateRequest"]
	if example == nil {
		tb.Fatal("the contract has no example of imports_update")
	}
	data, err := json.Marshal(example.Value.Value, json.Deterministic(true))
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// namesIn returns the pointers to all objects in content.
func namesIn(content archive.Content) []jsontext.Pointer {
	var names []jsontext.Pointer
	add := func(path ...string) {
		var p jsontext.Pointer
		for _, token := range path {
			p = p.AppendToken(token)
		}
		names = append(names, p)
	}
	for name, d := range content.Deployments {
		add("deployments", name)
		for version := range d.Versions {
			add("deployments", name, "versions", version)
		}
	}
	for name, p := range content.Pipelines {
		add("pipelines", name)
		for version := range p.Versions {
			add("pipelines", name, "versions", version)
		}
	}
	for name := range content.Environments {
		add("environments", name)
	}
	for name := range content.Services {
		add("services", name)
	}
	plan.MapVariables(content, func(path jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		names = append(names, path)
		return v
	})
	return names
}

func packagesIn(content archive.Content) []string {
	var paths []string
	for _, d := range content.Deployments {
		for _, v := range d.Versions {
			if path, ok := v.Zip.Get(); ok {
				paths = append(paths, path)
			}
		}
	}
	for _, e := range content.Environments {
		if path, ok := e.Zip.Get(); ok {
			paths = append(paths, path)
		}
	}
	return paths
}

// kept checks that what was there is still there, and the same unless it was to
// be overwritten.
func kept[T any](t *testing.T, kind string, before, create, after map[string]T, mode plan.OnConflict) {
	t.Helper()
	for name, object := range before {
		got, ok := after[name]
		_, replaced := create[name]
		if replaced && mode != plan.Overwrite {
			t.Errorf("%s %q is created over the one that is there", kind, name)
		}
		if !ok || !replaced && !reflect.DeepEqual(got, object) {
			t.Errorf("%s %q is not what it was: %+v", kind, name, got)
		}
	}
	for name := range create {
		if _, ok := after[name]; !ok {
			t.Errorf("%s %q was not created", kind, name)
		}
	}
}
