package engine

import (
	"sync"
	"time"
)

// costs remembers the cost of requests until something is changed, and for a moment
// at most, since another server on the same storage may change it:
// clients that wait read the same export again and again, and a look at its size
// costs as much as the read.
type costs struct {
	mu      sync.Mutex
	changes int
	of      map[costOf]int64
	since   time.Time
}

type costOf struct {
	project, id string
	content     bool
}

// mostCosts and costsKept bound what is remembered.
const (
	mostCosts = 1000
	costsKept = 2 * time.Second
)

// get returns what is known, and the state to give to put.
func (c *costs) get(key costOf) (bytes int64, known bool, changes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	bytes, known = c.of[key]
	return bytes, known && time.Since(c.since) < costsKept, c.changes
}

// put remembers what was found after get, unless something was changed since.
func (c *costs) put(key costOf, bytes int64, changes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes != changes {
		return
	}
	if c.of == nil || len(c.of) >= mostCosts || time.Since(c.since) >= costsKept {
		c.of, c.since = make(map[costOf]int64), time.Now()
	}
	c.of[key] = bytes
}

// forget is called before and after each change: what was found between the two
// may be older than it.
func (c *costs) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	clear(c.of)
}
