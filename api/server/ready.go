package server

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// A notReadyError says in one word why the server cannot work, such as
// "database". Readers of /readyz see that word and never the cause.
type notReadyError struct {
	class string
	err   error
}

func (e *notReadyError) Error() string { return e.class + ": " + e.err.Error() }
func (e *notReadyError) Unwrap() error { return e.err }

var errDraining = errors.New("the server is stopping")

// Drain makes /readyz answer 503 from now on and changes nothing else, so that
// a load balancer sends its requests elsewhere. It comes before
// [http.Server.Shutdown], and [Server.Close] after that.
func (s *Server) Drain() { s.draining.Store(true) }

// serveReady answers 200, or 503 with the class of what is missing.
func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	err := s.checkReady(ctx)
	if err == nil {
		answerJSON(w, r, http.StatusOK, health{"ok"})
		return
	}
	class := "unavailable"
	if e, ok := errors.AsType[*notReadyError](err); ok {
		class = e.class
	} else if errors.Is(err, context.DeadlineExceeded) {
		class = "timeout"
	}
	s.log.WarnContext(r.Context(), "not ready", "class", class, "error", err)
	answerJSON(w, r, http.StatusServiceUnavailable, health{class})
}

// usable checks what every request needs.
func (s *Server) usable(ctx context.Context) error {
	if err := s.store.Ping(ctx); err != nil {
		return &notReadyError{"database", err}
	}
	if err := s.store.Blobs().Ping(ctx); err != nil {
		return &notReadyError{"archives", err}
	}
	return nil
}

// checkReady returns when ctx ends, even if the check does not; then the next
// check begins only after this one has ended.
func (s *Server) checkReady(ctx context.Context) error {
	if s.draining.Load() {
		return &notReadyError{"draining", errDraining}
	}
	select {
	case s.checking <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	checked := make(chan error, 1)
	go func() {
		checked <- s.ready(ctx)
		<-s.checking
	}()
	select {
	case err := <-checked:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
