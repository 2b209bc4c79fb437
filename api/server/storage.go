package server

import (
	"context"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// Storage is where a server keeps its projects, its jobs and its archives. Package
// [github.com/ubiops-contrib/transfer/api/server/local] opens one that outlives the
// process. Others cannot implement it.
type Storage interface {
	store.Home
}

// How often, and after how long, bytes that no row knows are swept. A package
// that is being copied has no row until its import is applied.
const (
	sweepEvery = time.Hour
	sweepAfter = 24 * time.Hour
)

// sweepNowAndThen deletes bytes that no row knows: first those from before the
// storage was opened, and then from time to time those that are old.
func (s *Server) sweepNowAndThen(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for before := (time.Time{}); ; before = time.Now().Add(-sweepAfter) {
		removed, err := s.engine.Sweep(ctx, before)
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "sweep failed", "error", err)
		}
		if removed > 0 {
			s.log.InfoContext(ctx, "swept", "blobs", removed)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
