package archive

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// Success that did nothing, or less than it looks like, is said.
func TestOpen_whatLooksLikeAPartOfTheArchiveAndIsNotReadIsAWarning(t *testing.T) {
	t.Parallel()
	info := files{"x/info.yaml": "format_spec: v1.0"}
	for what, test := range map[string]struct {
		files files
		want  []string
	}{
		"all is read":  {allKinds(), nil},
		"unknown file": {small().with("x/README.md", "").with("y/deployments/a/a.yml", "").with("x/deployments/a/._b.yaml", ""), nil},
		"nothing":      {info, []string{"warning: the archive has nothing that an import creates [nothing]"}},
		"documents in .yml": {info.with("x/deployments/a/a.yml", "deployment_name: a").with("x/environment_variables.yml", ""), []string{
			"warning: the archive has nothing that an import creates; the format has no place for its files, such as x/deployments/a/a.yml [nothing]",
			"x/deployments/a/a.yml: warning: this file is not read: documents end in .yaml [ignored]",
			"x/environment_variables.yml: warning: this file is not read: documents end in .yaml [ignored]",
		}},
		"a version in .yml": {small().with("x/deployments/a/versions/d.yml", ""), []string{
			"x/deployments/a/versions/d.yml: warning: this file is not read: documents end in .yaml [ignored]",
		}},
		"a package as a folder": {small().with("x/deployments/a/versions/c/code.py", "").with("x/deployments/a/versions/c/lib/b.yaml", "").without("x/deployments/a/versions/c.zip"), []string{
			"x/deployments/a/versions/c: warning: a package in the form of a folder is not read: an import takes the ZIP file deployments/a/versions/c.zip [ignored]",
		}},
		"a package as an unpacked folder": {allKinds().with("x/environments/e/e.package/requirements.txt", ""), []string{
			"x/environments/e/e.package: warning: a package in the form of a folder is not read: an import takes the ZIP file environments/e/e.zip [ignored]",
		}},
		"other places": {small().with("x/Deployments/b/b.yaml", "").with("x/deployments/b.yaml", "").with("x/deployments/a/versions/D.ZIP", "").with("x/deployments/a/versions/c.tar.gz", ""), []string{
			"x/Deployments/b/b.yaml: warning: this file is not read: no document of the format lies there [ignored]",
			"x/deployments/a/versions/D.ZIP: warning: this file is not read: a document of the same name that ends in .yaml has to lie beside it [ignored]",
			"x/deployments/a/versions/c.tar.gz: warning: this file is not read: packages are ZIP files, with the name of their document [ignored]",
			"x/deployments/b.yaml: warning: this file is not read: no document of the format lies there [ignored]",
		}},
	} {
		data := test.files.zip(t)
		var called []*Finding
		a, err := Open(bytes.NewReader(data), int64(len(data)), OnWarning(func(f *Finding) { called = append(called, f) }))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		got := warned(a.Warnings())
		slices.Sort(got)
		slices.Sort(test.want)
		if !slices.Equal(got, test.want) || len(called) != len(got) {
			t.Errorf("%s: %d calls\ngot  %s\nwant %s", what, len(called), strings.Join(got, "\n     "), strings.Join(test.want, "\n     "))
		}
	}
}

func TestOpen_keysInFindingsAreCut(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("ü", 100)
	_, _, err := decodeVersion("version_name: v\n? " + key + "\n: 1\n? " + key + "\n: 2")
	if err == nil || strings.Contains(err.Error(), strings.Repeat("ü", 31)) || !strings.Contains(err.Error(), "ü...") {
		t.Error(err)
	}
}
