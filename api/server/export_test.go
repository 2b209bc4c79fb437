package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

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

// NotReady is an error with a class.
func NotReady(class string, err error) error { return &notReadyError{class, err} }

// BrokenMetrics serves the metrics of a server whose store cannot be read.
func BrokenMetrics() http.Handler {
	return newMetrics(func(context.Context) (store.Stats, error) {
		return store.Stats{}, errors.New("the database is locked")
	})
}
