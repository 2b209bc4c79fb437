package plan_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func newPlan(t testing.TB, in plan.Input) *plan.Plan {
	t.Helper()
	p, err := plan.New(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func written(t testing.TB, p *plan.Plan) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const (
	planned = `{
		"deployments": {
			"changed": {"versions": {"v1": {"maximum_instances": 2}, "v2": {}}, "environment_variables": {"K": {"secret": true}}},
			"equal": {"versions": {"v1": {"zip": "z"}}}, "new": {"versions": {"v1": {"zip": "n"}}, "environment_variables": {"K": {"secret": true}, "PLAIN": {"value": "x"}}}},
		"pipelines": {"p": {"versions": {"v1": {"objects": [{"name": "o", "reference_name": "nowhere"}]}}}},
		"environment_variables": {"NEW": {}, "OLD": {"value": "a"}}}`
	present = `{
		"deployments": {"changed": {"versions": {"v1": {"maximum_instances": 1}, "v0": {}}}, "equal": {"labels": {"import": "i"}, "versions": {"v1": {}, "v0": {}}}},
		"services": {"s": {"deployment": "changed", "version": "v0"}},
		"environment_variables": {"OLD": {"value": "b"}}}`
)

func TestNewPlansByWhatHappensOnAConflict(t *testing.T) {
	t.Parallel()
	created := []string{"create deployment new", "create variable K of new: secret", "create variable PLAIN of new", "create version v1 of new: from n",
		"create pipeline p", `conflict version v1 of p: o (deployment "nowhere" is neither created nor in the project)`}
	const changed, old = `deployment "changed"`, `variable "OLD"`
	for _, test := range []struct {
		mode         plan.OnConflict
		want         []string
		counts       plan.Counts
		confirmation string
		values       map[string]plan.Reference
	}{
		{plan.Fail, append(append([]string{
			"conflict deployment changed (" + changed + " exists already in the project)",
			"conflict variable K of changed: secret (" + changed + " exists already in the project)",
			"conflict version v1 of changed: without a package (" + changed + " exists already in the project)",
			"different version v1 of changed /maximum_instances: 1 -> 2",
			"conflict version v2 of changed: without a package (" + changed + " exists already in the project)",
			`set-by-platform deployment equal /labels/import: "i" (marks what an import created)`,
			"same version v1 of equal: from z (package not compared)"}, created...),
			"create variable NEW", "conflict variable OLD ("+old+" exists already in the project)", "different variable OLD /value",
			"only-in-target version v0 of changed", "only-in-target version v0 of equal", "only-in-target service s"),
			plan.Counts{Create: 6, Same: 2, Conflict: 6},
			`{"deployments": {"new": {"versions": {"v1": {}}, "environment_variables": {"K": {"secret": true}, "PLAIN": {}}}},
			"pipelines": {"p": {"versions": {"v1": {"objects": [{"name": "o", "reference_name": "nowhere"}]}}}}, "environment_variables": {"NEW": {}}}`,
			map[string]plan.Reference{"/deployments/new/environment_variables/K": "env:K", "/environment_variables/NEW": "env:NEW"}},
		{plan.Skip, append(append([]string{
			"different deployment changed (" + changed + " of the project stays as it is)",
			"different variable K of changed: secret (" + changed + " of the project stays as it is)",
			"different version v1 of changed: without a package (" + changed + " of the project stays as it is)",
			"different version v1 of changed /maximum_instances: 1 -> 2",
			"different version v2 of changed: without a package (" + changed + " of the project stays as it is)",
			`set-by-platform deployment equal /labels/import: "i" (marks what an import created)`,
			"same version v1 of equal: from z (package not compared)"}, created...),
			"create variable NEW", "different variable OLD ("+old+" of the project stays as it is)", "different variable OLD /value",
			"only-in-target version v0 of changed", "only-in-target version v0 of equal", "only-in-target service s"),
			plan.Counts{Create: 6, Same: 2, Different: 5, Conflict: 1},
			`{"deployments": {"new": {"versions": {"v1": {}}, "environment_variables": {"K": {"secret": true}, "PLAIN": {}}}},
			"pipelines": {"p": {"versions": {"v1": {"objects": [{"name": "o", "reference_name": "nowhere"}]}}}}, "environment_variables": {"NEW": {}}}`,
			map[string]plan.Reference{"/deployments/new/environment_variables/K": "env:K", "/environment_variables/NEW": "env:NEW"}},
		{plan.Overwrite, append(append([]string{
			"different deployment changed (is replaced as a whole)", "create variable K of changed: secret",
			"different version v1 of changed: without a package", "different version v1 of changed /maximum_instances: 1 -> 2", "create version v2 of changed: without a package",
			`set-by-platform deployment equal /labels/import: "i" (marks what an import created)`,
			"same version v1 of equal: from z (package not compared)"}, created...),
			"create variable NEW", "different variable OLD (is replaced as a whole)", "different variable OLD /value",
			"different version v0 of changed (is removed: "+changed+" is replaced)", "only-in-target version v0 of equal",
			`conflict service s (deployment "changed" has no version "v0" any more, which this service of the project needs)`),
			plan.Counts{Create: 8, Same: 2, Different: 4, Conflict: 2},
			`{"deployments": {"changed": {"versions": {"v1": {"maximum_instances": 2}, "v2": {}}, "environment_variables": {"K": {"secret": true}}},
			"new": {"versions": {"v1": {}}, "environment_variables": {"K": {"secret": true}, "PLAIN": {}}}},
			"pipelines": {"p": {"versions": {"v1": {"objects": [{"name": "o", "reference_name": "nowhere"}]}}}}, "environment_variables": {"NEW": {}, "OLD": {}}}`,
			map[string]plan.Reference{"/deployments/changed/environment_variables/K": "env:K", "/deployments/new/environment_variables/K": "env:K", "/environment_variables/NEW": "env:NEW"}},
	} {
		p := newPlan(t, plan.Input{Offered: content(t, planned), Target: content(t, present), OnConflict: test.mode})
		wantLines(t, string(test.mode), printed(p.Rows), test.want)
		if p.Counts != test.counts {
			t.Errorf("%s: %+v, want %+v", test.mode, p.Counts, test.counts)
		}
		wantContent(t, p.Confirmation, test.confirmation)
		if got, want := marshal(t, p.Values), marshal(t, test.values); !bytes.Equal(got, want) {
			t.Errorf("%s: values %s, want %s", test.mode, got, want)
		}
		_, err := p.Fill(content(t, planned), nil)
		if refused, ok := errors.AsType[*plan.RefusedError](err); !ok || !refused.Conflict() {
			t.Errorf("%s: a plan with conflicts is filled: %v", test.mode, err)
		}
	}
}

func TestNewTakesValuesFromReferences(t *testing.T) {
	t.Parallel()
	const offered = `{"deployments": {"d": {"environment_variables": {"A": {"secret": true}, "B": {}}, "versions": {"v": {"environment_variables": {"A": {"value": "x"}}}}}}, "environment_variables": {"C": {"value": ""}}}`
	in := plan.Input{Offered: content(t, offered), Overrides: overrides(t, `
rename: {deployments: {d: e}}
values: {A: env:ALL, /deployments/d/environment_variables/A: "file:/run/secrets/a"}`)}
	got := marshal(t, newPlan(t, in).Values)
	const want = `{"/deployments/e/environment_variables/A":"file:/run/secrets/a","/deployments/e/environment_variables/B":"env:B","/deployments/e/versions/v/environment_variables/A":"env:ALL"}`
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
	in.Overrides = overrides(t, `values: {A: cmd:cat, NOPE: "env:", /deployments/e/environment_variables/A: env:A}`)
	_, err := plan.New(in)
	wantRefusal(t, err, false,
		`/values: "cmd:cat" of A is neither env:NAME nor file:PATH`,
		`/values: "env:" of NOPE is neither env:NAME nor file:PATH`,
		"/values: the archive has no variable /deployments/e/environment_variables/A",
		"/values: the archive has no variable NOPE")
}

func TestFillGivesWhatWasScannedWithTheValues(t *testing.T) {
	t.Parallel()
	const offered = `{"deployments": {"d": {"versions": {"v": {"zip": "d/v.zip", "instance_type": "small"}}, "environment_variables": {"KEY": {"secret": true}, "PLAIN": {"value": "x"}, "HELD": {"value": "hunter2", "secret": true}}}}, "environments": {"there": {}}}`
	p := newPlan(t, plan.Input{Offered: content(t, offered), Target: content(t, `{"environments": {"there": {}}}`), Overrides: overrides(t, "instance_types: {small: large}")})
	scan := archive.MaskSecrets(content(t, offered))
	resolve := func(place string, r plan.Reference) (string, error) {
		return "value of " + string(r) + " for " + place, nil
	}
	update, err := p.Fill(scan, resolve)
	if err != nil {
		t.Fatal(err)
	}
	wantJSON(t, update, `{"deployments": {"d": {"versions": {"v": {"zip": "d/v.zip", "instance_type": "large"}},
		"environment_variables": {"KEY": {"value": "value of env:KEY for /deployments/d/environment_variables/KEY", "secret": true}, "PLAIN": {"value": "x"}, "HELD": {"value": null, "secret": true}}}}}`)

	_, err = p.Fill(scan, func(string, plan.Reference) (string, error) { return "", errors.New("not set") })
	wantRefusal(t, err, false, "/deployments/d/environment_variables/KEY: no value: env:KEY: not set")
	_, err = p.Fill(scan, func(string, plan.Reference) (string, error) { return "", nil })
	wantRefusal(t, err, false, "/deployments/d/environment_variables/KEY: no value: neither in the archive nor by the plan")

	for changed, want := range map[string]string{
		strings.ReplaceAll(offered, `"small"`, `"medium"`):         `/instance_type: "medium" -> "large"`,
		strings.ReplaceAll(offered, `"versions": {`, `"gone": {`):  "create version v of d",
		strings.ReplaceAll(offered, `{"v": {`, `{"w": {}, "v": {`): "only-in-target version w of d",
		`{}`: "create deployment d",
	} {
		_, err := p.Fill(content(t, changed), resolve)
		if e, ok := errors.AsType[*plan.ChangedError](err); !ok || e.What != "scan" || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", changed, err, want)
		}
	}
	scan = content(t, strings.ReplaceAll(offered, `"small"`, `"small", "maximum_instances": 5`))
	if _, err := p.Fill(scan, resolve); err != nil {
		t.Errorf("the scan states a default: %v", err)
	}
	nothing, err := newPlan(t, plan.Input{Offered: content(t, offered), Target: content(t, offered)}).Fill(scan, resolve)
	if err != nil {
		t.Fatal(err)
	}
	wantJSON(t, nothing, `{"deployments": {}}`)
}

func TestSameSaysWhatHasChanged(t *testing.T) {
	t.Parallel()
	input := func(target string) plan.Input {
		return plan.Input{File: plan.File{SHA256: "aa", Size: 1}, Host: "h", Project: "p", Offered: content(t, planned), Target: content(t, target)}
	}
	p := newPlan(t, input(present))
	same := func(in plan.Input) error { return p.Same(newPlan(t, in)) }
	for _, unrelated := range []string{present, strings.ReplaceAll(present, `"i"`, `"j"`), strings.ReplaceAll(present, `"services": {`, `"services": {"another": {}, `)} {
		if err := same(input(unrelated)); err != nil {
			t.Errorf("%s: %v", unrelated, err)
		}
	}
	for _, test := range []struct {
		what, says string
		change     func(in *plan.Input)
	}{
		{"archive", "archive", func(in *plan.Input) { in.File.Size = 2 }},
		{"target", "+ q on h", func(in *plan.Input) { in.Project = "q" }},
		{"target", "+ p on other", func(in *plan.Input) { in.Host = "other" }},
		{"target", "- create deployment new; - create variable K of new", func(in *plan.Input) { in.Target.Deployments["new"] = models.Deployment{} }},
		{"target", "maximum_instances: 1 -> 2", func(in *plan.Input) { delete(in.Target.Deployments["changed"].Versions, "v1") }},
		{"overrides", "overrides", func(in *plan.Input) { in.Overrides.Values = map[string]plan.Reference{"NEW": "env:OTHER"} }},
	} {
		in := input(present)
		test.change(&in)
		err := same(in)
		if e, ok := errors.AsType[*plan.ChangedError](err); !ok || e.What != test.what || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v; want %s", test.what, err, test.says)
		}
	}
}

