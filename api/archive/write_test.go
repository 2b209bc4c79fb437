package archive

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestWrite_andReadAgainChangesNothing(t *testing.T) {
	t.Parallel()
	eachSeed(t, 200, func(t *testing.T, seed uint64) {
		g := generator{rand.New(rand.NewPCG(seed, 1))}
		c, packages := g.content(t)
		data := write(t, c, from(packages))
		a := mustOpen(t, data)
		if got, want := asJSON(t, a.Content()), asJSON(t, c); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
		if len(a.Packages()) != len(packages) || len(a.Others()) != 0 {
			t.Fatalf("packages %v, others %v", a.Packages(), a.Others())
		}
		for path, want := range packages {
			if got := readPackage(t, a, path); got != want {
				t.Fatalf("package %s is %q, want %q", path, got, want)
			}
		}
		if again := write(t, a.Content(), a.OpenPackage); !bytes.Equal(again, data) {
			t.Fatal("the second archive has other bytes")
		}
		if changes, err := Diff(a, mustOpen(t, data)); err != nil || len(changes) != 0 {
			t.Fatalf("an archive differs from itself: %v %v", changes, err)
		}
	})
}

func TestWrite_theTemplateSurvivesARoundTrip(t *testing.T) {
	t.Parallel()
	before := mustOpen(t, template(t))
	data := write(t, before.Content(), before.OpenPackage, WithRoot("import"), WithInfo(before.Info()))
	after := mustOpen(t, data)
	if changes, err := Diff(before, after); err != nil || len(changes) != 0 {
		t.Errorf("%v %v", changes, err)
	}
	if after.Root() != "import" || asJSON(t, before.Content()) != asJSON(t, after.Content()) {
		t.Error("root or content changed")
	}
}

func TestWrite_usesTheCanonicalLayoutAndStyle(t *testing.T) {
	t.Parallel()
	structured := models.DataStructureStructured
	c := Content{
		Deployments: map[string]models.Deployment{"d-1": {
			InputType: &structured, OutputType: &structured,
			Description:    models.Value("on: two\nlines"),
			Labels:         models.Value(map[string]string{"team": "ml", "on": "1.10"}),
			DefaultVersion: models.Null[string](),
			InputFields:    models.Value([]models.Field{{Name: "x", DataType: "double"}}),
			EnvironmentVariables: map[string]models.EnvironmentVariable{
				"B": {Value: models.Null[string](), Secret: new(true)}, "A": {Value: models.Value("")},
			},
			Versions: map[string]models.DeploymentVersion{"v1": {Zip: models.Value("from/here"), MemoryAllocation: models.Value(int64(512))}},
			Unknown:  jsontext.Value(`{"zz":{"b":1.50,"a":[]},"gpu":true}`),
		}},
		EnvironmentVariables: map[string]models.EnvironmentVariable{"P": {Value: models.Value("v")}},
	}
	data := write(t, c, from(map[string]string{"from/here": "bytes"}), WithExportDate(time.Date(2025, 6, 1, 12, 0, 0, 5, time.UTC)))
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	want := []struct{ name, body string }{
		{"export/deployments/deployment_d-1/deployment_d-1.yaml", `deployment_name: d-1
deployment_description: "on: two\nlines"
deployment_labels:
  "on": "1.10"
  team: ml
default_version: null
input_type: structured
input_fields:
  - name: x
    data_type: double
output_type: structured
deployment_environment_variables:
  - name: A
    value: ""
  - name: B
    value: null
    secret: true
gpu: true
zz:
  a: []
  b: 1.50
`},
		{"export/deployments/deployment_d-1/versions/deployment_d-1_version_v1.yaml", "version_name: v1\nmemory_allocation: 512\n"},
		{"export/environment_variables.yaml", "- name: P\n  value: v\n"},
		{"export/info.yaml", "format_spec: v1.0\nmetadata:\n  export_date: \"2025-06-01T12:00:00Z\"\n"},
		{"export/deployments/deployment_d-1/versions/deployment_d-1_version_v1.zip", "bytes"},
	}
	if len(z.File) != len(want) {
		t.Fatalf("%d files, want %d", len(z.File), len(want))
	}
	for i, f := range z.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(rc)
		if err != nil || f.Name != want[i].name || string(body) != want[i].body || f.Method != zip.Store {
			t.Errorf("%s, method %d, %v\n%s\nwant %s\n%s", f.Name, f.Method, err, body, want[i].name, want[i].body)
		}
	}
	if got := mustOpen(t, data).Content().Deployments["d-1"].Versions["v1"].Zip.Or(""); got != VersionPackagePath("d-1", "v1") {
		t.Errorf("zip %q", got)
	}
}

