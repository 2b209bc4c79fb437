package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// SetReady replaces what /readyz asks, before the server is used.
func (s *Server) SetReady(f func(context.Context) error) { s.ready = f }

// NotReady is an error with a class.
func NotReady(class string, err error) error { return &notReadyError{class, err} }

// BrokenMetrics serves the metrics of a server whose store cannot be read.
func BrokenMetrics() http.Handler {
	return newMetrics(func(context.Context) (store.Stats, error) {
		return store.Stats{}, errors.New("the database is locked")
	})
}
