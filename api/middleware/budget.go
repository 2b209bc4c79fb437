package middleware

import (
	"context"
	"slices"
	"sync"
)

// A Budget is the memory that large requests, and the work behind them, share in
// one process. What is taken of it are estimates of what something becomes in
// memory. An owner, such as a project, never has more than half of it, so that
// there is room for others: an amount over that counts as the half, and waits
// until its owner has nothing else.
//
// Those who wait are served in order, except that one whose owner has too much
// lets others pass. A nil Budget has no limit. The methods
// are safe for concurrent use.
type Budget struct {
	size int64

	mu      sync.Mutex
	used    int64
	held    map[string]int64 // by owner
	waiting []*claim
}

// A claim is bytes that somebody waits for or has.
type claim struct {
	owner string
	bytes int64
	given chan struct{} // closed when the bytes are there
}

// NewBudget returns a budget of so many bytes.
func NewBudget(bytes int64) *Budget {
	return &Budget{size: max(2, bytes), held: make(map[string]int64)}
}

// Size returns the bytes of the whole budget.
func (b *Budget) Size() int64 { return b.size }

// Used returns the bytes that are taken at this moment.
func (b *Budget) Used() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// Acquire takes bytes for an owner and returns what gives them back. It waits for
// them until ctx ends, whose error it then returns.
//
// A caller that has something and waits for more may wait for itself: take all at once.
func (b *Budget) Acquire(ctx context.Context, owner string, bytes int64) (release func(), err error) {
	if b == nil || bytes <= 0 {
		return func() {}, nil
	}
	c := &claim{owner: owner, bytes: min(bytes, b.size/2), given: make(chan struct{})}
	b.mu.Lock()
	b.waiting = append(b.waiting, c)
	b.serve()
	b.mu.Unlock()
	release = sync.OnceFunc(func() { b.giveUp(c) })
	select {
	case <-c.given:
		return release, nil
	case <-ctx.Done():
		release()
		return nil, ctx.Err()
	}
}

// serve gives those who wait what is free.
func (b *Budget) serve() {
	full := false
	b.waiting = slices.DeleteFunc(b.waiting, func(c *claim) bool {
		if full || b.held[c.owner]+c.bytes > b.size/2 {
			return false
		}
		if full = b.used+c.bytes > b.size; full {
			return false // nobody overtakes one who waits for others
		}
		b.used += c.bytes
		b.held[c.owner] += c.bytes
		close(c.given)
		return true
	})
}

// giveUp takes back what a claim has, or that it waits.
func (b *Budget) giveUp(c *claim) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-c.given:
		b.used -= c.bytes
		if b.held[c.owner] -= c.bytes; b.held[c.owner] == 0 {
			delete(b.held, c.owner)
		}
	default:
		b.waiting = slices.DeleteFunc(b.waiting, func(other *claim) bool { return other == c })
	}
	b.serve()
}
