package archive

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// tree returns the files as a directory tree.
func (f files) tree() fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range f {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func unpack(t testing.TB, a *Archive, opts ...UnpackOption) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tree")
	if err := Unpack(dir, a, opts...); err != nil {
		t.Fatal(err)
	}
	return dir
}

func pack(t testing.TB, dir string, opts ...WriteOption) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Pack(&b, os.DirFS(dir), opts...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// treeOf is every file below a directory.
func treeOf(t testing.TB, dir string) files {
	t.Helper()
	all := files{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		all[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func writeFile(t testing.TB, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
