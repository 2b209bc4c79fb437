package cli_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/cli"
	"github.com/ubiops-contrib/transfer/gen/models"
)

const (
	template         = "../../../../archive/testdata/template.zip" // ours, in the same old layout
	officialTemplate = "../../../../../tests/samples/import-template.zip"
)

func wantLines(t *testing.T, out string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(out, line+"\n") {
			t.Errorf("no line %q in\n%s", line, out)
		}
	}
}

func TestDemoMovesTheSample(t *testing.T) {
	t.Parallel()
	out, err := run(t, "demo")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"the sample into project source", ": secret", "fill ", "completed", "0 differences", "all three archives agree"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestDemoMovesOldArchives(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"ours": template, "the official template": officialTemplate} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := run(t, "demo", path)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			wantLines(t, out,
				"compare   given archive and first export: 0 differences, 2 and 2 packages",
				"compare   given archive and second export: 0 differences, 2 and 2 packages",
				"compare   first export and second export: 0 differences, 2 and 2 packages",
				"secrets   0 of 0 filled values are in the store of target",
				"done      2 deployments with 2 versions, 1 pipeline with 1 version, 0 environments moved from source to target; all three archives agree")
		})
	}
}

// An archive as an export makes it: values are left out, of a secret and of a
// plain variable, under names that are awkward in a path.
func TestDemoFillsWhatAnArchiveLeavesOut(t *testing.T) {
	t.Parallel()
	out, err := run(t, "demo", file(t, archive.Content{
		EnvironmentVariables: map[string]models.EnvironmentVariable{
			"A~B": {Secret: new(true)},
			"C":   {},
			"D":   {Value: models.Value("")},
		},
	}))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	wantLines(t, out, "fill      /environment_variables/A~0B", "fill      /environment_variables/C",
		"secrets   2 of 2 filled values are in the store of target")
	if strings.Contains(out, "value 1") {
		t.Errorf("a value is shown in\n%s", out)
	}
}

func TestDemoSaysWhatIsWrongInOneLine(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile(template)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, args := range map[string][]string{
		"no such file":      {"demo", filepath.Join(dir, "nothing.zip")},
		"a directory":       {"demo", dir},
		"no ZIP":            {"demo", write("text.zip", []byte("text"))},
		"a cut ZIP":         {"demo", write("cut.zip", whole[:len(whole)/2])},
		"an empty file":     {"demo", write("empty.zip", nil)},
		"two archives":      {"demo", template, template},
		"unknown command":   {"no-such-command"},
		"unknown flag":      {"demo", "--nope"},
		"refused reference": {"demo", file(t, archive.Content{Pipelines: map[string]models.Pipeline{"p": dangling}})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout bytes.Buffer
			err := cli.Run(t.Context(), args, noEnv, strings.NewReader(""), &stdout, io.Discard)
			if err == nil || strings.Contains(err.Error(), "\n") || err.Error() == "" {
				t.Errorf("error %q", err)
			}
		})
	}
}

var dangling = models.Pipeline{
	InputType: new(models.DataStructurePlain), OutputType: new(models.DataStructurePlain),
	Versions: map[string]models.PipelineVersion{"v1": {
		Objects: models.Value([]models.PipelineObject{{Name: "o", ReferenceName: "nothing"}}),
	}},
}

// The last line never sounds as if all were well if something was left behind.
func TestDemoSaysWhatItDidNotMove(t *testing.T) {
	t.Parallel()
	const document, version = "export/deployments/d/d.yaml", "export/deployments/d/versions/v.yaml"
	part := map[string]string{
		"export/info.yaml": "format_spec: v1.0\n", document: "deployment_name: d\ninput_type: plain\noutput_type: plain\n",
		version: "version_name: v\n", "export/deployments/d/versions/v/deployment.py": "pass\n",
	}
	out, err := run(t, "demo", zipFile(t, part))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(out, "warning   export/deployments/d/versions/v: a package in the form of a folder is not read") ||
		!strings.Contains(out, "but NOT everything that") || strings.Contains(out, "all three archives agree") {
		t.Error(out)
	}
	for name, text := range part {
		if after, ok := strings.CutSuffix(name, ".yaml"); ok && !strings.HasSuffix(name, "info.yaml") {
			delete(part, name)
			part[after+".yml"] = text
		}
	}
	err = cli.Run(t.Context(), []string{"demo", zipFile(t, part)}, noEnv, strings.NewReader(""), io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "nothing is moved") || !strings.Contains(err.Error(), "documents end in .yaml") {
		t.Errorf("an archive in which nothing is found: %v", err)
	}
}

func zipFile(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "archive.zip")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
