package archive

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"testing"
)

// shuffled is the archive with its entries in another order, and with
// directories.
func (f files) shuffled(t testing.TB, seed uint64) []byte {
	t.Helper()
	names := sorted(f)
	rand.New(rand.NewPCG(seed, 0)).Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range append(names, "x/", "x/deployments/") {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f[name]); err != nil && f[name] != "" {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// packageZip is a package of a few files, some of them executable.
func (g generator) packageZip(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range g.names(4) {
		h := &zip.FileHeader{Name: fmt.Sprintf("p/%s/%s", name, []string{"a.py", "run", ".hidden", "x.package"}[g.IntN(4)]), Method: zip.Deflate}
		h.SetMode([]fs.FileMode{0o644, 0o755, 0o600, 0o777}[g.IntN(4)])
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, g.text()); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// archive is a whole archive as Write writes it: packages that are ZIP files,
// and files that the format does not know.
func (g generator) archive(t testing.TB) []byte {
	t.Helper()
	c, packages := g.content(t)
	for path := range packages {
		packages[path] = string(g.packageZip(t))
	}
	f := files{"x/info.yaml": "format_spec: v1.0\nmore: " + fmt.Sprint(g.IntN(9))}
	for range g.IntN(4) {
		f[[]string{"x/README.md", "x/deployments/a/n", "x/deployments/a/versions/v.zip", "x/m/ü", "y/info.yaml/z", "y/z"}[g.IntN(6)]] = g.text()
	}
	a := mustOpen(t, f.zip(t))
	return write(t, c, from(packages), WithRoot("x"), WithInfo(a.Info()), WithOthers(a))
}
