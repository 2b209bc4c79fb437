package serve

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/ubiops-contrib/transfer/api/middleware"
)

const (
	// spareConnections are connections over the limit that get a response instead
	// of being closed at once. They also keep the probes going.
	spareConnections = 64
	// spareForOne is how many of them one client can have.
	spareForOne = 8
)

// connections limits how many connections an [http.Server] has at once, and how
// many of them belong to one client: an IPv4 address or the /64 of an IPv6 one. A
// new one over a limit takes the place of an idle one: of the
// same client, or if all are too many, of the client that has the most. If there is
// none, it is a spare one, on which only the probes are answered. A listener that
// wraps connections would do the same and hide from net/http that files can be sent
// without copying them through memory.
type connections struct {
	most, perClient int
	proxies         proxies // of which each may have them all

	mu    sync.Mutex
	open  map[net.Conn]*connection
	of    map[netip.Prefix]int // without the spare ones
	spare map[netip.Prefix]int
	all   int // without the spare ones
}

type connection struct {
	client netip.Prefix
	spare  bool
	idle   time.Time // since when it is idle; zero while it is not
}

func newConnections(most, perClient int) *connections {
	return &connections{
		most: most, perClient: perClient,
		open: make(map[net.Conn]*connection), of: make(map[netip.Prefix]int), spare: make(map[netip.Prefix]int),
	}
}

type spareKey struct{}

// accept is the ConnContext of the server.
func (c *connections) accept(ctx context.Context, conn net.Conn) context.Context {
	client := middleware.Client(conn.RemoteAddr().String())
	c.mu.Lock()
	defer c.mu.Unlock()
	perClient := c.perClient
	if c.proxies.trust(conn.RemoteAddr().String()) {
		perClient = c.most
	}
	if c.of[client] >= perClient {
		c.closeIdle(func(other *connection) bool { return other.client == client })
	}
	if c.all >= c.most {
		c.closeIdle(func(*connection) bool { return true })
	}
	added := &connection{client: client, idle: time.Now()}
	c.open[conn] = added
	if c.of[client] < perClient && c.all < c.most {
		c.of[client]++
		c.all++
		return ctx
	}
	added.spare = true
	c.spare[client]++
	if c.spare[client] > spareForOne || len(c.open)-c.all > spareConnections {
		_ = conn.Close() // there is nobody to tell; the server sees it
	}
	return context.WithValue(ctx, spareKey{}, true)
}

// closeIdle closes the connection that has been idle for longest, of the client
// that has the most of them.
func (c *connections) closeIdle(eligible func(*connection) bool) {
	var found net.Conn
	var best *connection
	for conn, other := range c.open {
		if other.spare || other.idle.IsZero() || !eligible(other) {
			continue
		}
		if n := c.of[other.client]; best == nil || n > c.of[best.client] || n == c.of[best.client] && other.idle.Before(best.idle) {
			found, best = conn, other
		}
	}
	if best != nil {
		c.remove(found)
		_ = found.Close() // as above
	}
}

// note is the ConnState of the server.
func (c *connections) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.open[conn]
	switch {
	case known == nil: // it has been closed here
	case state == http.StateActive:
		known.idle = time.Time{}
	case state == http.StateIdle:
		known.idle = time.Now()
	case state == http.StateClosed, state == http.StateHijacked:
		c.remove(conn)
	}
}

func (c *connections) remove(conn net.Conn) {
	known := c.open[conn]
	delete(c.open, conn)
	count := c.of
	if known.spare {
		count = c.spare
	} else {
		c.all--
	}
	if count[known.client]--; count[known.client] == 0 {
		delete(count, known.client)
	}
}

// guard answers 503 on spare connections, except to the probes.
func (c *connections) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(spareKey{}) == nil {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Connection", "close")
		if r.URL.Path == "/livez" || r.URL.Path == "/readyz" {
			next.ServeHTTP(w, r)
			return
		}
		middleware.WriteError(w, r, &middleware.Error{
			Status: http.StatusServiceUnavailable, Message: "there are too many connections; try again later", RetryAfter: 2 * time.Second,
		})
	})
}
