package server

import (
	"context"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// Storage is where a server keeps its projects, its jobs and its archives. Package
// [github.com/ubiops-contrib/transfer/api/server/local] opens one that outlives the
// process. It is not for others to implement.
type Storage interface {
	store.Home
}

// How often, and after how long, bytes are swept that no row knows. A package
// that is being copied has no row until its import is applied.
const (
	sweepEvery = time.Hour
	sweepAfter = 24 * time.Hour
)

// sweepNowAndThen deletes bytes that no row knows: first those from before the
// storage was opened, when nothing else ran yet, and then every so often what is
// old.
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
