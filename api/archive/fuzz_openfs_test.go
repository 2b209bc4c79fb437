package archive

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// textTreeOf builds a tree from text: a line `-- name --` starts a file, and
// `-- name @ --` something that is not a plain file.
func textTreeOf(text string) fstest.MapFS {
	m := fstest.MapFS{}
	var file *fstest.MapFile
	for line := range strings.Lines(text) {
		name, isName := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "-- ")
		name, isWhole := strings.CutSuffix(name, " --")
		if !isName || !isWhole {
			if file != nil {
				file.Data = append(file.Data, line...)
			}
			continue
		}
		file = &fstest.MapFile{Mode: 0o644}
		if special, ok := strings.CutSuffix(name, " @"); ok {
			name, file.Mode = special, fs.ModeSymlink|0o777
		}
		m[name] = file
	}
	return m
}

// Whatever tree is opened either is refused, or is the same archive as what is
// written from it. Only a fault of the file system is an error that is not a finding.
func FuzzOpenFS(f *testing.F) {
	for _, fileSet := range []files{
		small(),
		small().with("x/environments/e/e.yaml", "environment_name: e\n").with("x/environments/e/e.zip", "").with("x/.git/HEAD", "ref"),
		{"info.yaml": "format_spec: v1.0\n", "environment_variables.yaml": "- {name: A, value: 1}\n", ".git": "", ".hidden": "", "README": ""},
		{"info.yaml": "", "a/info.yaml": "", "A/B": "", "a/b": "", "link @": "info.yaml", "c:x": "", "\xff": ""},
		{"info.yaml": "", "pipelines/p/p.yaml": "pipeline_name: p\n" + pipes, "pipelines/p/versions/v.yaml": "version_name: v\nobjects: []\n"},
	} {
		var text strings.Builder
		for _, name := range sorted(fileSet) {
			text.WriteString("-- " + name + " --\n" + fileSet[name] + "\n")
		}
		f.Add(text.String())
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 32<<10 {
			return
		}
		m := textTreeOf(text)
		a, err := OpenFS(m, WithLimits(fuzzLimits))
		if err != nil {
			_, refused := errors.AsType[Findings](err)
			_, broken := errors.AsType[*fs.PathError](err)
			if refused == broken || err.Error() == "" {
				t.Errorf("neither a finding nor an error of the file system: %v", err)
			}
			return
		}
		for _, p := range a.Packages() {
			if got := readPackage(t, a, p.Path); int64(len(got)) != p.Size {
				t.Errorf("%s has %d bytes, states %d", p.Path, len(got), p.Size)
			}
		}
		var b bytes.Buffer
		if Write(&b, a.Content(), a.OpenPackage) != nil {
			return // a name that is not a path
		}
		again, err := openBytes(b.Bytes())
		if err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
		if changes, err := Diff(a, again); err != nil || len(changes) > 0 {
			t.Fatalf("what was written differs: %v %v", changes, err)
		}
	})
}
