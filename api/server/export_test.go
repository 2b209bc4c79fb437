package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// SetReady replaces what /readyz asks, before the server is used.
func (s *Server) SetReady(f func(context.Context) error) { s.ready = f }

// Work carries out the jobs of a store until ctx ends.
func Work(ctx context.Context, jobs store.Store) {
	s := &Server{engine: &engine.Engine{Store: jobs}}
	s.work(ctx, Options{Workers: 1, Log: slog.New(slog.DiscardHandler)})
}

// Sweep sweeps the blobs of a store, first those from before began, until ctx ends.
func Sweep(ctx context.Context, blobs engine.Blobs, rows store.Store, began time.Time) {
	s := &Server{engine: &engine.Engine{Store: rows, Blobs: blobs}}
	s.sweepNowAndThen(ctx, Options{Log: slog.New(slog.DiscardHandler)}, began)
}

// NotReady is an error with a class.
func NotReady(class string, err error) error { return &notReadyError{class, err} }

// BrokenMetrics serves the metrics of a server whose store cannot be read.
func BrokenMetrics() http.Handler {
	return newMetrics(func(context.Context) (store.Stats, error) {
		return store.Stats{}, errors.New("the database is locked")
	})
}
