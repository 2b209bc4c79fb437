package folder_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/ubiops-contrib/transfer/api/server/local/internal/folder"
)

func TestSweepRemovesWhatAKilledProcessLeft(t *testing.T) {
	t.Parallel()
	b, dir := newFolder(t)
	var left string
	_, err := b.Write(t.Context(), func(io.Writer) error {
		left = files(t, dir)[0]
		return errors.New("killed")
	})
	if err == nil || !strings.HasSuffix(left, ".tmp") {
		t.Fatalf("file %q, error %v", left, err)
	}
	if err := os.WriteFile(filepath.Join(dir, left), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	never := func(key string) (bool, error) {
		t.Errorf("asked for %s", key)
		return true, nil
	}
	if n, err := b.Sweep(t.Context(), never, time.Now().Add(-time.Hour)); n != 0 || err != nil || len(files(t, dir)) != 1 {
		t.Errorf("too young: %d removed, error %v", n, err)
	}
	if n, err := b.Sweep(t.Context(), never, time.Now().Add(time.Hour)); n != 1 || err != nil || len(files(t, dir)) != 0 {
		t.Errorf("%d removed, error %v, left are %q", n, err, files(t, dir))
	}
}

func TestSweepLeavesAloneWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	const id = "903ccd12-81d1-46e1-9ac9-b9d70af118de"
	none := func(string) (bool, error) { return false, nil }
	future := time.Now().Add(time.Hour)
	others := []string{"README", "x.tmp", id + ".zip", "x" + id + ".tmp", strings.ToUpper(id), "{" + id + "}", "other-" + id + ".18a.tmp"}

	b, dir := newFolder(t)
	if err := os.MkdirAll(filepath.Join(dir, "lost+found", id), 0o700); err != nil {
		t.Fatal(err)
	}
	inside := filepath.Join("lost+found", id, id)
	for _, name := range append(others, inside) {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("README", filepath.Join(dir, id)); err != nil {
		t.Fatal(err)
	}
	if n, err := b.Sweep(t.Context(), none, future); n != 0 || err != nil || len(files(t, dir)) != len(others)+2 {
		t.Errorf("%d removed, error %v, left are %q", n, err, files(t, dir))
	}

	if empty, err := b.Empty(t.Context()); !empty || err != nil {
		t.Errorf("empty %v, error %v", empty, err)
	}
	put(t, b, "a blob")
	if empty, err := b.Empty(t.Context()); empty || err != nil {
		t.Errorf("empty %v, error %v", empty, err)
	}
}

func TestSweepFindsEveryOneOfThousands(t *testing.T) {
	t.Parallel()
	b, dir := newFolder(t)
	for range 2_500 { // more than two pages of a list
		if err := os.WriteFile(filepath.Join(dir, uuid.NewString()), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	n, err := b.Sweep(t.Context(), func(string) (bool, error) { return false, nil }, time.Now().Add(time.Hour))
	if left := files(t, dir); n != 2_500 || err != nil || len(left) != 0 {
		t.Errorf("%d removed, error %v, left are %q", n, err, left)
	}
}

func TestTheFirstSweepPartsWhatWasThereFromWhatComes(t *testing.T) {
	t.Parallel()
	b, dir := newFolder(t)
	before := put(t, b, "before")
	// A kernel's clock for files stands still for some milliseconds.
	if past := time.Now().Add(-time.Minute); os.Chtimes(filepath.Join(dir, before.Key), past, past) != nil {
		t.Fatal("the time of the file stays")
	}
	none := func(string) (bool, error) { return false, nil }
	for range 100 {
		again, err := folder.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := again.Sweep(t.Context(), none, time.Time{}); n != 0 || err != nil {
			t.Fatalf("before it begins: %d removed, error %v", n, err)
		}
		if err := again.Begin(folder.Mark{}); err != nil {
			t.Fatal(err)
		}
		after := put(t, again, "after")
		if _, err := again.Sweep(t.Context(), none, time.Time{}); err != nil || !slices.Equal(files(t, dir), []string{after.Key}) {
			t.Fatalf("before %s, after %s: left are %q, error %v", before.Key, after.Key, files(t, dir), err)
		}
		if err := again.Delete(t.Context(), after.Key); err != nil {
			t.Fatal(err)
		}
	}
}
