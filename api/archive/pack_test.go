package archive

import (
	"bytes"
	"io/fs"
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

func TestPackTakesATreeThatAPersonWrote(t *testing.T) {
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

func TestPackRefusesWhatHasNoClearMeaning(t *testing.T) {
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
