package apitest

import (
	"context"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
)

// network is a listener in memory, which works in a synctest bubble, and the
// only thing that can be dialled in it.
type network struct {
	accept chan *conn
	closed chan struct{}
	once   sync.Once
	addr   *net.TCPAddr
}

// memoryHost is what the URL names. Nothing listens there: a client that is not
// given [Server.HTTPClient] is refused instead of reaching something else.
const memoryHost = "localhost:1"

func newNetwork() *network {
	return &network{
		accept: make(chan *conn), closed: make(chan struct{}),
		addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1},
	}
}

func (n *network) Accept() (net.Conn, error) {
	select {
	case c := <-n.accept:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *network) Close() error   { n.once.Do(func() { close(n.closed) }); return nil }
func (n *network) Addr() net.Addr { return n.addr }

// dial is for [http.Transport].
func (n *network) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	if addr != memoryHost {
		return nil, fmt.Errorf("apitest: only %s can be reached through this client, not %s", memoryHost, addr)
	}
	client, server := newConns(n.addr)
	select {
	case n.accept <- server:
		return client, nil
	case <-n.closed:
		return nil, fault("dial", os.NewSyscallError("connect", syscall.ECONNREFUSED))
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
