package server

import (
	"context"
	"log/slog"

	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// SetReady replaces what /readyz asks, before the server is used.
func (s *Server) SetReady(f func(context.Context) error) { s.ready = f }

// Work carries out the jobs of a store until ctx ends.
func Work(ctx context.Context, jobs store.Store) {
	s := &Server{engine: &engine.Engine{Store: jobs}, log: slog.New(slog.DiscardHandler)}
	s.work(ctx, 1)
}

// Sweep sweeps the blobs of a store until ctx ends.
func Sweep(ctx context.Context, blobs store.Blobs, rows store.Store) {
	s := &Server{engine: &engine.Engine{Store: rows, Blobs: blobs}, log: slog.New(slog.DiscardHandler)}
	s.sweepNowAndThen(ctx)
}

// NotReady is an error with a class.
func NotReady(class string, err error) error { return &notReadyError{class, err} }
