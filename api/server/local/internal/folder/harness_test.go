package folder_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/api/server/local/internal/folder"
)

// newFolder returns blobs in a folder that was not there before.
func newFolder(t *testing.T) (*folder.Folder, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data", "blobs")
	b, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Begin(folder.Mark{Database: "of the tests"}); err != nil {
		t.Fatal(err)
	}
	return b, dir
}

func closed(t *testing.T, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func put(t *testing.T, b *folder.Folder, content string) store.Blob {
	t.Helper()
	info, err := b.Write(t.Context(), func(w io.Writer) error {
		_, err := io.WriteString(w, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func open(t *testing.T, b *folder.Folder, info store.Blob) store.Reader {
	t.Helper()
	r, err := b.Open(t.Context(), info)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, r) })
	return r
}

// files lists the folder, but for the mark.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.Name() != ".database" {
			names = append(names, entry.Name())
		}
	}
	return names
}
