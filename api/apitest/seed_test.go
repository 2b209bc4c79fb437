package apitest_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/archive"
)

func TestSeed_aProjectHasWhatItsSeedsHold(t *testing.T) {
	t.Parallel()
	zip := sampleZIP(t)
	path := filepath.Join(t.TempDir(), "sample.zip")
	must(t, os.WriteFile(path, zip, 0o600))
	want, err := archive.Open(bytes.NewReader(zip), int64(len(zip)))
	must(t, err)
	for name, seed := range map[string]apitest.Seed{
		"bytes":  apitest.FromBytes(zip),
		"reader": apitest.FromReader(bytes.NewReader(zip), int64(len(zip))),
		"file":   apitest.FromFile(path),
	} {
		s := apitest.New(t, apitest.WithProject("p", seed))
		changes, err := archive.Diff(want, s.Content("p"))
		if err != nil || len(changes) > 0 {
			t.Errorf("%s: %v, %v", name, changes, err)
		}
	}
}

func TestSeed_modelsWithPackagesAreASeed(t *testing.T) {
	t.Parallel()
	code := "any bytes"
	s := apitest.New(t, apitest.WithProject("p",
		apitest.FromContent(deployment("my.zip"), map[string][]byte{"my.zip": []byte(code)}),
		apitest.FromContent(archive.Content{EnvironmentVariables: variables("A")}, nil)))
	a := s.Content("p")
	content := a.Content()
	equal(t, "variable", content.EnvironmentVariables["A"].Value.Or(""), "A")
	r, err := a.OpenPackage(content.Deployments["d"].Versions["v"].Zip.Or(""))
	must(t, err)
	got, err := io.ReadAll(r)
	must(t, err)
	must(t, r.Close())
	equal(t, "package", string(got), code)
}

func TestSeed_aSeedThatCannotBeUsedEndsTheTest(t *testing.T) {
	t.Parallel()
	bad := filepath.Join(t.TempDir(), "bad.zip")
	must(t, os.WriteFile(bad, []byte("no archive"), 0o600))
	for want, seed := range map[string]apitest.Seed{
		"there is no package \"my.zip\"":         apitest.FromContent(deployment("my.zip"), nil),
		"no object has the packages [\"x\"]":     apitest.FromContent(archive.Content{}, map[string][]byte{"x": nil}),
		"missing.zip: no such file or directory": apitest.FromFile("missing.zip"),
		bad + ": ":                               apitest.FromFile(bad),
	} {
		log := newFakeT().run(func(t *fakeT) {
			apitest.New(t, apitest.WithProject("p", apitest.FromBytes(sampleZIP(t)), seed))
		})
		if !strings.Contains(log, `apitest: New: project "p": seed 2: `) || !strings.Contains(log, want) {
			t.Errorf("the log is %q; want %q", log, want)
		}
	}
}
