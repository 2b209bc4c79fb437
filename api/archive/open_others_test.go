package archive

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// strange has a file in every place that the format does not know.
func strange() files {
	return small().
		with("x/README.md", "read me").
		with("x/deployments/a/versions/orphan.zip", "no version").
		with("x/deployments/a/notes.txt", "notes").
		with("x/new/info.yaml", "not the one").
		with("x/services/a/b/c.yaml", "deeper").
		with("x/.hidden", "").
		with("__MACOSX/x/._info.yaml", "mac").
		with("top.txt", "outside")
}

func TestOpen_otherFilesAreReadByName(t *testing.T) {
	t.Parallel()
	f := strange()
	a := mustOpen(t, f.zip(t))
	if len(a.Others()) != len(f)-len(small()) {
		t.Errorf("%q", a.Others())
	}
	for _, name := range a.Others() {
		if got := readOther(t, a, name); got != f[name] {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, name := range []string{"", "x/info.yaml", "nothing", "x/deployments/a/versions/c.zip"} {
		if _, err := a.OpenOther(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestRewrite_keepsEverything(t *testing.T) {
	t.Parallel()
	before := mustOpen(t, strange().with("x/info.yaml", "format_spec: v1.0\nmetadata: {export_date: d, by: me}\nmore: 1").zip(t))
	data := rewrite(t, before)
	after := mustOpen(t, data)
	if after.Root() != "x" || asJSON(t, after.Info()) != asJSON(t, before.Info()) || asJSON(t, after.Content().Pipelines) != asJSON(t, before.Content().Pipelines) {
		t.Errorf("root %q, info %+v", after.Root(), after.Info())
	}
	if changes, err := Diff(before, after); err != nil || len(changes) > 0 {
		t.Errorf("%v %v", changes, err)
	}
	if !slices.Equal(after.Others(), before.Others()) {
		t.Errorf("got %q\nwant %q", after.Others(), before.Others())
	}
	for _, name := range before.Others() {
		if got, want := readOther(t, after, name), readOther(t, before, name); got != want {
			t.Errorf("%s: %q, was %q", name, got, want)
		}
	}
	if !bytes.Equal(rewrite(t, after), data) {
		t.Error("rewritten twice, the bytes differ")
	}
}

func TestRewrite_theOrderOfEntriesDoesNotChangeTheBytes(t *testing.T) {
	t.Parallel()
	f := strange()
	want := rewrite(t, mustOpen(t, f.zip(t)))
	for seed := range uint64(10) {
		if got := rewrite(t, mustOpen(t, f.shuffled(t, seed))); !bytes.Equal(got, want) {
			t.Fatalf("seed %d: other bytes", seed)
		}
	}
}

func TestRewrite_followsTheRootDirectory(t *testing.T) {
	t.Parallel()
	a := mustOpen(t, strange().zip(t))
	b := mustOpen(t, rewrite(t, a, WithRoot("export")))
	if b.Root() != "export" || !slices.Contains(b.Others(), "export/README.md") || !slices.Contains(b.Others(), "top.txt") {
		t.Errorf("root %q, %q", b.Root(), b.Others())
	}
	deep := files{}
	for name, text := range strange() {
		deep["down/"+name] = text
	}
	c := mustOpen(t, deep.zip(t))
	if again := rewrite(t, c); mustOpen(t, again).Root() != "down/x" || !bytes.Equal(rewrite(t, mustOpen(t, again)), again) {
		t.Error("a root directory in another one is lost")
	}
	if err := Rewrite(io.Discard, c, WithRoot("a/b")); err == nil {
		t.Error("WithRoot takes a path")
	}
}

func TestOpen_otherFilesNeverBecomePartOfTheFormat(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		f    files
		opt  WriteOption
		want string
	}{
		{strange(), WithRoot(""), "lies outside of the root directory"},
		{strange(), WithRoot("__MacOSX"), "lies outside of the root directory"},
		{small().with("x/deployments/a/versions/deployment_dep_version_v1.zip", "").with("x/deployments/deployment_dep/versions/deployment_dep_version_v1.zip", "").
			without("x/deployments/a/versions/c.zip"), WithRoot("x"), "would be read as part of the format"},
		{small().with("x/deployments/deployment_dep", "a file"), WithRoot("x"), "directory"},
		{small().with("x/deployments/DEPLOYMENT_dep/versions/deployment_dep_version_v1.zip", ""), WithRoot("x"), "twice"},
	} {
		var b bytes.Buffer
		err := Rewrite(&b, mustOpen(t, test.f.zip(t)), test.opt)
		if err == nil || !strings.Contains(err.Error(), test.want) || b.Len() > 0 {
			t.Errorf("got %v after %d bytes, want %s", err, b.Len(), test.want)
		}
	}
	plain := models.DataStructurePlain
	for name, want := range map[string]string{
		"environment_variables.yaml": "part of the format", "services/a/a.yaml": "part of the format", "info.yaml": "twice",
		"deployments/d/versions/v.yaml": "part of the format", "environments/environment_e/environment_e.zip": "part of the format",
	} {
		w := &writer{root: "x", info: Info{FormatSpec: FormatSpec}}
		w.unknown = []other{{name: name, path: name}}
		err := w.plan(Content{
			Environments: map[string]models.Environment{"e": {}},
			Deployments:  map[string]models.Deployment{"d": {InputType: &plain, OutputType: &plain}},
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w := &writer{root: "x", unknown: []other{{name: "info.yaml", path: "info.yaml", outside: true}}}
	if err := w.plan(Content{}); err == nil || !strings.Contains(err.Error(), "root") {
		t.Errorf("an info.yaml above the root: %v", err)
	}
}

func TestRewrite_generatedArchivesWithOtherFilesStayTheSame(t *testing.T) {
	t.Parallel()
	eachSeed(t, 100, func(t *testing.T, seed uint64) {
		g := generator{rand.New(rand.NewPCG(seed, 2))}
		data := g.archive(t)
		a := mustOpen(t, data)
		if again := rewrite(t, a); !bytes.Equal(again, data) {
			t.Fatal("other bytes")
		}
		if got, want := write(t, a.Content(), a.OpenPackage, WithRoot(a.Root()), WithInfo(a.Info()), WithOthers(a)), data; !bytes.Equal(got, want) {
			t.Fatal("from its model, other bytes")
		}
	})
}
