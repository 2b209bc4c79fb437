package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestAFileIsReplacedAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := errors.Join(os.WriteFile(path, []byte("old"), 0o640), os.Symlink("file", link)); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the disk is full")
	for _, step := range []struct {
		path string
		fail error
		want string
	}{
		{path, broken, "old"},
		{path, nil, "new"},
		{link, broken, "new"},
		{link, nil, "newer"},
	} {
		err := replaceFile(step.path, 0o666, func(w io.Writer) error {
			_, err := io.WriteString(w, "newer"[:max(3, len(step.want))])
			return errors.Join(err, step.fail)
		})
		text, readErr := os.ReadFile(path)
		if !errors.Is(err, step.fail) || readErr != nil || string(text) != step.want {
			t.Errorf("%s: %v; it has %q, error %v", step.path, err, text, readErr)
		}
	}
	info, err := os.Lstat(link)
	if err != nil || info.Mode().Type() != os.ModeSymlink {
		t.Errorf("the link is %v, error %v", info, err)
	}
	if info, err = os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the file is %v, error %v", info, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("the folder has %v, error %v", entries, err)
	}
	if err := replaceFile(filepath.Join(dir, "no", "file"), 0o666, func(io.Writer) error { return nil }); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}
