package archive

import (
	"bytes"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func TestOpenReadsTheFirstGenerationOfArchives(t *testing.T) {
	t.Parallel()
	a := mustOpen(t, template(t))
	c := a.Content()
	if a.Root() != "import" || a.Info().FormatSpec != "v1.0" || len(a.Others()) != 0 {
		t.Errorf("root %q, info %+v, others %q", a.Root(), a.Info(), a.Others())
	}
	const path = "deployments/deployment_deployment-1/versions/deployment_deployment-1_version_v1.zip"
	want := `{"deployment_mode":"express","description":"","labels":{},"language":"python3.8",` +
		`"maximum_idle_time":300,"maximum_instances":1,"memory_allocation":2048,"minimum_instances":0,` +
		`"request_retention_mode":"full","request_retention_time":604800,"zip":"` + path + `"}`
	if got := asJSON(t, c.Deployments["deployment-1"].Versions["v1"]); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	want = `{"default_version":"v1","description":"","input_fields":[{"data_type":"double","name":"input"}],` +
		`"input_type":"structured","labels":{},"output_fields":[{"data_type":"double","name":"output"}],"output_type":"structured"`
	if got := asJSON(t, c.Deployments["deployment-2"]); !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s...", got, want)
	}
	objects, _ := c.Pipelines["pipeline-1"].Versions["v1"].Objects.Get()
	if len(objects) != 2 || objects[1].ReferenceName != "deployment-2" || objects[0].ReferenceVersion.Or("?") != "" {
		t.Errorf("objects %+v", objects)
	}
	packages := a.Packages()
	if len(packages) != 2 || packages[0] != (Package{Path: path, Size: 549, CRC32: 0x55aa2ea4}) {
		t.Errorf("packages %+v", packages)
	}
	if got := readPackage(t, a, path); len(got) != 549 || !strings.HasPrefix(got, "PK") {
		t.Errorf("package has %d bytes", len(got))
	}
}

func TestOpenAcceptsAnyRootAndAnyNamesOfDirectories(t *testing.T) {
	t.Parallel()
	want := asJSON(t, mustOpen(t, small().zip(t)).Content().Deployments["dep"].InputType)
	for _, root := range []string{"", "x/", "export 2/", "a/b/", "ü/"} {
		moved := files{}
		for name, body := range small() {
			moved[root+strings.TrimPrefix(name, "x/")] = body
		}
		if root != "" {
			moved[root] = "" // directory entries, in any number
			moved[root+"deployments/"] = ""
		}
		a := mustOpen(t, moved.zip(t))
		if got := asJSON(t, a.Content().Deployments["dep"].InputType); got != want || a.Root() != strings.TrimSuffix(root, "/") {
			t.Errorf("root %q: read as %q, content %s", root, a.Root(), got)
		}
		if got := a.Content().Deployments["dep"].Versions["v1"].Zip.Or(""); got != "deployments/a/versions/c.zip" {
			t.Errorf("root %q: zip %q", root, got)
		}
	}
}

func TestOthersListsWhatTheFormatDoesNotKnow(t *testing.T) {
	t.Parallel()
	f := small().with("x/deployments/a/versions/orphan.zip", "").with("__MACOSX/x/._info.yaml", "").
		with("x/README.md", "").with("x/deployments/a/._b.yaml", "").with("x/buckets/b/b.yaml", "").
		with("x/pipelines/p/versions/v.zip", "").with("x/environments/lost/env.zip", "")
	want := []string{
		"__MACOSX/x/._info.yaml", "x/README.md", "x/buckets/b/b.yaml", "x/deployments/a/._b.yaml",
		"x/deployments/a/versions/orphan.zip", "x/environments/lost/env.zip", "x/pipelines/p/versions/v.zip",
	}
	if got := mustOpen(t, f.zip(t)).Others(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestOpenReadsEveryKindOfObject(t *testing.T) {
	t.Parallel()
	f := small().
		with("x/environment_variables.yaml", "- {name: A, value: 1.10}\n- name: B\n  secret: True\n  value:\n  x: 1\n").
		with("x/environments/e/e.yaml", "environment_name: env\nenvironment_display_name: Env\nbase_environment: python3-11\n").
		with("x/environments/e/e.zip", "env package").
		with("x/services/s/s.yaml", "service_name: svc\nport: 8080\nscale: 1.50\n").
		with("x/info.yaml", "format_spec: v1.0\nmetadata:\n  export_date: 2025-06-01\n  host: here\nmore: [1]\n")
	a := mustOpen(t, f.zip(t))
	c := a.Content()
	for got, want := range map[string]string{
		asJSON(t, c.EnvironmentVariables): `{"A":{"value":"1.10"},"B":{"secret":true,"value":null,"x":1}}`,
		asJSON(t, c.Environments):         `{"env":{"base_environment":"python3-11","display_name":"Env","zip":"environments/e/e.zip"}}`,
		asJSON(t, c.Services):             `{"svc":{"port":8080,"scale":1.50}}`,
		asJSON(t, a.Info()):               `{"format_spec":"v1.0","metadata":{"export_date":"2025-06-01","host":"here"},"more":[1]}`,
	} {
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestOpenPackageNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	data := small().zip(t)
	a := mustOpen(t, data)
	if _, err := a.OpenPackage("deployments/a/b.yaml"); !errorIs(err, fs.ErrNotExist) {
		t.Errorf("a document as a package: %v", err)
	}
	flipped := bytes.Replace(data, []byte("he pack"), []byte("he PACK"), 1)
	if bytes.Equal(flipped, data) {
		stored := storedZip(t, small())
		flipped = bytes.Replace(stored, []byte("he pack"), []byte("he PACK"), 1)
	}
	rc, err := mustOpen(t, flipped).OpenPackage("deployments/a/versions/c.zip")
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadAll(rc)
	wantFinding(t, err, CodeDamaged, "x/deployments/a/versions/c.zip", 0)
}
