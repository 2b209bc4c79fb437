package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"github.com/ubiops-contrib/transfer/api/server/internal/blob"
	"github.com/ubiops-contrib/transfer/api/server/internal/database"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// What lies in [Options.Data].
const (
	databaseFile = "transfer.db"
	keyFile      = "secret.key"
	blobFolder   = "blobs"
)

// How often, and after how long, bytes are swept that no row knows. A package
// that is being copied has no row until its import is applied.
const (
	sweepEvery = time.Hour
	sweepAfter = 24 * time.Hour
)

func (s *Server) openStorage(ctx context.Context, opts Options) (err error) {
	folder, openFolder := opts.Data, blob.OpenFolder
	if folder == "" {
		if folder, err = os.MkdirTemp("", "ubiops-transfer-"); err != nil {
			return fmt.Errorf("folder for archives: %w", err)
		}
		s.scratch = folder
		s.store, openFolder = store.NewMemory(), blob.OpenScratch
	} else {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
		file := filepath.Join(folder, databaseFile)
		keeper, err := openKeeper(filepath.Join(folder, keyFile), file)
		if err != nil {
			return err
		}
		s.store, err = database.Open(ctx, database.Options{
			Path: file, Keeper: keeper, Log: opts.Log,
		})
		if err != nil {
			return err
		}
	}
	if s.blobs, err = openFolder(filepath.Join(folder, blobFolder)); err != nil {
		return err
	}
	return s.sweep(ctx, opts, time.Now()) // nothing else runs yet
}

// sweep deletes bytes that no row knows: what was being written when a process
// was killed, and what could not be deleted when its row was.
func (s *Server) sweep(ctx context.Context, opts Options, before time.Time) error {
	return s.store.View(ctx, func(tx store.Tx) error {
		removed, err := s.blobs.Sweep(ctx, func(key string) (bool, error) {
			_, err := tx.Blob(key)
			if errors.Is(err, store.ErrNotFound) {
				return false, nil
			}
			return err == nil, err
		}, before)
		if removed > 0 {
			opts.Log.InfoContext(ctx, "swept", "blobs", removed)
		}
		return err
	})
}

func (s *Server) sweepNowAndThen(ctx context.Context, opts Options) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := s.sweep(ctx, opts, time.Now().Add(-sweepAfter)); err != nil && ctx.Err() == nil {
			opts.Log.WarnContext(ctx, "sweep failed", "error", err)
		}
	}
}

func newID() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}
