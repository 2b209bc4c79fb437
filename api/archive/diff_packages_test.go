package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// withPackage is an archive with one package.
func withPackage(t testing.TB, body []byte, stored bool) []byte {
	t.Helper()
	f := small().with("x/deployments/a/versions/c.zip", string(body))
	if stored {
		return storedZip(t, f)
	}
	return f.zip(t)
}

func diffPackages(t testing.TB, old, updated []byte, opts ...Option) Change {
	t.Helper()
	changes, err := Diff(mustOpen(t, old, opts...), mustOpen(t, updated, opts...))
	if err != nil || len(changes) != 1 {
		t.Fatalf("%v %v", changes, err)
	}
	return changes[0]
}

// The package of either archive lies there stored or compressed.
func TestDiff_listsTheFilesThatDifferInPackages(t *testing.T) {
	t.Parallel()
	old := files{"p/deployment.py": "one", "p/gone.txt": "bye", "p/same.txt": "same", "p/d/": ""}
	updated := files{"p/deployment.py": "two", "p/new.txt": "hello", "p/same.txt": "same"}
	want := []FileChange{
		{Changed, "p/deployment.py", sha("one"), sha("two")},
		{Removed, "p/gone.txt", sha("bye"), ""},
		{Added, "p/new.txt", "", sha("hello")},
	}
	for _, stored := range []bool{true, false} {
		before, after := old.zip(t), updated.zip(t)
		c := diffPackages(t, withPackage(t, before, stored), withPackage(t, after, !stored))
		if c.Kind != Changed || !slices.Equal(c.Files, want) || c.Note != "" {
			t.Errorf("stored %v: %+v", stored, c)
		}
		if string(c.Old) != `"`+sha(string(before))+`"` || string(c.New) != `"`+sha(string(after))+`"` {
			t.Errorf("stored %v: %s %s", stored, c.Old, c.New)
		}
	}
}

func TestDiff_saysWhyItListsNoFiles(t *testing.T) {
	t.Parallel()
	good := files{"f": "1"}.zip(t)
	broken := storedZip(t, files{"f": "some text"})
	broken[bytes.Index(broken, []byte("some"))] = 'S'
	for _, test := range []struct {
		what         string
		old, updated []byte
		want         string
	}{
		{"not a ZIP file", []byte("text that is not a ZIP file"), good, "the old package cannot be compared inside: not a ZIP file"},
		{"cut short", good, good[:len(good)-30], "the new package cannot be compared inside: the ZIP file is cut short: its end, with the directory, is missing"},
		{"a name that leaves the package", good, files{"../f": "1"}.zip(t), "the new package cannot be compared inside: ../f: the name is not a clean path inside the archive: it has an empty element, . or .."},
		{"a wrong checksum", broken, good, "the old package cannot be compared inside: f: its checksum is wrong"},
		{"zipped in another way", storedZip(t, files{"f": "1"}), good, "the files inside are the same; how they are zipped differs"},
	} {
		for _, stored := range []bool{true, false} {
			c := diffPackages(t, withPackage(t, test.old, stored), withPackage(t, test.updated, stored))
			if c.Note != test.want || c.Files != nil || c.Kind != Changed {
				t.Errorf("%s, stored %v: %+v", test.what, stored, c)
			}
		}
	}
}

func TestDiff_theLimitsOfAnArchiveHoldInsideItsPackages(t *testing.T) {
	t.Parallel()
	many := files{}
	for i := range 20 {
		many["f"+string(rune('a'+i))] = "x"
	}
	c := diffPackages(t, withPackage(t, many.zip(t), true), withPackage(t, files{"f": "1"}.zip(t), true), WithLimits(Limits{Entries: 10}))
	if c.Note != "the old package cannot be compared inside: the archive has 20 entries; the limit is 10" {
		t.Error(c.Note)
	}
}

