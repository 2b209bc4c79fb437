package apitest

import (
	"context"
	"slices"
	"sync"
	"time"
)

// A Clock stands still until [Clock.Advance] moves it. Give it to servers with
// [WithClock]: then the statuses of [JobsByTime] and the delays of [Delay] last
// as long as it says, and dates are its. Its methods can be called at the same
// time.
//
// Inside a bubble of testing/synctest it is not needed: there the time of the
// bubble counts.
type Clock struct {
	mu     sync.Mutex
	now    time.Time
	alarms []alarm

	advancing sync.Mutex
	followers []func(from, to time.Time)
}

type alarm struct {
	at   time.Time
	ring chan struct{}
}

// NewClock returns a clock that shows a time.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now returns the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock. When it returns, every job of [JobsByTime] has the
// status of the new time, or its test has failed with the reason; requests whose
// [Delay] is over continue in the background.
func (c *Clock) Advance(d time.Duration) {
	c.advancing.Lock()
	defer c.advancing.Unlock()
	from, to, followers := c.move(d)
	for _, follow := range followers {
		follow(from, to)
	}
}

func (c *Clock) move(d time.Duration) (from, to time.Time, followers []func(from, to time.Time)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	from = c.now
	c.now = c.now.Add(d)
	c.alarms = slices.DeleteFunc(c.alarms, func(a alarm) bool {
		if a.at.After(c.now) {
			return false
		}
		close(a.ring)
		return true
	})
	return from, c.now, slices.Clone(c.followers)
}

// follow calls f after every move.
func (c *Clock) follow(f func(from, to time.Time)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.followers = append(c.followers, f)
}

// after returns a channel that is closed when d has passed, and what stops the
// waiting for it.
func (c *Clock) after(d time.Duration) (<-chan struct{}, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ring := make(chan struct{})
	c.alarms = append(c.alarms, alarm{c.now.Add(d), ring})
	return ring, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.alarms = slices.DeleteFunc(c.alarms, func(a alarm) bool { return a.ring == ring })
	}
}

// sleep waits for a time of the clock, or of the computer if there is none.
func sleep(ctx context.Context, c *Clock, d time.Duration) error {
	if c == nil {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	ring, stop := c.after(d)
	defer stop()
	select {
	case <-ring:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
