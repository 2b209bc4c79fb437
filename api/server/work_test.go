package server_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// lateStore is busy at first, when the work is to start.
type lateStore struct {
	store.Store
	busy, begun int
}

func (s *lateStore) Work(ctx context.Context, _ int, _ func(context.Context, store.Job) error) error {
	if s.busy > 0 {
		s.busy--
		return fmt.Errorf("jobs of an earlier process: %w", store.ErrBusy)
	}
	s.begun++
	<-ctx.Done()
	return nil
}

func TestWork_jobsAreCarriedOutAlsoWhenTheDatabaseIsBusyAtFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &lateStore{busy: 3}
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		server.Work(ctx, s) // returns when ctx ends
		if s.busy != 0 || s.begun != 1 {
			t.Errorf("%+v", s)
		}
	})
}
