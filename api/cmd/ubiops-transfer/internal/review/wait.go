package review

import (
	"context"
	"time"
)

// Wait waits until the decision is made and done, and the reviewer has seen that, or
// has had some time to. It returns what Apply has returned, [ErrCancelled], [ErrRejected],
// or the error of the context.
func (r *Review) Wait(ctx context.Context) error {
	select {
	case <-r.ended:
	case <-ctx.Done():
		return r.interrupted(ctx)
	}
	select {
	case <-r.shown:
	case <-time.After(5 * time.Second):
	case <-ctx.Done():
	}
	return r.err
}

// interrupted waits for what runs to end, which it does soon if the context is that of
// the review, and returns what that says.
func (r *Review) interrupted(ctx context.Context) error {
	limit := time.After(time.Minute)
	for {
		r.mu.Lock()
		running, ended, news, err := r.running != nil, r.isEnded(), r.news, r.err
		r.mu.Unlock()
		switch {
		case ended:
			return err
		case !running:
			return ctx.Err()
		}
		select {
		case <-news:
		case <-limit:
			return ctx.Err()
		}
	}
}