func TestWrite_namesTheObjectThatItRefuses(t *testing.T) {
	t.Parallel()
	plain := models.DataStructurePlain
	deployment := func(name string, change func(*models.Deployment)) Content {
		d := models.Deployment{InputType: &plain, OutputType: &plain}
		if change != nil {
			change(&d)
		}
		return Content{Deployments: map[string]models.Deployment{name: d}}
	}
	unknown := func(members string) func(*models.Deployment) {
		return func(d *models.Deployment) { d.Unknown = jsontext.Value(members) }
	}
	tooDeep := `{"a":` + strings.Repeat("[", 80) + strings.Repeat("]", 80) + "}"
	for _, test := range []struct {
		c    Content
		want string
	}{
		{deployment("", nil), `deployment "": the name is empty`},
		{deployment("a\xff", nil), `deployment "a\xff"`},
		{deployment("d", func(d *models.Deployment) { d.OutputType = nil }), `deployment "d" has no output_type`},
		{deployment("d", func(d *models.Deployment) { d.Description = models.Value("\xff") }), `deployment "d"`},
		{deployment("d", unknown(tooDeep)), `deployment "d": it is nested deeper`},
		{deployment("d", unknown(`{"deployment_description":""}`)), `deployment "d": its unknown member "deployment_description"`},
		{deployment("d", unknown(`{"deployment_name":""}`)), `deployment "d": its unknown member "deployment_name"`},
		{deployment("d", unknown(`{"versions":[]}`)), `deployment "d": its unknown member "versions"`},
		{deployment("d", unknown(`{"input_type":""}`)), `deployment "d"`},
		{deployment("d", func(d *models.Deployment) {
			d.EnvironmentVariables = map[string]models.EnvironmentVariable{"V": {Unknown: jsontext.Value(`{"name":1}`)}}
		}), `deployment "d": environment variable "V"`},
		{deployment("d", func(d *models.Deployment) {
			d.Versions = map[string]models.DeploymentVersion{"": {}}
		}), `version "" of deployment "d": the name is empty`},
		{Content{Pipelines: map[string]models.Pipeline{"p": {}}}, `pipeline "p" has no input_type`},
		{Content{Services: map[string]models.Service{"": {}}}, `service ""`},
		{Content{EnvironmentVariables: map[string]models.EnvironmentVariable{"": {}}}, "the project's environment variables"},
		{Content{Unknown: jsontext.Value(`{"buckets":{}}`)}, "no place for"},
	} {
		var b bytes.Buffer
		err := Write(&b, test.c, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) || b.Len() != 0 {
			t.Errorf("got %v after %d bytes\nwant %s", err, b.Len(), test.want)
		}
	}
	for _, root := range []string{"..", "a/b", `a\b`, "C:", "a\n"} {
		if err := Write(io.Discard, Content{}, nil, WithRoot(root)); err == nil || !strings.Contains(err.Error(), "root directory") {
			t.Errorf("root %q: %v", root, err)
		}
	}
}

func TestWrite_passesOnErrorsOfPackagesAndTheWriter(t *testing.T) {
	t.Parallel()
	plain := models.DataStructurePlain
	c := Content{Deployments: map[string]models.Deployment{"d": {
		InputType: &plain, OutputType: &plain,
		Versions: map[string]models.DeploymentVersion{"v": {Zip: models.Value("p.zip")}},
	}}}
	if err := Write(io.Discard, c, from(nil)); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), `package "p.zip" of version "v" of deployment "d"`) {
		t.Error(err)
	}
	if err := Write(io.Discard, c, nil); err == nil || !strings.Contains(err.Error(), "no packages") {
		t.Error(err)
	}
	r, w := io.Pipe()
	_ = r.CloseWithError(fs.ErrClosed)
	if err := Write(w, c, from(map[string]string{"p.zip": ""})); !errors.Is(err, fs.ErrClosed) {
		t.Error(err)
	}
}

func TestWrite_withRootCanLeaveTheRootOut(t *testing.T) {
	t.Parallel()
	a := mustOpen(t, write(t, Content{}, nil, WithRoot("")))
	if a.Root() != "" || a.Info().FormatSpec != FormatSpec {
		t.Errorf("root %q, info %+v", a.Root(), a.Info())
	}
}

func TestWrite_whatIsWrittenIsNeverTooDeepToRead(t *testing.T) {
	t.Parallel()
	written := 0
	for depth := 50; depth < 75; depth++ {
		for _, pair := range [][2]string{{"[", "]"}, {`{"a":`, "}"}, {`[{"a":`, "}]"}} {
			c := Content{Services: map[string]models.Service{"s": {
				Unknown: jsontext.Value(`{"x":` + strings.Repeat(pair[0], depth) + "1" + strings.Repeat(pair[1], depth) + "}"),
			}}}
			if strings.HasPrefix(pair[0], "[") {
				c.Services["s"] = models.Service{Unknown: bytes.ReplaceAll(c.Services["s"].Unknown, []byte("1"), nil)}
			}
			var b bytes.Buffer
			if Write(&b, c, nil) != nil {
				continue
			}
			written++
			if _, err := openBytes(b.Bytes()); err != nil {
				t.Errorf("%d times %s: %v", depth, pair[0], err)
			}
		}
	}
	if written == 0 {
		t.Error("nothing was written")
	}
}
