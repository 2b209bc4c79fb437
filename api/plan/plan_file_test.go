package plan_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// compiled returns a published schema, ready to validate.
func compiled(t testing.TB, text string) func(document string) error {
	t.Helper()
	schema, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mem:///schema.json", schema); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("mem:///schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(document string) error {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
		if err != nil {
			return err
		}
		return s.Validate(v)
	}
}

// full is a plan in which every member that a plan can have is set.
func full(t testing.TB) *plan.Plan {
	t.Helper()
	old, updated := opened(t, "a.py", "1", "c.py", "1"), opened(t, "a.py", "2", "b.py", "1")
	offered := updated.Content()
	offered.EnvironmentVariables = map[string]models.EnvironmentVariable{"KEY": {Secret: new(true)}, "SEEN": {Secret: new(true)}}
	target := old.Content()
	target.EnvironmentVariables = map[string]models.EnvironmentVariable{"SEEN": {Secret: new(true)}}
	return newPlan(t, plan.Input{
		File: plan.File{SHA256: "aa", Size: 1}, Host: "https://example.org/v2.1", Project: "production",
		Offered: offered, Target: target, OfferedArchive: updated, TargetArchive: old, OnConflict: plan.Overwrite,
		Overrides: plan.Overrides{
			Select:        plan.Globs{Deployments: []string{"*"}, Variables: []string{"*"}},
			Set:           map[string]jsontext.Value{"/deployments/d/description": jsontext.Value(`"new"`)},
			InstanceTypes: map[string]string{"a": "b"}, Environments: map[string]string{"a": "b"},
			Values: map[string]plan.Reference{"KEY": "file:/run/secrets/key"},
		},
	})
}

func TestSchemasHoldWhatIsWrittenAndRead(t *testing.T) {
	t.Parallel()
	validate := compiled(t, plan.Schema())
	text := string(written(t, full(t)))
	if err := validate(text); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
	for _, broken := range []string{
		strings.Replace(text, `"format": 1`, `"format": 2`, 1), strings.Replace(text, `"host"`, `"hots"`, 1),
		strings.Replace(text, `"class": "create"`, `"class": "made"`, 1), strings.Replace(text, `"file:/run`, `"cmd:/run`, 1),
		strings.Replace(text, `"instance_types"`, `"instance_type"`, 1),
	} {
		if broken == text || validate(broken) == nil {
			t.Errorf("valid: %s", broken)
		}
		if _, err := plan.Read(strings.NewReader(broken)); err == nil && !strings.Contains(broken, `"made"`) {
			t.Errorf("read: %s", broken)
		}
	}
	validate = compiled(t, plan.OverridesSchema())
	whole := `{"select": {"deployments": ["a"], "pipelines": [], "environments": [], "services": [], "variables": []}, "set": {"/a/b/c": {"d": null}},
		"instance_types": {"a": "b"}, "environments": {"a": "b"}, "values": {"A": "env:B"},
		"rename": {"deployments": {"a": "b"}, "pipelines": {}, "environments": {}, "services": {}}}`
	read, err := plan.ReadOverrides(strings.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	wantJSON(t, &read, whole)
	for document, valid := range map[string]bool{
		whole: true, `{}`: true, `{"sets": {}}`: false, `{"select": {"deployment": []}}`: false, `{"rename": {"variables": {}}}`: false,
		`{"values": {"A": "cmd:cat"}}`: false, `{"set": {"/a": 1}}`: false,
	} {
		if err := validate(document); (err == nil) != valid {
			t.Errorf("%s: %v", document, err)
		}
	}
}

func TestReadGivesWhatWasWritten(t *testing.T) {
	t.Parallel()
	p := full(t)
	text := written(t, p)
	read, err := plan.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if again := written(t, read); !bytes.Equal(again, text) {
		t.Errorf("got %s\nwant %s", again, text)
	}
	if err := read.Same(p); err != nil {
		t.Error(err)
	}
}

func TestReadRefusesWhatIsNotAPlan(t *testing.T) {
	t.Parallel()
	text := string(written(t, full(t)))
	for _, test := range []struct{ old, updated, want string }{
		{`"format": 1`, `"format": 2`, "the plan has format 2; this version reads format 1"},
		{`"format": 1,`, ``, "the plan has format 0"},
		{`"format": 1`, `"format": 1, "format": 1`, "duplicate"},
		{`"project"`, `"projects"`, `"projects"`},
		{`"/environment_variables/KEY": "file:`, `"/environment_variables/KEY": "cmd:`, `"cmd:/run/secrets/key" of /environment_variables/KEY is neither`},
		{`"KEY": "file:`, `"KEY": "cmd:`, `"cmd:/run/secrets/key" of KEY is neither`},
		{`"KEY": {`, `"KEY": {"value": "x",`, "holds values"},
		{`"KEY": {`, `"KEY": {"hint": "x",`, "holds values"},
		{`"confirmation": {`, `"confirmation": {"services": {"s": {"vars": [{"value": "x", "secret": true}]}},`, "holds values"},
		{`"confirmation": {`, `"confirmation": {"later": {},`, "holds values"},
		{text, ``, "not a plan"},
		{text, `[]`, "not a plan"},
	} {
		changed := strings.Replace(text, test.old, test.updated, 1)
		if _, err := plan.Read(strings.NewReader(changed)); changed == text || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v; want %s", test.updated, err, test.want)
		}
	}
}

// A plan is a file for a reviewer, and then for the import.
func ExamplePlan_Write() {
	p, err := plan.New(plan.Input{
		File: plan.File{SHA256: "6b86b273", Size: 1024}, Host: "https://api.ubiops.com/v2.1", Project: "production",
		Offered: archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{"REGION": {Value: models.Value("eu")}, "TOKEN": {Secret: new(true)}}},
	})
	if err == nil {
		err = p.Write(os.Stdout)
	}
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "format": 1,
	//   "archive": {
	//     "sha256": "6b86b273",
	//     "size": 1024
	//   },
	//   "host": "https://api.ubiops.com/v2.1",
	//   "project": "production",
	//   "on_conflict": "fail",
	//   "packages": false,
	//   "counts": {
	//     "create": 2,
	//     "same": 0,
	//     "different": 0,
	//     "conflict": 0
	//   },
	//   "rows": [
	//     {
	//       "class": "create",
	//       "kind": "variable",
	//       "name": "REGION",
	//       "place": "/environment_variables/REGION"
	//     },
	//     {
	//       "class": "create",
	//       "kind": "variable",
	//       "name": "TOKEN",
	//       "place": "/environment_variables/TOKEN",
	//       "note": "secret"
	//     }
	//   ],
	//   "confirmation": {
	//     "environment_variables": {
	//       "REGION": {},
	//       "TOKEN": {
	//         "secret": true
	//       }
	//     }
	//   },
	//   "values": {
	//     "/environment_variables/TOKEN": "env:TOKEN"
	//   }
	// }
}

// Before a plan is applied, it is made again and compared.
func ExampleRead() {
	made := plan.Input{Project: "production", Offered: archive.Content{Services: map[string]models.Service{"web": {}}}}
	p, err := plan.New(made)
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	if err := p.Write(&file); err != nil {
		fmt.Println(err)
		return
	}

	made.Target.Services = map[string]models.Service{"web": {}} // somebody was faster
	again, err := plan.New(made)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err = plan.Read(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Same(again))
	// Output:
	// not what was planned: the target; - create service web; + same service web
}

// The schema is published with the plan, for programs that read it.
func ExampleSchema() {
	fmt.Println(strings.Contains(plan.Schema(), `"not_compared"`))
	// Output:
	// true
}
