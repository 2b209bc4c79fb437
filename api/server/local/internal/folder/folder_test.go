package folder_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/api/server/internal/store/storetest"
	"github.com/ubiops-contrib/transfer/api/server/local/internal/folder"
)

func TestAFolderIsAHomeOfBlobs(t *testing.T) {
	t.Parallel()
	storetest.RunBlobs(t, func(t *testing.T) store.Blobs {
		b, _ := newFolder(t)
		return b
	})
}

func wantContent(t *testing.T, b *folder.Folder, info store.Blob, want string) {
	t.Helper()
	got, err := io.ReadAll(open(t, b, info))
	if err != nil || string(got) != want {
		t.Errorf("%.30q, error %v", got, err)
	}
}

func TestAFolderIsForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	b, dir := newFolder(t)
	info := put(t, b, "secret")
	for path, want := range map[string]fs.FileMode{
		filepath.Dir(dir): fs.ModeDir | 0o700, dir: fs.ModeDir | 0o700, filepath.Join(dir, info.Key): 0o600,
	} {
		if stat, err := os.Stat(path); err != nil || stat.Mode() != want {
			t.Errorf("%s: %v, error %v", path, stat.Mode(), err)
		}
	}
	again, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	wantContent(t, again, info, "secret")
}

func TestAFolderThatCannotBeMadeIsNamed(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{name, filepath.Join(name, "below")} {
		if _, err := folder.Open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v", err)
		}
	}
}

func TestAFolderThatIsGoneIsAnErrorUntilItIsBack(t *testing.T) {
	t.Parallel()
	b, dir := newFolder(t)
	kept := put(t, b, "kept")
	use := map[string]func() error{
		"Write": func() error {
			_, err := b.Write(t.Context(), func(io.Writer) error { return nil })
			return err
		},
		"Copy": func() error {
			_, err := store.Copy(t.Context(), b, strings.NewReader("x"))
			return err
		},
		"Open": func() error {
			r, err := b.Open(t.Context(), kept)
			if err != nil {
				return err
			}
			return r.Close()
		},
		"Delete": func() error { return b.Delete(t.Context(), "nothing") },
		"Sweep": func() error {
			_, err := b.Sweep(t.Context(), func(string) (bool, error) { return true, nil }, time.Now())
			return err
		},
		"Ping": func() error { return b.Ping(t.Context()) },
	}
	away := dir + "-away"
	for _, gone := range []func() error{
		func() error { return nil },
		func() error { return os.WriteFile(dir, nil, 0o600) }, // a file in its place
	} {
		if err := errors.Join(os.Rename(dir, away), gone()); err != nil {
			t.Fatal(err)
		}
		for name, call := range use {
			err := call()
			if !errors.Is(err, store.ErrUnavailable) || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), dir) {
				t.Errorf("%s: error %v", name, err)
			}
		}
		if stat, err := os.Stat(dir); err == nil && stat.IsDir() {
			t.Error("the folder was made again")
		}
		if err := errors.Join(os.RemoveAll(dir), os.Rename(away, dir)); err != nil {
			t.Fatal(err)
		}
		for name, call := range use {
			if err := call(); err != nil {
				t.Errorf("%s, with the folder back: error %v", name, err)
			}
		}
	}
	wantContent(t, b, kept, "kept")
}

func TestAFolderThatGoesDuringAWriteIsAnError(t *testing.T) {
	t.Parallel()
	b, dir := newFolder(t)
	_, err := b.Write(t.Context(), func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(err, os.RemoveAll(dir))
	})
	if !errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), dir) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder: error %v", err)
	}
}

func TestAFileThatCannotGetItsNameIsRemoved(t *testing.T) {
	t.Parallel()
	b, dir := newFolder(t)
	_, err := b.Write(t.Context(), func(io.Writer) error {
		key, _, _ := strings.Cut(files(t, dir)[0], ".")
		return os.Mkdir(filepath.Join(dir, key), 0o700)
	})
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if left := files(t, dir); len(left) != 1 || strings.HasSuffix(left[0], ".tmp") {
		t.Errorf("left are %q", left)
	}
}

func TestAFullDiskIsToldAndLeavesNothing(t *testing.T) {
	t.Parallel()
	b, dir := newFolder(t)
	_, err := b.Write(t.Context(), func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(err, writeToFullDisk())
	})
	if !errors.Is(err, syscall.ENOSPC) || len(files(t, dir)) != 0 {
		t.Errorf("error %v, left are %q", err, files(t, dir))
	}
}

func TestALimitOfTheUserOrTheProcessIsAFullDisk(t *testing.T) {
	t.Parallel()
	b, dir := newFolder(t)
	for _, limit := range []error{syscall.EDQUOT, syscall.EFBIG} {
		_, err := b.Write(t.Context(), func(io.Writer) error { return &fs.PathError{Op: "write", Path: "blob", Err: limit} })
		if !errors.Is(err, syscall.ENOSPC) || !errors.Is(err, limit) || len(files(t, dir)) != 0 {
			t.Errorf("error %v, left are %q", err, files(t, dir))
		}
	}
}

// writeToFullDisk gives the error that a file on a full disk gives.
func writeToFullDisk() error {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) { // not every system has it
		return &fs.PathError{Op: "write", Path: "/dev/full", Err: syscall.ENOSPC}
	}
	if err != nil {
		return err
	}
	_, err = full.WriteString("x")
	return errors.Join(err, full.Close())
}
