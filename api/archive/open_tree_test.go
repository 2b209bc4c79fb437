package archive

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func TestOpenFS_readsWhatOpenReads(t *testing.T) {
	t.Parallel()
	eachSeed(t, 30, func(t *testing.T, seed uint64) {
		g := generator{rand.New(rand.NewPCG(seed, 3))}
		c, packages := g.content(t)
		data := write(t, c, from(packages))
		root := []string{"", "import/", "a b/ü/"}[g.IntN(3)]
		m := fstest.MapFS{}
		for _, e := range unzipped(t, data, "export") {
			m[root+e[0]] = &fstest.MapFile{Data: []byte(e[1])}
		}
		a, err := OpenFS(m)
		if err != nil {
			t.Fatal(err)
		}
		inZip := mustOpen(t, data)
		if changes, err := Diff(inZip, a); err != nil || len(changes) > 0 {
			t.Fatalf("%v %v", changes, err)
		}
		if got, want := asJSON(t, a.Content()), asJSON(t, inZip.Content()); got != want || a.Root() != strings.TrimSuffix(root, "/") {
			t.Fatalf("root %q\ngot  %s\nwant %s", a.Root(), got, want)
		}
		for i, p := range a.Packages() {
			if want := inZip.Packages()[i]; p != (Package{Path: want.Path, Size: want.Size, NoCRC32: true}) {
				t.Fatalf("package %+v, in the ZIP file %+v", p, want)
			}
		}
		if again := write(t, a.Content(), a.OpenPackage); !bytes.Equal(again, data) {
			t.Fatal("written from the tree, the archive has other bytes")
		}
	})
}

func TestOpenFS_findsWhatOpenFinds(t *testing.T) {
	t.Parallel()
	for what, f := range map[string]files{
		"names":        small().with("x/a\\b", ""),
		"control":      small().with("x/a\nb", ""),
		"clash":        small().with("x/INFO.yaml", ""),
		"no info.yaml": small().without("x/info.yaml"),
		"two roots":    small().with("y/info.yaml", ""),
		"lost version": small().without("x/deployments/a/b.yaml"),
		"documents":    small().with("x/info.yaml", "[").with("x/services/s/s.yaml", "a: 1\n"),
		"twice":        small().with("x/deployments/b/b.yaml", "deployment_name: dep\n"+pipes),
		"key twice":    small().with("x/services/s/s.yaml", "service_name: s\nservice_name: t\n"),
	} {
		_, inZip := openBytes(f.zip(t))
		_, inTree := OpenFS(f.tree())
		if inZip == nil || inTree == nil || inZip.Error() != inTree.Error() {
			t.Errorf("%s:\nZIP  %v\ntree %v", what, inZip, inTree)
			continue
		}
		zipFinding, _ := errors.AsType[*Finding](inZip)
		wantFinding(t, inTree, zipFinding.Code, zipFinding.Path, zipFinding.Line)
	}
}

func TestOpenFS_readsADirectoryOfTheDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, small().tree()); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	for what, fsys := range map[string]fs.FS{"os.DirFS": os.DirFS(dir), "os.Root": root.FS()} {
		a, err := OpenFS(fsys)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := readPackage(t, a, smallPackage); got != "the package" {
			t.Errorf("%s: %q", what, got)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "x", "info.yaml"), filepath.Join(dir, "x", "link")); err != nil {
		t.Fatal(err)
	}
	_, err = OpenFS(root.FS())
	wantFinding(t, err, CodeIrregular, "x/link", 0)
	_, err = OpenFS(os.DirFS(filepath.Join(dir, "none")))
	if _, isFinding := errors.AsType[*Finding](err); isFinding || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory that is not there: %v", err)
	}
}

func TestOpenPackage_findsThatTheTreeHasChanged(t *testing.T) {
	t.Parallel()
	const name = "x/" + smallPackage
	for what, test := range map[string]struct {
		change func(fstest.MapFS)
		code   Code
	}{
		"shorter":     {func(m fstest.MapFS) { m[name] = &fstest.MapFile{Data: []byte("the")} }, CodeDamaged},
		"longer":      {func(m fstest.MapFS) { m[name] = &fstest.MapFile{Data: []byte("the package, and more")} }, CodeDamaged},
		"a directory": {func(m fstest.MapFS) { m[name] = &fstest.MapFile{Mode: fs.ModeDir | 0o755} }, CodeIrregular},
	} {
		m := small().tree()
		a, err := OpenFS(m)
		if err != nil {
			t.Fatal(err)
		}
		test.change(m)
		rc, err := a.OpenPackage(smallPackage)
		if err == nil {
			var got []byte
			got, err = io.ReadAll(rc)
			if len(got) > len("the package") {
				t.Errorf("%s: read %q", what, got)
			}
		}
		wantFinding(t, err, test.code, name, 0)
	}
	m := small().tree()
	a, err := OpenFS(m)
	if err != nil {
		t.Fatal(err)
	}
	delete(m, name)
	if _, err := a.OpenPackage(smallPackage); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed: %v", err)
	}
}

// failingFS fails to open one name.
type failingFS struct {
	fs.FS
	name string
	err  error
}

func (f failingFS) Open(name string) (fs.File, error) {
	if name == f.name {
		return nil, f.err
	}
	return f.FS.Open(name)
}

func TestOpenFS_passesOnErrorsOfTheFileSystem(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	for _, name := range []string{".", "x", "x/deployments/a", "x/info.yaml", "x/deployments/a/versions/c.yaml"} {
		_, err := OpenFS(failingFS{small().tree(), name, broken})
		if _, isFinding := errors.AsType[*Finding](err); isFinding || !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
		if name != "." && !strings.Contains(err.Error(), name) {
			t.Errorf("no name: %v", err)
		}
	}
}
