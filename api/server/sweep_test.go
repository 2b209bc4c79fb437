package server_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// sweptBlobs notes the times of its sweeps, and fails the first of them.
type sweptBlobs struct {
	store.Blobs
	before []time.Time
}

func (b *sweptBlobs) Sweep(_ context.Context, _ func(string) (bool, error), before time.Time) (int, error) {
	if b.before = append(b.before, before); len(b.before) == 1 {
		return 0, errors.New("a file cannot be removed")
	}
	return 0, nil
}

func TestSweep_aSweepThatFailsIsFollowedByOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, stop := context.WithTimeout(t.Context(), 150*time.Minute)
		defer stop()
		var b sweptBlobs
		server.Sweep(ctx, &b, store.NewMemory()) // returns when ctx ends
		day := 24 * time.Hour
		if want := []time.Time{{}, start.Add(time.Hour - day), start.Add(2*time.Hour - day)}; !slices.Equal(b.before, want) {
			t.Errorf("swept what is from before %v; want %v", b.before, want)
		}
	})
}

// waiting is a log that says when something was swept, and waits then.
type waiting struct {
	slog.Handler
	swept, proceed chan struct{}
}

func (w *waiting) Enabled(context.Context, slog.Level) bool { return true }

func (w *waiting) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "swept" {
		close(w.swept)
		<-w.proceed
	}
	return nil
}

func TestSweep_aStartDoesNotWaitForItsSweep(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	beginWith(t, data, content)
	orphan := filepath.Join(data, "blobs", uuid.NewString())
	if err := os.WriteFile(orphan, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if past := time.Now().Add(-time.Minute); os.Chtimes(orphan, past, past) != nil {
		t.Fatal("the time of the file stays")
	}
	log := &waiting{swept: make(chan struct{}), proceed: make(chan struct{})}
	begun, ended := make(chan error, 1), make(chan error, 1)
	go func() {
		s, err := server.New(server.Options{Storage: storage(t, data), Log: slog.New(log)})
		begun <- err
		<-log.proceed
		if err == nil {
			err = s.Close()
		}
		ended <- err
	}()
	<-log.swept // and so is not over
	select {
	case err := <-begun:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("it waits")
	}
	close(log.proceed)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(orphan); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the blob that nobody knows: %v", err)
	}
	if a := saved(t, data); len(a.Packages()) != 1 {
		t.Errorf("packages %v", a.Packages())
	}
}
