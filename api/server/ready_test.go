package server_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/server"
)

func ready(t *testing.T, s http.Handler) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/readyz", nil))
	return w.Code, w.Body.String()
}

func TestReady_readyzTellsTheClassOfWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		check func(context.Context) error
		body  string
	}{
		"a known part":   {func(context.Context) error { return server.NotReady("database", errors.New("/home/me is full")) }, "database"},
		"something else": {func(context.Context) error { return errors.New("/home/me is full") }, "unavailable"},
		"asks in time":   {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, "timeout"},
		"does not hear":  {func(context.Context) error { time.Sleep(time.Minute); return nil }, "timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, err := server.New(server.Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer s.Close()
				s.SetReady(test.check)
				began := time.Now()
				status, body := ready(t, s)
				if status != http.StatusServiceUnavailable || body != `{"status":"`+test.body+`"}` {
					t.Errorf("%d %s", status, body)
				}
				if waited := time.Since(began); waited > time.Second {
					t.Errorf("it took %v", waited)
				}
				if _, again := ready(t, s); again != body {
					t.Errorf("the second time it is %s", again)
				}
				time.Sleep(2 * time.Minute) // what ignores the context ends at last
			})
		})
	}
}

func TestReady_aDrainedServerIsNotReadyAndStillServes(t *testing.T) {
	t.Parallel()
	h := start(t, server.Options{})
	if status, body := ready(t, h); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	h.Drain()
	if status, body := ready(t, h); status != http.StatusServiceUnavailable || !strings.Contains(body, "draining") {
		t.Errorf("%d %s", status, body)
	}
	if _, err := h.client("p").Project("p").Exports.List(t.Context()); err != nil {
		t.Error(err)
	}
}
