package sqlite_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/sqlite"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// patient are options for tests in which nobody blocks the database for good:
// the machine may be slow.
var patient = sqlite.Options{Options: database.Options{BusyTimeout: time.Minute}}

// made is a database as a new one begins, which saves the migrations.
var made = sync.OnceValues(func() (made template, err error) {
	if made.keeper, err = database.NewKeeper(newKey()); err != nil {
		return made, err
	}
	dir, err := os.MkdirTemp("", "database")
	if err != nil {
		return made, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "db")
	d, err := sqlite.Open(context.Background(), sqlite.Options{Path: path, Options: database.Options{Keeper: made.keeper}})
	if err != nil {
		return made, err
	}
	if err := d.Close(); err != nil {
		return made, err
	}
	made.file, err = os.ReadFile(path)
	return made, err
})

// open opens a database, a new one if options name none.
func open(t testing.TB, options sqlite.Options) *sqlite.Database {
	t.Helper()
	if options.Path == "" {
		made, err := made()
		must(t, err)
		options.Path, options.Keeper = filepath.Join(t.TempDir(), "db"), made.keeper
		must(t, os.WriteFile(options.Path, made.file, 0o600))
	}
	if options.RetryDelay == nil {
		options.RetryDelay = func(int) time.Duration { return time.Millisecond }
	}
	d, err := sqlite.Open(t.Context(), options)
	must(t, err)
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func newKeeper(t testing.TB) *database.Keeper {
	t.Helper()
	keeper, err := database.NewKeeper(newKey())
	must(t, err)
	return keeper
}

func newKey() (key [32]byte) {
	_, _ = rand.Read(key[:]) // never fails
	return key
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustUpdate(t testing.TB, s store.Store, changes ...func(store.Tx) error) {
	t.Helper()
	_, err := s.Update(t.Context(), func(tx store.Tx) error {
		for _, change := range changes {
			if err := change(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func mustView(t testing.TB, s store.Store, f func(store.Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}
