package cli

import (
	"net"
	"net/http"
	"sync"
)

// slots limits how many connections an [http.Server] has at once. The server
// tells of a new one before it accepts the next, so waiting there keeps
// further ones in the queue of the system. A listener around the real one, as
// in golang.org/x/net/netutil, would do the same and hide from net/http that
// files can be sent to a connection without copying them through memory.
type slots struct {
	taken chan struct{}
	free  chan struct{} // closed when nobody is to wait any longer
	once  sync.Once
}

func newSlots(n int) *slots {
	return &slots{taken: make(chan struct{}, n), free: make(chan struct{})}
}

// open ends all waiting, when the server shuts down.
func (s *slots) open() { s.once.Do(func() { close(s.free) }) }

// note is what the server tells in its ConnState.
func (s *slots) note(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		select {
		case s.taken <- struct{}{}:
		case <-s.free:
		}
	case http.StateClosed, http.StateHijacked:
		select {
		case <-s.taken:
		default: // it came in when nobody waited any longer
		}
	case http.StateActive, http.StateIdle:
	}
}
