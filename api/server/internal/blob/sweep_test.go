package blob_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"gocloud.dev/blob/memblob"

	"github.com/ubiops-contrib/transfer/api/server/internal/blob"
)

func TestSweepRemovesWhatNobodyKeeps(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *blob.Bucket, names func() []string) {
		kept, orphan := put(t, b, "kept"), put(t, b, "orphan")
		keep := func(key string) (bool, error) { return key == kept.Key, nil }
		past, future := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		if n, err := b.Sweep(t.Context(), keep, past); n != 0 || err != nil || len(names()) != 2 {
			t.Errorf("too young: %d removed, error %v", n, err)
		}
		if n, err := b.Sweep(t.Context(), keep, future); n != 1 || err != nil || !slices.Equal(names(), []string{kept.Key}) {
			t.Errorf("%s and %s: %d removed, error %v, left are %q", kept.Key, orphan.Key, n, err, names())
		}
		if empty, err := b.Empty(t.Context()); empty || err != nil {
			t.Errorf("empty %v, error %v", empty, err)
		}
		wanted := errors.New("the database is locked")
		n, err := b.Sweep(t.Context(), func(string) (bool, error) { return false, wanted }, future)
		if n != 0 || !errors.Is(err, wanted) || len(names()) != 1 {
			t.Errorf("%d removed, error %v", n, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if n, err := b.Sweep(ctx, keep, future); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("%d removed, error %v", n, err)
		}
	})
}

func TestSweepRemovesWhatAKilledProcessLeft(t *testing.T) {
	t.Parallel()
	b, dir := folder(t)
	// What fileblob calls its files has to be what Sweep looks for.
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
	others := []string{"README", "x.tmp", id + ".zip", id + ".tmp", strings.ToUpper(id), "{" + id + "}", "other-" + id + ".18a.tmp"}

	b, dir := folder(t)
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

	bucket := memblob.OpenBucket(nil)
	objects := blob.New(bucket)
	defer closed(t, objects)
	for _, name := range append(others, "backup/"+id) {
		if err := bucket.WriteAll(t.Context(), name, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := objects.Sweep(t.Context(), none, future); n != 0 || err != nil {
		t.Errorf("%d removed, error %v", n, err)
	}
	for _, b := range []*blob.Bucket{b, objects} {
		if empty, err := b.Empty(t.Context()); !empty || err != nil {
			t.Errorf("empty %v, error %v", empty, err)
		}
	}
}

func TestSweepFindsEveryOneOfThousands(t *testing.T) {
	t.Parallel()
	b, dir := folder(t)
	bucket := memblob.OpenBucket(nil)
	objects := blob.New(bucket)
	defer closed(t, objects)
	for range 2_500 { // more than two pages of a list
		key := uuid.NewString()
		err := os.WriteFile(filepath.Join(dir, key), nil, 0o600)
		if err := errors.Join(err, bucket.WriteAll(t.Context(), key, nil, nil)); err != nil {
			t.Fatal(err)
		}
	}
	for _, b := range []*blob.Bucket{b, objects} {
		n, err := b.Sweep(t.Context(), func(string) (bool, error) { return false, nil }, time.Now().Add(time.Hour))
		if n != 2_500 || err != nil {
			t.Errorf("%d removed, error %v", n, err)
		}
	}
	if left := files(t, dir); len(left) != 0 {
		t.Errorf("left are %q", left)
	}
}

func TestTheClockPartsWhatWasThereFromWhatComes(t *testing.T) {
	t.Parallel()
	b, dir := folder(t)
	before := put(t, b, "before")
	// A kernel's clock for files stands still for some milliseconds.
	if past := time.Now().Add(-time.Minute); os.Chtimes(filepath.Join(dir, before.Key), past, past) != nil {
		t.Fatal("the time of the file stays")
	}
	none := func(string) (bool, error) { return false, nil }
	for range 100 {
		clock, err := b.Clock(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		after := put(t, b, "after")
		if _, err := b.Sweep(t.Context(), none, clock); err != nil || !slices.Equal(files(t, dir), []string{after.Key}) {
			t.Fatalf("before %s, after %s: left are %q, error %v", before.Key, after.Key, files(t, dir), err)
		}
		if err := b.Delete(t.Context(), after.Key); err != nil {
			t.Fatal(err)
		}
	}
	each(t, func(t *testing.T, b *blob.Bucket, names func() []string) {
		clock, err := b.Clock(t.Context())
		if off := time.Since(clock).Abs(); err != nil || off > time.Minute || len(names()) > 0 {
			t.Errorf("off by %v, left are %q, error %v", off, names(), err)
		}
	})
}
