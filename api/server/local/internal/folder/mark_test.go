package folder_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/ubiops-contrib/transfer/api/server/local/internal/folder"
)

func TestAMarkIsKeptAndTakesNoMoreSpace(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "blobs")
	b, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := b.Mark(); m != (folder.Mark{}) || err != nil {
		t.Errorf("a new folder has the mark %+v, error %v", m, err)
	}
	for _, want := range []folder.Mark{{uuid.NewString(), 0}, {uuid.NewString(), 1<<63 - 1}, {uuid.NewString(), 12}} {
		if err := b.SetMark(want); err != nil {
			t.Fatal(err)
		}
		if m, err := b.Mark(); m != want || err != nil {
			t.Errorf("the mark is %+v, error %v; want %+v", m, err, want)
		}
		if info, err := os.Stat(filepath.Join(dir, ".database")); err != nil || info.Size() != 58 {
			t.Errorf("%v, error %v", info, err)
		}
	}
}

func TestADamagedMarkIsAnError(t *testing.T) {
	t.Parallel()
	b, dir := newFolder(t)
	if err := os.WriteFile(filepath.Join(dir, ".database"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if m, err := b.Mark(); err == nil || !strings.Contains(err.Error(), ".database") {
		t.Errorf("mark %+v, error %v", m, err)
	}
}
