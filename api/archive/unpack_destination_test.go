package archive

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestUnpack_takesANewOrEmptyDirectoryOnly(t *testing.T) {
	t.Parallel()
	a := mustOpen(t, small().zip(t))
	dir := t.TempDir()
	if err := Unpack(dir, a); err != nil {
		t.Errorf("an empty directory: %v", err)
	}
	before := treeOf(t, dir)
	if err := Unpack(dir, a); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a full one: %v", err)
	}
	if !maps.Equal(treeOf(t, dir), before) || before["info.yaml"] == "" {
		t.Error("the tree has changed")
	}
	file := filepath.Join(dir, "info.yaml")
	if err := Unpack(file, a, ReplaceUnpacked()); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file: %v", err)
	}
	if err := Unpack(filepath.Join(dir, "no", "such"), a); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no parent: %v", err)
	}
}

func TestUnpack_replacingLeavesExactlyTheNewTreeAndTheRepository(t *testing.T) {
	t.Parallel()
	first := mustOpen(t, small().with("x/README.md", "one").with("x/services/s/s.yaml", "service_name: s").with("x/deployments/a/versions/c.zip", string(files{"f": "1"}.zip(t))).zip(t))
	second := mustOpen(t, small().with("x/README.md", "two").zip(t))
	dir := unpack(t, first, UnpackPackages(Limits{}))
	own := files{".git/HEAD": "ref", ".env": "KEY=1", ".venv/bin/python": "x", ".github/a": "a"}
	for name, text := range own {
		writeFile(t, dir, name, text)
	}
	writeFile(t, dir, "info.yaml", "broken: [")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if err := Unpack(link, second, ReplaceUnpacked()); err != nil {
		t.Fatal(err)
	}
	want := treeOf(t, unpack(t, second))
	maps.Copy(want, own)
	if got := treeOf(t, dir); !maps.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if !bytes.Equal(pack(t, dir, WithRoot("x")), rewrite(t, second)) {
		t.Error("packed, it has other bytes")
	}
	if left, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(left) != 1 {
		t.Errorf("%v is left, %v", left, err)
	}
}

func TestUnpack_replacingNeverTakesAwayFilesThatCameFromElsewhere(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"notes.txt", ".gitignore", "deployments/notes.txt", "deployments/a/versions/orphan.zip", "deployments/a/versions/orphan.package/f", "sub/.git/HEAD", "_outside/f"} {
		a := mustOpen(t, small().zip(t))
		dir := unpack(t, a)
		writeFile(t, dir, name, "precious")
		before := treeOf(t, dir)
		if err := Unpack(dir, a, ReplaceUnpacked()); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "would be lost") {
			t.Errorf("%s: %v", name, err)
		}
		if !maps.Equal(treeOf(t, dir), before) {
			t.Errorf("%s: the tree has changed", name)
		}
	}
	dir := t.TempDir()
	writeFile(t, dir, "precious", "")
	if err := Unpack(dir, mustOpen(t, small().zip(t)), ReplaceUnpacked()); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "not an unpacked archive") {
		t.Errorf("a directory of something else: %v", err)
	}
}

func TestUnpack_leavesTheFormerTreeIfItFails(t *testing.T) {
	t.Parallel()
	dir := unpack(t, mustOpen(t, small().zip(t)))
	writeFile(t, dir, ".git/HEAD", "ref")
	before := treeOf(t, dir)
	data := storedZip(t, small())
	data = bytes.Replace(data, []byte("the package"), []byte("tha package"), 1)
	if err := Unpack(dir, mustOpen(t, data), ReplaceUnpacked()); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("a damaged package: %v", err)
	}
	if !maps.Equal(treeOf(t, dir), before) {
		t.Error("the tree has changed")
	}
	if left, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(left) != 1 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// hooked calls a function once, when a package is read.
type hooked struct {
	*bytes.Reader
	at   int64
	once sync.Once
	call func()
}

func (h *hooked) ReadAt(p []byte, off int64) (int, error) {
	if off <= h.at && h.at < off+int64(len(p)) {
		h.once.Do(h.call)
	}
	return h.Reader.ReadAt(p, off)
}

// What was looked at before the packages were written is looked at again.
func TestUnpack_replacingNeverTakesAwayWhatWasMadeMeanwhile(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"notes.txt", "deployments/new/new.yaml", "info.yaml", ".vscode/settings.json", ".env", "empty/"} {
		data := storedZip(t, small())
		dir := unpack(t, mustOpen(t, data))
		writeFile(t, dir, ".git/HEAD", "ref")
		before := treeOf(t, dir)
		reader := &hooked{Reader: bytes.NewReader(data), at: -1}
		a, err := Open(reader, int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		reader.at, reader.call = int64(bytes.Index(data, []byte("the package"))), func() {
			if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
				t.Error(err)
			}
			if !strings.HasSuffix(name, "/") {
				writeFile(t, dir, name, "precious")
				before[name] = "precious"
			}
		}
		if err := Unpack(dir, a, ReplaceUnpacked()); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "changed in the meantime") {
			t.Errorf("%s: %v", name, err)
		}
		if got := treeOf(t, dir); !maps.Equal(got, before) {
			t.Errorf("%s: got %q\nwant %q", name, got, before)
		}
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
		if left, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(left) != 1 {
			t.Errorf("%v is left, %v", left, err)
		}
	}
}
