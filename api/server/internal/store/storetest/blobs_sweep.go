package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

var blobsSwept = map[string]func(*testing.T, store.Blobs){
	"a sweep removes what nobody keeps": func(t *testing.T, b store.Blobs) {
		kept, orphan := put(t, b, "kept"), put(t, b, "orphan")
		keep := func(key string) (bool, error) { return key == kept.Key, nil }
		past, future := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
		if n, err := b.Sweep(t.Context(), keep, past); n != 0 || err != nil || len(left(t, b)) != 2 {
			t.Errorf("too young: %d removed, error %v", n, err)
		}
		if n, err := b.Sweep(t.Context(), keep, future); n != 1 || err != nil || !slices.Equal(left(t, b), []string{kept.Key}) {
			t.Errorf("%s and %s: %d removed, error %v, left are %q", kept.Key, orphan.Key, n, err, left(t, b))
		}
		wanted := errors.New("the database is locked")
		n, err := b.Sweep(t.Context(), func(string) (bool, error) { return false, wanted }, future)
		if n != 0 || !errors.Is(err, wanted) || len(left(t, b)) != 1 {
			t.Errorf("%d removed, error %v", n, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if n, err := b.Sweep(ctx, keep, future); n != 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("%d removed, error %v", n, err)
		}
	},
	"the first sweep leaves what was written since": func(t *testing.T, b store.Blobs) {
		put(t, b, "since")
		none := func(string) (bool, error) { return false, nil }
		if n, err := b.Sweep(t.Context(), none, time.Time{}); n != 0 || err != nil || len(left(t, b)) != 1 {
			t.Errorf("%d removed, error %v", n, err)
		}
	},
}

// left returns the keys of the blobs that there are, and reports anything else.
func left(t *testing.T, b store.Blobs) (keys []string) {
	t.Helper()
	// Also when the test's own context has ended.
	n, err := b.Sweep(context.WithoutCancel(t.Context()), func(key string) (bool, error) {
		keys = append(keys, key)
		return true, nil
	}, time.Now().Add(time.Hour))
	if n != 0 || err != nil {
		t.Errorf("%d half-written blobs are left, error %v", n, err)
	}
	return keys
}
