package archive

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// hashes are the SHA-256 and executable bits of the files in all packages.
func hashes(t testing.TB, a *Archive) map[string][33]byte {
	t.Helper()
	all := map[string][33]byte{}
	for _, p := range a.Packages() {
		data := readPackage(t, a, p.Path)
		z, err := zip.NewReader(strings.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			rc, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(rc)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(body)
			all[p.Path+"!"+f.Name] = [33]byte(append(sum[:], byte(f.Mode()>>6&1)))
		}
	}
	return all
}

func TestUnpack_generatedArchivesAreUnpackedAndPackedAsTheSame(t *testing.T) {
	t.Parallel()
	eachSeed(t, 60, func(t *testing.T, seed uint64) {
		g := generator{rand.New(rand.NewPCG(seed, 3))}
		data := g.archive(t)
		a := mustOpen(t, data)
		if got := pack(t, unpack(t, a), WithRoot("x")); !bytes.Equal(got, data) {
			t.Fatal("packed, it has other bytes")
		}
		dir := unpack(t, a, UnpackPackages(Limits{}))
		packed := pack(t, dir, WithRoot("x"))
		b := mustOpen(t, packed)
		changes, err := DiffContent(a.Content(), b.Content())
		if err != nil || len(changes) > 0 || asJSON(t, a.Content()) != asJSON(t, b.Content()) || asJSON(t, a.Info()) != asJSON(t, b.Info()) {
			t.Fatalf("%v %v", changes, err)
		}
		if got, want := asJSON(t, hashes(t, b)), asJSON(t, hashes(t, a)); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
		if !slices.Equal(a.Others(), b.Others()) {
			t.Fatalf("%q, before %q", b.Others(), a.Others())
		}
		if got := pack(t, unpack(t, b, UnpackPackages(Limits{})), WithRoot("x")); !bytes.Equal(got, packed) {
			t.Fatal("unpacked and packed again, it has other bytes")
		}
	})
}

func TestUnpack_laysOutTheTemplateForPeople(t *testing.T) {
	t.Parallel()
	a := mustOpen(t, template(t))
	dir := unpack(t, a, UnpackPackages(Limits{}))
	f := treeOf(t, dir)
	for _, name := range []string{
		"info.yaml", "deployments/deployment_deployment-1/deployment_deployment-1.yaml",
		"deployments/deployment_deployment-1/versions/deployment_deployment-1_version_v1.yaml",
		"deployments/deployment_deployment-1/versions/deployment_deployment-1_version_v1.package/deployment_package/deployment.py",
	} {
		if f[name] == "" {
			t.Errorf("no %s in %q", name, sorted(f))
		}
	}
	for name := range f {
		stat, err := os.Stat(filepath.Join(dir, name))
		if err != nil || stat.Mode().Perm()&0o022 != 0 || stat.Mode().Perm()&0o600 != 0o600 {
			t.Errorf("%s: %v %v", name, stat.Mode(), err)
		}
	}
	left, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(left) != 1 {
		t.Errorf("%v is left beside the tree, %v", left, err)
	}
}

func TestUnpack_filesOutsideOfTheRootComeBackThere(t *testing.T) {
	t.Parallel()
	a := mustOpen(t, strange().zip(t))
	dir := unpack(t, a)
	if f := treeOf(t, dir); f["_outside/top.txt"] != "outside" || f["README.md"] != "read me" {
		t.Errorf("%q", sorted(f))
	}
	if !bytes.Equal(pack(t, dir, WithRoot("x")), rewrite(t, a)) {
		t.Error("packed, it has other bytes")
	}
}