// Only a compressed package is copied, and the copy does not stay.
func TestDiff_temporaryFilesAreRemoved(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	temporary := func() int {
		list, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	noise := make([]byte, 2*zipcheck.SpoolMemory)
	if _, err := rand.NewChaCha8([32]byte{}).Read(noise); err != nil {
		t.Fatal(err)
	}
	body := files{"f": string(noise)}.zip(t)
	const path = "deployments/a/versions/c.zip"
	u, err := mustOpen(t, withPackage(t, body, true)).unpack(path)
	if err != nil || u.spool != nil || temporary() != 0 {
		t.Fatalf("stored: %+v %v", u, err)
	}
	u, err = mustOpen(t, withPackage(t, body, false)).unpack(path)
	if err != nil || u.spool == nil || temporary() != 1 {
		t.Fatalf("compressed: %+v %v", u, err)
	}
	u.close()
	if n := temporary(); n != 0 {
		t.Errorf("%d temporary files are left", n)
	}
}

// dyingReader fails from some read on.
type dyingReader struct {
	io.ReaderAt
	left int
}

func (r *dyingReader) ReadAt(p []byte, off int64) (int, error) {
	if r.left--; r.left < 0 {
		return 0, errors.New("the disk is gone")
	}
	return r.ReaderAt.ReadAt(p, off)
}

// A fault of the reader is not a property of a package.
func TestDiff_failsIfReadingFails(t *testing.T) {
	t.Parallel()
	old := withPackage(t, storedZip(t, files{"f": "1", "g": "3"}), true)
	updated := withPackage(t, storedZip(t, files{"f": "2", "g": "4"}), true)
	failed := false
	for reads := range 60 {
		r := &dyingReader{ReaderAt: bytes.NewReader(old), left: 1000}
		before, err := Open(r, int64(len(old)))
		if err != nil {
			t.Fatal(err)
		}
		r.left = reads
		changes, err := Diff(before, mustOpen(t, updated))
		switch {
		case err != nil && (!strings.Contains(err.Error(), "the disk is gone") || changes != nil):
			t.Fatalf("after %d reads: %v %v", reads, changes, err)
		case err != nil:
			failed = true
		case len(changes) != 1 || len(changes[0].Files) != 2:
			t.Fatalf("after %d reads: %v", reads, changes)
		default:
			if !failed {
				t.Fatal("nothing failed")
			}
			return
		}
	}
	t.Fatal("60 reads do not suffice for two small packages")
}

// FuzzDiffOfPackages compares any bytes with a good package. Whatever is wrong
// with them is a note, never an error.
func FuzzDiffOfPackages(f *testing.F) {
	good := files{"a": "1", "d/b": "2"}.zip(f)
	after := mustOpen(f, withPackage(f, good, true))
	f.Add(good)
	f.Add(good[:len(good)-5])
	f.Add(storedZip(f, files{"a": "2", "../c": "3"}))
	f.Add([]byte("not a ZIP file"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 64<<10 || bytes.Equal(body, good) {
			return
		}
		before := mustOpen(t, withPackage(t, body, len(body)%2 == 0), WithLimits(fuzzLimits))
		changes, err := Diff(before, after)
		if err != nil || len(changes) != 1 || (changes[0].Files == nil) == (changes[0].Note == "") {
			t.Fatalf("%+v %v", changes, err)
		}
	})
}

func TestDiff_ignoresZippingAndNothingElse(t *testing.T) {
	t.Parallel()
	with := func(pkg []byte) *Archive { return mustOpen(t, withPackage(t, pkg, true)) }
	first := with(files{"f": "1"}.zip(t))
	for _, test := range []struct {
		pkg  []byte
		want int
	}{
		{storedZip(t, files{"f": "1"}), 0},
		{storedZip(t, files{"f": "2"}), 1},
		{[]byte("text that is not a ZIP file"), 1},
	} {
		changes, err := Diff(first, with(test.pkg), IgnoreZipping())
		if err != nil || len(changes) != test.want {
			t.Errorf("%q: %v, error %v", test.pkg, changes, err)
		}
	}
}
