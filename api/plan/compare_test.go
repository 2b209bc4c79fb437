package plan_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// compare returns the rows of a comparison as they print, but for objects that
// are the same.
func compare(t *testing.T, c plan.Comparison) []string {
	t.Helper()
	rows, err := plan.Compare(c)
	if err != nil {
		t.Fatal(err)
	}
	return printed(rows)
}

func printed(rows []plan.Row) (lines []string) {
	for _, row := range rows {
		if row.Class != plan.Same || row.NotCompared != "" {
			lines = append(lines, row.String())
		}
	}
	return lines
}

func wantLines(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\ngot:\n%s\nwant:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestCompareClassifiesObjectsAndMembers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, target, wanted string
		want                 []string
	}{
		{"create", `{"deployments": {"d": {"versions": {"v1": {}}}}}`,
			`{"deployments": {"d": {"versions": {"v1": {}, "v2": {"zip": "v2.zip"}}}, "e": {"environment_variables": {"K": {"value": "x"}}}}, "services": {"s": {}}}`,
			[]string{"create version v2 of d: from v2.zip", "create deployment e", "create variable K of e", "create service s"}},
		{"same, but for how it is written",
			`{"deployments": {"d": {"description": "", "labels": {}, "default_version": null, "versions": {"v": {"ports": []}}}}}`, `{"deployments": {"d": {"versions": {"v": {}}}}}`, nil},
		{"different", `{"deployments": {"d": {"description": "old", "labels": {"team": "a"}, "input_fields": [{"name": "x", "data_type": "int"}], "versions": {"v": {"maximum_instances": 1}}}}}`,
			`{"deployments": {"d": {"labels": {"team": "b"}, "input_fields": [{"name": "y", "data_type": "int"}], "versions": {"v": {"maximum_instances": 5}}}}}`,
			[]string{"different deployment d", `different deployment d /description: "old"`,
				`different deployment d /input_fields/x: {"data_type":"int","name":"x"}`, `different deployment d /input_fields/y: {"data_type":"int","name":"y"}`,
				`different deployment d /labels/team: "a" -> "b"`, "different version v of d: without a package", "different version v of d /maximum_instances: 1 -> 5"}},
		{"only in the target", `{"deployments": {"d": {"versions": {"v1": {}, "v0": {"labels": {"a": "b"}}}}}, "environments": {"e": {}}, "environment_variables": {"A": {"value": "1"}}}`,
			`{"deployments": {"d": {"versions": {"v1": {}}}}}`,
			[]string{"only-in-target environment e", "only-in-target version v0 of d", "only-in-target variable A"}},
		{"the label of an import", `{"pipelines": {"p": {"labels": {"import": "id", "a": "b"}}, "q": {"labels": {"import": "id"}}}}`,
			`{"pipelines": {"p": {"labels": {"a": "b"}}, "q": {"labels": {"import": "another"}}}}`,
			[]string{`set-by-platform pipeline p /labels/import: "id" (marks what an import created)`, `set-by-platform pipeline q /labels/import: "id" -> "another" (marks what an import created)`}},
		{"defaults", `{"deployments": {"d": {"default_version": "v", "versions": {"v": {"maximum_instances": 5, "health_check": {"path": "/"}, "later": true, "ports": [{"public_port": 1}]}}}}}`,
			`{"deployments": {"d": {"versions": {"v": {}}}}}`,
			[]string{`set-by-platform deployment d /default_version: "v" (not stated; the platform chooses)`, "different version v of d: without a package",
				`set-by-platform version v of d /health_check: {"path":"/"} (not stated; the platform chooses)`, "set-by-platform version v of d /later: true (not stated; the platform chooses)",
				"set-by-platform version v of d /maximum_instances: 5 (not stated; the platform chooses)", `different version v of d /ports: [{"public_port":1}]`}},
		{"settings of another generation", `{"deployments": {"d": {"versions": {"v": {"environment_name": "python3-8", "instance_type_group_name": "256 MB", "maximum_instances": 1}}}}}`,
			`{"deployments": {"d": {"versions": {"v": {"environment": "python3-8", "memory_allocation": 256, "maximum_instances": 1, "minimum_instances": 1}}}}}`,
			[]string{"different version v of d: without a package",
				`set-by-platform version v of d /environment: "python3-8" (another spelling of the same environment)`,
				`set-by-platform version v of d /environment_name: "python3-8" (another spelling of the same environment)`,
				`set-by-platform version v of d /instance_type_group_name: "256 MB" (not stated; the platform chooses)`,
				"set-by-platform version v of d /memory_allocation: 256 (replaced in newer versions of the platform)",
				"different version v of d /minimum_instances: 1"}},
		{"another environment in another spelling", `{"deployments": {"d": {"versions": {"v": {"environment_name": "python3-12"}}}}}`, `{"deployments": {"d": {"versions": {"v": {"environment": "python3-8"}}}}}`,
			[]string{"different version v of d: without a package", `different version v of d /environment: "python3-8"`, `different version v of d /environment_name: "python3-12"`}},
		{"variables", `{"environment_variables": {"PLAIN": {"value": "old"}, "GIVEN": {"value": "x"}, "SECRET": {"secret": true}, "OPEN": {"value": "x"}, "LIKE": {"value": "x"}}}`,
			`{"environment_variables": {"PLAIN": {"value": "new", "like": 1}, "GIVEN": {}, "SECRET": {"value": "hunter2", "secret": true}, "OPEN": {"value": "hunter2", "secret": true}, "LIKE": {"value": "x"}}}`,
			[]string{"same variable GIVEN (value not compared)", "different variable OPEN: secret (value not compared)", "different variable OPEN /secret: true",
				"different variable PLAIN", "different variable PLAIN /like", "different variable PLAIN /value", "same variable SECRET: secret (value not compared)"}},
		{"packages that are not held", `{"deployments": {"d": {"versions": {"v": {}, "w": {}}}}}`, `{"deployments": {"d": {"versions": {"v": {"zip": "v.zip"}, "w": {}}}}}`,
			[]string{"same version v of d: from v.zip (package not compared)"}},
	} {
		c := plan.Comparison{Target: content(t, test.target), Wanted: content(t, test.wanted)}
		wantLines(t, test.name, compare(t, c), test.want)
		if data := marshal(t, mustRows(t, c)); bytes.Contains(data, []byte("hunter2")) {
			t.Errorf("%s: a secret is shown: %s", test.name, data)
		}
	}
}

