package engine_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/ubiops-contrib/transfer/api/archive"

	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// watched records every status that the rows of project p go through.
type watched struct {
	store.Store
	seen []string
	// unsure reports that a transaction which completes something has failed,
	// but makes it.
	unsure atomic.Bool
}

func (w *watched) Update(ctx context.Context, f func(store.Tx) error) ([]string, error) {
	completed := false
	unused, err := w.Store.Update(ctx, func(tx store.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		exports, err := tx.Exports("p", "")
		for _, e := range exports {
			w.saw(string(e.Status))
		}
		imports, importsErr := tx.Imports("p", "")
		for _, i := range imports {
			w.saw(string(i.Status))
		}
		completed = slices.Contains(w.seen, "completed")
		return errors.Join(err, importsErr)
	})
	if err == nil && completed && w.unsure.Load() {
		return nil, errors.New("the connection broke after COMMIT")
	}
	return unused, err
}

func (w *watched) saw(status string) {
	if n := len(w.seen); n == 0 || w.seen[n-1] != status {
		w.seen = append(w.seen, status)
	}
}

func engineOn(t *testing.T, s store.Store) *engine.Engine {
	t.Helper()
	if _, err := s.Update(t.Context(), func(tx store.Tx) error { return tx.AddProject("p") }); err != nil {
		t.Fatal(err)
	}
	return &engine.Engine{
		Store: s, Blobs: store.NewMemory().Blobs(), Links: engine.NewLinks(nil, nil, 0), MaxArchive: 1 << 20,
		NewID: func() (string, error) { id, err := uuid.NewV7(); return id.String(), err },
		Now:   time.Now, Log: slog.New(slog.DiscardHandler),
	}
}

// work runs f with an engine whose jobs run whenever f waits.
func work(t *testing.T, f func(*testing.T, *engine.Engine, *watched)) {
	t.Helper()
	workers(t, 1, f)
}

func workers(t *testing.T, n int, f func(*testing.T, *engine.Engine, *watched)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &watched{Store: store.NewMemory()}
		e := engineOn(t, w)
		ctx, stop := context.WithCancel(t.Context())
		go func() {
			if err := e.Work(ctx, n); err != nil {
				t.Error(err)
			}
		}()
		synctest.Wait() // f may change the fields of e
		f(t, e, w)
		stop()
		synctest.Wait()
	})
}

func file(t *testing.T, e *engine.Engine, data []byte) engine.Source {
	t.Helper()
	info, err := e.Blobs.Write(t.Context(), func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return engine.Source{File: info}
}

func zipOf(t *testing.T, c archive.Content) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := archive.Write(&buf, c, nil); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

var content = archive.Content{EnvironmentVariables: map[string]models.EnvironmentVariable{"A": {Value: models.Value("1")}}}

func wantSeen(t *testing.T, w *watched, want ...string) {
	t.Helper()
	if !slices.Equal(w.seen, want) {
		t.Errorf("statuses %q; want %q", w.seen, want)
	}
}

// failing blobs fail to write or panic when they are opened, and count.
type failing struct {
	store.Blobs
	mu      sync.Mutex
	write   error
	writes  int
	panics  bool
	deleted []string
}

func (f *failing) Write(ctx context.Context, write func(io.Writer) error) (store.Blob, error) {
	f.mu.Lock()
	f.writes++
	err := f.write
	f.mu.Unlock()
	if err != nil {
		return store.Blob{}, err
	}
	return f.Blobs.Write(ctx, write)
}

func (f *failing) setWrite(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.write = err
}

func (f *failing) Open(ctx context.Context, b store.Blob) (store.Reader, error) {
	if f.panics {
		panic("a bug")
	}
	return f.Blobs.Open(ctx, b)
}

func (f *failing) Delete(ctx context.Context, keys ...string) error {
	f.deleted = append(f.deleted, keys...)
	return f.Blobs.Delete(ctx, keys...)
}

func errorMessage(t *testing.T, s store.Store, id string) (message string) {
	t.Helper()
	if err := s.View(t.Context(), func(tx store.Tx) error {
		if e, err := tx.Export("p", id); err == nil {
			message = e.ErrorMessage
			return nil
		}
		i, err := tx.Import("p", id)
		message = i.ErrorMessage
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return message
}

// begun is a store whose jobs were begun that often by processes that were killed.
type begun struct {
	store.Store
	before int
}

func (b begun) Work(ctx context.Context, n int, do func(context.Context, store.Job) error) error {
	return b.Store.Work(ctx, n, func(ctx context.Context, job store.Job) error {
		job.Attempt += b.before
		return do(ctx, job)
	})
}
