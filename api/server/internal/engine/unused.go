package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// update runs a transaction and deletes the bytes that it leaves unused.
func (e *Engine) update(ctx context.Context, f func(store.Tx) error) error {
	e.costs.forget()
	unused, err := e.Store.Update(ctx, f)
	e.costs.forget()
	e.discard(ctx, unused...)
	return err
}

// discard deletes bytes that no row knows, at once or as soon as nobody holds
// them. What cannot be deleted is left for the sweep.
func (e *Engine) discard(ctx context.Context, keys ...string) {
	if len(keys) == 0 || e.held.postpone(keys) {
		return
	}
	if err := e.Blobs.Delete(context.WithoutCancel(ctx), keys...); err != nil {
		e.Log.WarnContext(ctx, "blobs left for the sweep", "blobs", len(keys), "error", err)
	}
}

// held are the bytes that are not deleted since a reader that no row knows
// may be reading them.
type held struct {
	mu      sync.Mutex
	readers int
	keys    []string
}

// hold keeps all bytes that rows know now, or will know, until what it returns
// is called.
func (e *Engine) hold(ctx context.Context) (release func()) {
	e.held.mu.Lock()
	defer e.held.mu.Unlock()
	e.held.readers++
	return func() { e.discard(ctx, e.held.release()...) }
}

// release returns what can be deleted after the last reader.
func (h *held) release() (keys []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.readers--; h.readers == 0 {
		keys, h.keys = h.keys, nil
	}
	return keys
}

// postpone takes the keys if there is a reader.
func (h *held) postpone(keys []string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.readers > 0 {
		h.keys = append(h.keys, keys...)
	}
	return h.readers > 0
}

// Sweep deletes bytes that no row knows, and returns how many blobs they were:
// what was being written when a process was killed, and what could not be deleted
// when its row was. See [store.Blobs.Sweep] for the time.
func (e *Engine) Sweep(ctx context.Context, before time.Time) (removed int, err error) {
	// Each look sees what there is then: a replica that was alive before it, and is
	// dead now, may have made its last blob known.
	err = e.Store.Look(ctx, func(tx store.Tx) error {
		removed, err = e.Blobs.Sweep(ctx, func(key string) (bool, error) {
			_, err := tx.Blob(key)
			if errors.Is(err, store.ErrNotFound) {
				return e.held.postpone([]string{key}), nil
			}
			return err == nil, err
		}, before)
		return err
	})
	return removed, err
}

// abandon deletes bytes that were to become known in a transaction with an
// error, unless it was made nevertheless. If that cannot be found out, they are left
// for the sweep.
func (e *Engine) abandon(ctx context.Context, err error, keys ...string) {
	ctx = context.WithoutCancel(ctx)
	if errors.Is(err, store.ErrUnknown) {
		e.Log.WarnContext(ctx, "blobs left for the sweep", "blobs", len(keys), "error", err)
		return
	}
	var unknown []string
	err = e.Store.View(ctx, func(tx store.Tx) error {
		for _, key := range keys {
			switch _, err := tx.Blob(key); {
			case errors.Is(err, store.ErrNotFound):
				unknown = append(unknown, key)
			case err != nil:
				return err
			}
		}
		return nil
	})
	if err != nil {
		e.Log.WarnContext(ctx, "blobs left for the sweep", "blobs", len(keys), "error", err)
		return
	}
	e.discard(ctx, unknown...)
}
