package blob

import (
	"os"
	"path/filepath"
	"testing"
)

// fileblob leaves its temporary file when closing that fails.
func TestADraftWhoseFileCannotBeClosedLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "blobs")
	b, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	d, err := b.create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.file.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := d.commit(t.Context()); err == nil {
		t.Error("it was published")
	}
	d.discard()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left are %v, error %v", left, err)
	}
}
