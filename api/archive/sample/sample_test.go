package sample_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/archive/sample"
)

func TestArchiveIsAlwaysTheSameAndHoldsTheContent(t *testing.T) {
	t.Parallel()
	data, err := sample.Archive()
	if err != nil {
		t.Fatal(err)
	}
	again, err := sample.Archive()
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("two calls differ: %v", err)
	}
	a, err := archive.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	changes, err := archive.DiffContent(sample.Content(), a.Content())
	if err != nil || len(changes) != 0 || len(a.Others()) != 0 {
		t.Errorf("changes %v, others %v, %v", changes, a.Others(), err)
	}
	if n := len(a.Content().Deployments); n != 3 {
		t.Errorf("%d deployments", n)
	}
}

func TestEveryPackageIsAZIPWithCode(t *testing.T) {
	t.Parallel()
	data, err := sample.Archive()
	if err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Packages()) != 5 {
		t.Errorf("%d packages", len(a.Packages()))
	}
	for _, p := range a.Packages() {
		rc, err := a.OpenPackage(p.Path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(rc)
		if err := errors.Join(err, rc.Close()); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
		if err != nil || len(z.File) == 0 {
			t.Errorf("%s: %v", p.Path, err)
		}
	}
	if _, err := sample.Package("nothing"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