func mustRows(t *testing.T, c plan.Comparison) []plan.Row {
	t.Helper()
	rows, err := plan.Compare(c)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestCompareShowsValuesOfPlainVariablesOnDemand(t *testing.T) {
	t.Parallel()
	c := plan.Comparison{
		Target: content(t, `{"environment_variables": {"A": {"value": "old"}, "S": {"value": "1", "secret": true}}}`),
		Wanted: content(t, `{"environment_variables": {"A": {"value": "new"}, "S": {"value": "2", "secret": true}}}`),
		Values: plan.IncludeValues,
	}
	wantLines(t, "included", compare(t, c), []string{"different variable A", `different variable A /value: "old" -> "new"`, "same variable S: secret (value not compared)"})
}

// opened writes an archive of one version with a package and opens it.
func opened(t testing.TB, files ...string) *archive.Archive {
	t.Helper()
	c := archive.Content{Deployments: map[string]models.Deployment{"d": {
		InputType: new(models.DataStructurePlain), OutputType: new(models.DataStructurePlain),
		Versions: map[string]models.DeploymentVersion{"v": {Zip: models.Value("v")}},
	}}}
	var out bytes.Buffer
	err := archive.Write(&out, c, func(string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(zipped(t, files...))), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestComparePackagesByTheirFiles(t *testing.T) {
	t.Parallel()
	old, updated := opened(t, "a.py", "1", "b.py", "1"), opened(t, "a.py", "2", "b.py", "1")
	rows := mustRows(t, plan.Comparison{Target: old.Content(), Wanted: updated.Content(), TargetArchive: old, WantedArchive: updated})
	if len(rows) != 3 || rows[1].Class != plan.Different || rows[1].NotCompared != "" || rows[2].Member != "/zip" || rows[2].Class != plan.Different {
		t.Fatalf("%+v", rows)
	}
	if files := rows[2].Files; len(files) != 1 || files[0].Path != "a.py" || files[0].Kind != archive.Changed {
		t.Errorf("%+v", files)
	}
	rows = mustRows(t, plan.Comparison{Target: old.Content(), Wanted: old.Content(), TargetArchive: old, WantedArchive: old})
	if len(rows) != 2 || rows[1].Class != plan.Same || rows[1].NotCompared != "" {
		t.Errorf("%+v", rows)
	}
}

// After an import, a target is compared with what was confirmed.
func ExampleCompare() {
	wanted := archive.Content{Deployments: map[string]models.Deployment{"churn": {
		Versions: map[string]models.DeploymentVersion{"v1": {MaximumInstances: models.Value(int64(5))}, "v2": {}},
	}}}
	target := archive.Content{Deployments: map[string]models.Deployment{"churn": {
		Labels: models.Value(map[string]string{plan.ImportLabel: "903ccd12"}),
		Versions: map[string]models.DeploymentVersion{"v1": {
			MaximumInstances: models.Value(int64(1)), MinimumInstances: models.Value(int64(0)),
		}},
	}}}
	rows, err := plan.Compare(plan.Comparison{Target: target, Wanted: wanted})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range rows {
		fmt.Println(row)
	}
	// Output:
	// same deployment churn
	// set-by-platform deployment churn /labels/import: "903ccd12" (marks what an import created)
	// different version v1 of churn: without a package
	// different version v1 of churn /maximum_instances: 1 -> 5
	// set-by-platform version v1 of churn /minimum_instances: 0 (not stated; the platform chooses)
	// create version v2 of churn: without a package
}
