package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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

// openStorage returns when it was done, as the blobs have it.
func (s *Server) openStorage(ctx context.Context, opts Options) (began time.Time, err error) {
	if opts.Data == "" {
		err = s.openScratch()
	} else if err = s.openData(ctx, opts); err != nil {
		err = fmt.Errorf("data folder %s: %w", opts.Data, err)
	}
	if err != nil {
		return time.Time{}, err
	}
	began, err = s.blobs.Clock(ctx)
	if err != nil { // the disk may be full
		opts.Log.WarnContext(ctx, "the first sweep leaves what is young", "error", err)
		began = time.Now().Add(-sweepAfter)
	}
	return began, nil
}

func (s *Server) openScratch() (err error) {
	if s.scratch, err = os.MkdirTemp("", "ubiops-transfer-"); err != nil {
		return fmt.Errorf("folder for archives: %w", err)
	}
	s.store = store.NewMemory()
	s.blobs, err = blob.OpenScratch(filepath.Join(s.scratch, blobFolder))
	return err
}

// openData makes the database last: where there is one, the rest has to be there
// too, and where there is none, no blob. What somebody has lost or not mounted is
// not made again.
func (s *Server) openData(ctx context.Context, opts Options) error {
	file, archives := filepath.Join(opts.Data, databaseFile), filepath.Join(opts.Data, blobFolder)
	_, missing := os.Stat(file)
	first := errors.Is(missing, fs.ErrNotExist)
	if missing != nil && !first {
		return missing
	}
	if !first {
		if _, err := os.Stat(archives); err != nil {
			return err
		}
	}
	var err error
	if s.blobs, err = blob.OpenFolder(archives); err != nil {
		return err
	}
	if first {
		if empty, err := s.blobs.Empty(ctx); err != nil {
			return err
		} else if !empty {
			return fmt.Errorf("the database is missing, and %s holds its blobs: %w", archives, missing)
		}
	}
	keeper, err := openKeeper(filepath.Join(opts.Data, keyFile), first)
	if err != nil {
		return err
	}
	db, err := database.Open(ctx, database.Options{Path: file, Keeper: keeper, Log: opts.Log})
	if err != nil {
		return err
	}
	s.store = db
	return nil
}

// sweepNowAndThen deletes bytes that no row knows: first those from before began,
// when nothing else ran yet, and then every so often what is old.
func (s *Server) sweepNowAndThen(ctx context.Context, opts Options, began time.Time) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for before := began; ; before = time.Now().Add(-sweepAfter) {
		removed, err := s.engine.Sweep(ctx, before)
		if err != nil && ctx.Err() == nil {
			opts.Log.WarnContext(ctx, "sweep failed", "error", err)
		}
		if removed > 0 {
			opts.Log.InfoContext(ctx, "swept", "blobs", removed)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func newID() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}
