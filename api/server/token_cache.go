package server

import (
	"sync"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// tokenCache remembers the tokens of requests, since looking one up takes as
// long as all the rest of a small request. It has only tokens that exist, and
// forgets them soon: another server on the same storage may change them.
type tokenCache struct {
	mu      sync.RWMutex
	known   map[store.Hash]store.Token
	since   time.Time
	changes int
}

// tokensKept is how long a token is remembered at most.
const tokensKept = 10 * time.Second

// get returns a token, if it is known, and how often tokens have changed.
func (c *tokenCache) get(hash store.Hash) (token store.Token, ok bool, changes int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	token, ok = c.known[hash]
	return token, ok && time.Since(c.since) < tokensKept, c.changes
}

// put remembers a token that was read after get, unless tokens have changed
// meanwhile.
func (c *tokenCache) put(token store.Token, changes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if changes != c.changes {
		return
	}
	if c.known == nil || time.Since(c.since) >= tokensKept {
		c.known, c.since = make(map[store.Hash]store.Token), time.Now()
	}
	c.known[token.Hash] = token
}

// changed forgets everything. It is called after tokens have changed.
func (c *tokenCache) changed() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	clear(c.known)
}
