package archive

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestOpenFS_keepsItsLimits(t *testing.T) {
	t.Parallel()
	m := small().with("x/zeros", strings.Repeat("\x00", 4<<20)).tree()
	if _, err := OpenFS(m); err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]Limits{
		"entries":   {Entries: 8}, // of 9, directories included
		"total":     {TotalSize: 4 << 20},
		"entry":     {EntrySize: 4<<20 - 1},
		"document":  {DocumentSize: 16},
		"documents": {DocumentsSize: 70},
	} {
		_, err := OpenFS(m, WithLimits(l))
		if f, ok := errors.AsType[*Finding](err); !ok || f.Code != CodeLimit {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := OpenFS(m, WithLimits(Limits{Entries: 9})); err != nil {
		t.Error(err)
	}
	deep := small().with("x/"+strings.Repeat("d/", 40)+"f", "").tree()
	_, err := OpenFS(deep)
	wantFinding(t, err, CodeName, "x/"+strings.Repeat("d/", 32), 0)
}

func TestOpenFS_refusesLinksAndSpecialFiles(t *testing.T) {
	t.Parallel()
	for what, mode := range map[string]fs.FileMode{
		"link": fs.ModeSymlink, "pipe": fs.ModeNamedPipe, "socket": fs.ModeSocket, "device": fs.ModeDevice, "unknown": fs.ModeIrregular,
	} {
		for _, name := range []string{"x/" + smallPackage, "x/info.yaml", "x/other", "x/.git/x", "elsewhere", ".hidden"} {
			m := small().tree()
			m[name] = &fstest.MapFile{Data: []byte("info.yaml"), Mode: mode | 0o644}
			_, err := OpenFS(m)
			if name == "x/.git/x" {
				if err != nil {
					t.Errorf("%s in .git: %v", what, err)
				}
				continue
			}
			if err == nil {
				t.Errorf("%s %s: accepted", what, name)
			}
			wantFinding(t, err, CodeIrregular, name, 0)
		}
	}
}

func TestOpenFS_leavesOutHiddenDirectoriesOfTheRoot(t *testing.T) {
	t.Parallel()
	for _, root := range []string{"", "x/"} {
		f := files{root + "info.yaml": "format_spec: v1.0"}
		for _, name := range []string{
			".git/config", ".git/HEAD", ".github/workflows/a.yaml", ".gitignore", "docs/.cache/a", ".a/info.yaml",
			".env", ".env.local", ".venv/bin/python", ".environment", "docs/.env",
		} {
			f[root+name] = "text"
		}
		a, err := OpenFS(f.tree())
		if err != nil {
			t.Fatal(err)
		}
		want := []string{root + ".environment", root + ".gitignore", root + "docs/.cache/a", root + "docs/.env"}
		if got := a.Others(); !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		var said []string
		for _, f := range a.Warnings() {
			said = append(said, string(f.Code)+" "+f.Path)
		}
		want = []string{"left-out " + root + ".a/", "left-out " + root + ".env", "left-out " + root + ".env.local", "left-out " + root + ".github/",
			"left-out " + root + ".venv/", "env-file " + root + "docs/.env", "nothing "}
		if !slices.Equal(said, want) {
			t.Errorf("got  %q\nwant %q", said, want)
		}
	}
	// In a work tree of its own, .git is a file.
	a, err := OpenFS(files{"info.yaml": "format_spec: v1.0", ".git": "gitdir: elsewhere"}.tree())
	if err != nil || len(a.Others()) != 0 {
		t.Errorf("others %q, %v", a.Others(), err)
	}
}

func TestOpenFS_readsMoreFilesThanAreListedAtOnce(t *testing.T) {
	t.Parallel()
	f := small()
	for i := range 2500 {
		f["x/many/"+strings.Repeat("f", i%50+1)+string(rune('a'+i/50%26))+string(rune('a'+i/1300))] = ""
	}
	a, err := OpenFS(f.tree())
	if err != nil || len(a.Others()) != 2500 || !slices.IsSorted(a.Others()) {
		t.Fatalf("%d others, %v", len(a.Others()), err)
	}
	want := slices.DeleteFunc(slices.Sorted(maps.Keys(f)), func(name string) bool { return !strings.HasPrefix(name, "x/many/") })
	if !slices.Equal(a.Others(), want) {
		t.Error("other names than in the tree")
	}
}