// What an import would do, for a reviewer, and the body that does exactly that.
func ExampleNew() {
	offered := archive.Content{
		Environments:         map[string]models.Environment{"gpu": {}, "cpu": {}},
		EnvironmentVariables: map[string]models.EnvironmentVariable{"API_KEY": {Secret: new(true)}},
	}
	target := archive.Content{Environments: map[string]models.Environment{"cpu": {}}}
	p, err := plan.New(plan.Input{Offered: offered, Target: target, Host: "https://api.ubiops.com/v2.1", Project: "production"})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range p.Rows {
		fmt.Println(row)
	}
	fmt.Println(p.Counts.Create, "to create;", p.Values)

	resolve := func(_ string, reference plan.Reference) (string, error) {
		name, ok := strings.CutPrefix(string(reference), "env:")
		if !ok {
			return "", errors.New("only environment variables here")
		}
		return "the value of " + name, nil // from os.LookupEnv
	}
	update, err := p.Fill(offered, resolve) // of the import that was scanned
	fmt.Println(update.EnvironmentVariables["API_KEY"].Value.Or(""), err)
	// Output:
	// same environment cpu
	// create environment gpu
	// create variable API_KEY: secret
	// 2 to create; map[/environment_variables/API_KEY:env:API_KEY]
	// the value of API_KEY <nil>
}
