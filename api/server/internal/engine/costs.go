package engine

import "sync"

// costs remembers the cost of requests until something is changed:
// clients that wait read the same export again and again, and a look at its size
// costs as much as the read.
type costs struct {
	mu      sync.Mutex
	changes int
	of      map[costOf]int64
}

type costOf struct {
	project, id string
	content     bool
}

// mostCosts bounds what is remembered.
const mostCosts = 1000

// get returns what is known, and the state to give to put.
func (c *costs) get(key costOf) (bytes int64, known bool, changes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	bytes, known = c.of[key]
	return bytes, known, c.changes
}

// put remembers what was found after get, unless something was changed since.
func (c *costs) put(key costOf, bytes int64, changes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes != changes {
		return
	}
	if c.of == nil || len(c.of) >= mostCosts {
		c.of = make(map[costOf]int64)
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