func TestUnpack_refusesWhatWouldMeanSomethingElseInATree(t *testing.T) {
	t.Parallel()
	in := func(name, body string) []byte {
		return small().with("x/deployments/a/versions/c.zip", string(files{name: body}.zip(t))).zip(t)
	}
	for _, test := range []struct {
		data []byte
		want string
	}{
		{small().with("x/_Outside/a", "").zip(t), "_outside in the root directory"},
		{small().with("x/.git/hooks/post-checkout", "").zip(t), "Git repository"},
		{small().with("x/a/.GIT", "").zip(t), "Git repository"},
		{small().with("git~1/config", "").zip(t), "Git repository"},
		{small().with("x/a/.git /config", "").zip(t), "Git repository"},
		{small().with("x/a/.git..", "").zip(t), "Git repository"},
		{small().with("x/a/GIT~1. .", "").zip(t), "Git repository"},
		{small().with("x/a/.git::$INDEX_ALLOCATION/config", "").zip(t), "Git repository"},
		{small().with("x/a/.g\u200cit/config", "").zip(t), "Git repository"},
		{small().with("x/a/\ufeff.Git\u206f/config", "").zip(t), "Git repository"},
		{small().with("x/.venv/bin/python", "").zip(t), "which Pack leaves out"},
		{small().with("x/.env", "").zip(t), "which Pack leaves out"},
		{small().with("x/.ENV.local", "").zip(t), "which Pack leaves out"},
		{small().with("x/deployments/a/versions/c.package/f", "").zip(t), "where an unpacked package would be"},
		{small().with("x/environments/a/c.package/f", "").zip(t), "where an unpacked package would be"},
		{small().zip(t), "not a ZIP file"},
		{in("../../../../../../evil", ""), "not a clean path"},
		{in("/etc/evil", ""), "absolute"},
		{in(`..\evil`, ""), "not a clean path"},
		{in(`a\..\..\evil`, ""), "not a clean path"},
		{in(`\\server\share\evil`, ""), "absolute"},
		{in("C:evil", ""), "drive letter"},
		{in("bomb", strings.Repeat("0", 2<<20)), "200 times its size"},
		{small().with("x/deployments/a/versions/c.zip", string(files{"a": "", "a/b": ""}.zip(t))).zip(t), "directory"},
	} {
		parent := t.TempDir()
		err := Unpack(filepath.Join(parent, "tree"), mustOpen(t, test.data), UnpackPackages(Limits{}))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v\nwant %s", err, test.want)
		}
		if left, err := os.ReadDir(parent); err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left, %v", test.want, left, err)
		}
	}
}

func TestUnpack_theLimitsHoldForAllPackagesTogether(t *testing.T) {
	t.Parallel()
	body := string(storedZip(t, files{"a": "1234", "b": "5678"}))
	data := small().
		with("x/deployments/a/versions/c.zip", body).
		with("x/deployments/a/versions/d.yaml", "version_name: v2").
		with("x/deployments/a/versions/d.zip", body).zip(t)
	for _, test := range []struct {
		limits Limits
		ok     bool
	}{
		{Limits{Entries: 4, TotalSize: 16, EntrySize: 4}, true}, {Limits{Entries: 3}, false}, {Limits{TotalSize: 15}, false}, {Limits{EntrySize: 3}, false}, {Limits{DirectorySize: 90}, false},
	} {
		err := Unpack(filepath.Join(t.TempDir(), "tree"), mustOpen(t, data), UnpackPackages(test.limits))
		f, isFinding := errors.AsType[*Finding](err)
		if test.ok != (err == nil) || !test.ok && (!isFinding || f.Code != CodeLimit) {
			t.Errorf("%+v: %v", test.limits, err)
		}
	}
}

func TestUnpack_aPackageWithoutFilesStaysAZipFile(t *testing.T) {
	t.Parallel()
	a := mustOpen(t, small().with("x/deployments/a/versions/c.zip", string(files{}.zip(t))).zip(t))
	dir := unpack(t, a, UnpackPackages(Limits{}))
	if f := treeOf(t, dir); f[VersionPackagePath("dep", "v1")] == "" {
		t.Errorf("%q", sorted(f))
	}
}

// What not every disk can hold, or Git, is left as it is: nothing is followed or
// lost, and packing gives the same package.
func TestUnpack_aPackageThatNotEveryDiskHoldsStaysAZipFile(t *testing.T) {
	t.Parallel()
	link := storedZip(t, files{"l": "/etc/passwd"}, func(h *zip.FileHeader) { h.SetMode(0o777 | fs.ModeSymlink) })
	deep := strings.Repeat("d/", zipcheck.MaxNameDepth-2) + "f"
	for what, body := range map[string][]byte{
		"a link":                         link,
		"a pair by case":                 files{"a": "", "A": ""}.zip(t),
		"a file and a directory by case": files{"a": "", "A/b": ""}.zip(t),
		"an old code page":               files{"\x81": ""}.zip(t),
		"back-slashes":                   files{`a\b`: ""}.zip(t),
		"a line break":                   files{"a/b\nc": ""}.zip(t),
		"a repository":                   files{"a/.git/config": ""}.zip(t),
		"a long name":                    files{strings.Repeat("n", 256): ""}.zip(t),
		"a deep name":                    files{deep: ""}.zip(t),
	} {
		a := mustOpen(t, small().with("x/deployments/a/versions/c.zip", string(body)).zip(t))
		var got []*Finding
		dir := unpack(t, a, UnpackPackages(Limits{}), OnWarning(func(f *Finding) { got = append(got, f) }))
		path := VersionPackagePath("dep", "v1")
		if tree := treeOf(t, dir); tree[path] != string(body) || len(tree) != 4 {
			t.Errorf("%s: %q", what, sorted(tree))
		}
		if len(got) != 1 || got[0].Path != path || !strings.Contains(got[0].Message, "stays a ZIP file") {
			t.Errorf("%s: %q", what, warned(got))
		}
		if !bytes.Equal(pack(t, dir, WithRoot("x")), rewrite(t, a)) {
			t.Errorf("%s: packed, it has other bytes", what)
		}
	}
}
