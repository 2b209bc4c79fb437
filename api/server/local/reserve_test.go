package local

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/api/server/local/internal/folder"
)

// full is a store that has space only if a file is gone.
type full struct {
	store.Home
	reserve string
}

func (f *full) Update(ctx context.Context, do func(store.Tx) error) ([]string, error) {
	return f.Home.Update(ctx, func(tx store.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		if _, err := os.Stat(f.reserve); err == nil {
			return syscall.ENOSPC
		}
		return nil
	})
}

func TestOnAFullDiskWhatFreesSpaceHasSome(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files, err := folder.Open(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	memory, space := store.NewMemory(), &reserve{path: filepath.Join(dir, "reserve"), out: true}
	shrunk := 0
	h := &home{&full{memory, space.path}, &blobs{files, space}, func(context.Context) error { shrunk++; return nil }}
	add := func(tx store.Tx) error {
		return errors.Join(tx.AddProject("p"), tx.PutExport(store.Export{Project: "p", ID: "1"}))
	}
	if _, err := h.Update(t.Context(), add); err != nil {
		t.Fatal(err)
	}
	if err := space.fill(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(space.path); err != nil || info.Size() != reserveSize {
		t.Fatalf("the reserve: %v, error %v", info, err)
	}
	if _, err := h.Update(t.Context(), add); !errors.Is(err, syscall.ENOSPC) || space.isOut() {
		t.Errorf("what adds: error %v, the reserve is out: %v", err, space.isOut())
	}
	if _, err := h.Update(t.Context(), func(tx store.Tx) error { return tx.DeleteExport("p", "1") }); err != nil || !space.isOut() || shrunk != 1 {
		t.Errorf("what deletes: error %v, the reserve is out: %v, the database gave %d times back what it could", err, space.isOut(), shrunk)
	}
	// What is left is not for archives, until there is space again.
	if err := os.Mkdir(space.path, 0o700); err != nil { // so it cannot be taken
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(space.path, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	nothing := func(io.Writer) error { return nil }
	if _, err := h.blobs.Write(t.Context(), nothing); err == nil {
		t.Error("an archive takes the space for deletes")
	}
	if err := os.RemoveAll(space.path); err != nil {
		t.Fatal(err)
	}
	if err := h.blobs.Delete(t.Context(), "a-key"); err != nil || space.isOut() {
		t.Errorf("after a delete: error %v, the reserve is out: %v", err, space.isOut())
	}
	if _, err := h.blobs.Write(t.Context(), nothing); err != nil {
		t.Error(err)
	}
}

// Both reasons are told: there is no space, and the database cannot give any back.
func TestADeleteOnAFullDiskSaysWhyTheDatabaseGivesNothingBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files, err := folder.Open(filepath.Join(dir, "blobs"))
	if err != nil {
		t.Fatal(err)
	}
	used := filepath.Join(dir, "used") // which no release of the reserve removes
	if err := os.WriteFile(used, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	locked := errors.New("it is locked")
	h := &home{&full{store.NewMemory(), used}, &blobs{files, &reserve{path: filepath.Join(dir, "reserve")}}, func(context.Context) error { return locked }}
	_, err = h.Update(t.Context(), func(store.Tx) error { return nil })
	if !errors.Is(err, syscall.ENOSPC) || errors.Is(err, locked) {
		t.Errorf("what adds: %v", err)
	}
	_, err = h.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(tx.AddProject("p"), tx.PutExport(store.Export{Project: "p", ID: "1"}), tx.DeleteExport("p", "1"))
	})
	if !errors.Is(err, syscall.ENOSPC) || !errors.Is(err, locked) {
		t.Errorf("what deletes: %v", err)
	}
}
