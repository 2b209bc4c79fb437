package server_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ubiops-contrib/transfer/api/archive/sample"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/local"
)

func TestAnImportThatCannotBeAddedLeavesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	storage, err := local.Open(t.Context(), folder, local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Options{Storage: storage})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.AddProject(t.Context(), "shop"); err != nil {
		t.Fatal(err)
	}
	blobs := func() (n int) {
		err := filepath.WalkDir(filepath.Join(folder, "blobs"), func(_ string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && !strings.HasPrefix(d.Name(), ".") {
				n++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	zip, err := sample.Archive()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddImport(t.Context(), "none", "me", bytes.NewReader(zip)); err == nil || !strings.Contains(err.Error(), `project "none"`) {
		t.Errorf("of a project that is not there: %v", err)
	}
	broken := errors.New("the disk is broken")
	if _, err := s.AddImport(t.Context(), "shop", "me", iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("of an archive that cannot be read: %v", err)
	}
	jobs, err := s.Jobs(t.Context(), "shop")
	if n := blobs(); err != nil || len(jobs) > 0 || n > 0 {
		t.Errorf("%d blobs and the jobs %v are left, %v", n, jobs, err)
	}
	if _, err := s.AddImport(t.Context(), "shop", "me", bytes.NewReader(zip)); err != nil || blobs() != 1 {
		t.Errorf("%v, with %d blobs", err, blobs())
	}
}
