package archive

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// mapFS is a directory in memory, whose files cannot seek.
func mapFS(f files) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range f {
		m[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return m
}

// byHand is a tree as a person may write it.
func byHand() files {
	return files{
		"info.yaml":                                 "format_spec: v1.0",
		"deployments/a/b.yaml":                      "deployment_name: dep\n" + pipes,
		"deployments/a/versions/c.yaml":             "version_name: v1\n",
		"deployments/a/versions/c.package/run.sh":   "#!/bin/sh",
		"deployments/a/versions/c.package/d/a.py":   "pass",
		"environments/e/e.yaml":                     "environment_name: e",
		"environments/e/e.package/requirements.txt": "",
		".git/HEAD":  "ref",
		"notes.txt":  "kept",
		"_outside/o": "beside",
	}
}

func TestPack_takesATreeThatAPersonWrote(t *testing.T) {
	t.Parallel()
	m := mapFS(byHand())
	m["deployments/a/versions/c.package/run.sh"].Mode = 0o700
	var b bytes.Buffer
	if err := Pack(&b, m, WithRoot("r")); err != nil {
		t.Fatal(err)
	}
	a := mustOpen(t, b.Bytes())
	if got := strings.Join(a.Others(), " "); got != "o r/notes.txt" {
		t.Errorf("others %s", got)
	}
	got := readPackage(t, a, VersionPackagePath("dep", "v1"))
	sums := hashes(t, a)
	if len(sums) != 3 || sums[VersionPackagePath("dep", "v1")+"!run.sh"][32] != 1 || sums[VersionPackagePath("dep", "v1")+"!d/a.py"][32] != 0 {
		t.Errorf("%v", sums)
	}
	if i, j := strings.Index(got, "d/a.py"), strings.Index(got, "run.sh"); i < 0 || j < i {
		t.Error("the package is not sorted")
	}
	var again bytes.Buffer
	if err := Pack(&again, m, WithRoot("r")); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Errorf("packed twice, the bytes differ: %v", err)
	}
}

func TestPack_refusesWhatHasNoClearMeaning(t *testing.T) {
	t.Parallel()
	link := mapFS(byHand())
	link["deployments/a/versions/c.package/link"] = &fstest.MapFile{Data: []byte("/etc/passwd"), Mode: fs.ModeSymlink}
	for _, test := range []struct {
		m    fstest.MapFS
		want string
	}{
		{mapFS(byHand().with("deployments/a/versions/c.zip", "")), "as a ZIP file and as a directory"},
		{mapFS(byHand().without("deployments/a/versions/c.yaml")), "deployments/a/versions/c.package: an unpacked package without a YAML file"},
		{mapFS(byHand().with("sub/.git/HEAD", "")), "Git repository below the top"},
		{mapFS(byHand().without("info.yaml")), "no info.yaml"},
		{mapFS(files{"x/info.yaml": "format_spec: v1.0"}), "not at the top"},
		{mapFS(byHand().with("info.yaml", "format_spec: [")), "info.yaml:2"},
		{mapFS(byHand().with("deployments/a/versions/c.package/A", "").with("deployments/a/versions/c.package/a", "")), "twice"},
		{mapFS(byHand().with("deployments/a/versions/c.package/a\\b", "")), "back-slash"},
		{link, "links"},
	} {
		var b bytes.Buffer
		err := Pack(&b, test.m)
		if err == nil || !strings.Contains(err.Error(), test.want) || b.Len() > 0 {
			t.Errorf("got %v after %d bytes\nwant %s", err, b.Len(), test.want)
		}
	}
	if err := Pack(&bytes.Buffer{}, mapFS(byHand()), WithRoot("")); err == nil || !strings.Contains(err.Error(), "outside") {
		t.Errorf("nothing is outside without a root directory: %v", err)
	}
}

// What Pack takes is what OpenFS reads and what Verify accepts.
func TestPack_andOpenFSReadADirectoryByOneRule(t *testing.T) {
	t.Parallel()
	f := byHand().with(".venv/bin/python", "").with(".env", "KEY=1").with(".ENV.local", "KEY=1").with(".github/a.yaml", "").with(".gitignore", "").with("docs/.env", "KEY=1").
		with("docs/info.yaml", "text").with("docs/.cache/a", "").
		with("deployments/a/versions/c.package/.venv/x", "").with("deployments/a/versions/c.package/info.yaml", "")
	tree, err := OpenFS(mapFS(f))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	var said []*Finding
	if err := Pack(&b, mapFS(f), WithRoot("r"), OnWarning(func(f *Finding) { said = append(said, f) })); err != nil {
		t.Fatal(err)
	}
	if err := verifyBytes(t, b.Bytes()); err != nil {
		t.Error(err)
	}
	a := mustOpen(t, b.Bytes())
	want := "o r/.gitignore r/docs/.cache/a r/docs/.env r/docs/info.yaml"
	if got := strings.Join(a.Others(), " "); !strings.HasPrefix(got, want) {
		t.Errorf("others %s", got)
	}
	left := func(f *Finding) bool { return f.Code != CodeLeftOut && f.Code != CodeEnvFile }
	if got, want := warned(slices.DeleteFunc(said, left)), warned(slices.DeleteFunc(tree.Warnings(), left)); len(got) != 5 || !slices.Equal(got, want) {
		t.Errorf("Pack says %q, OpenFS %q", got, want)
	}
	sums := hashes(t, a)
	for _, name := range []string{".venv/x", "info.yaml"} { // in a package, all is a part of it
		if _, ok := sums[VersionPackagePath("dep", "v1")+"!"+name]; !ok {
			t.Errorf("the package has no %s", name)
		}
	}
	for _, odd := range []string{"docs/.git/HEAD", "deployments/a/versions/c.package/.git/HEAD", "a\\b", "docs/INFO.yaml"} {
		f := f.with(odd, "")
		_, openErr := OpenFS(mapFS(f))
		packErr := Pack(&b, mapFS(f))
		one, other := firstFinding(openErr), firstFinding(packErr)
		if one == nil || other == nil || *one != *other {
			t.Errorf("%s: OpenFS %v, Pack %v", odd, openErr, packErr)
		}
	}
}

// A document that is too large is refused before it is opened.
func TestPack_looksAtTheSizeOfADocumentFirst(t *testing.T) {
	t.Parallel()
	name := "deployments/a/versions/c.yaml"
	m := mapFS(byHand().with(name, "version_name: v1\n#"+strings.Repeat("x", 1<<20)))
	err := Pack(&bytes.Buffer{}, failingFS{m, name, errors.New("it was opened")})
	wantFinding(t, err, CodeLimit, name, 0)
}
