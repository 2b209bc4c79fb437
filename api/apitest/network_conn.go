package apitest

import (
	"bytes"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// connBuffer is how many bytes are on their way at most, in one direction.
const connBuffer = 64 << 10

// conn is one end of a connection in memory.
type conn struct {
	in, out *stream
	server  bool
	addr    net.Addr
}

// newConns returns the two ends of a connection.
func newConns(addr net.Addr) (client, server *conn) {
	up, down := newStream(), newStream()
	return &conn{in: down, out: up, addr: addr}, &conn{in: up, out: down, server: true, addr: addr}
}

func (c *conn) Read(p []byte) (int, error)  { return c.in.read(p) }
func (c *conn) Write(p []byte) (int, error) { return c.out.write(p) }

// Close ends both directions. What was written before can still be read at the
// other end. Once the server has closed, what the client still sends
// vanishes instead of failing: a failure could overtake an early response.
func (c *conn) Close() error {
	c.out.end(false)
	c.in.end(true)
	c.in.set(func(s *stream) { s.swallow = c.server })
	return nil
}

// CloseWrite ends one direction; net/http looks for it.
func (c *conn) CloseWrite() error { c.out.end(false); return nil }

// reset breaks the connection off at both ends; what is on its way is lost.
func (c *conn) reset() {
	for _, s := range []*stream{c.in, c.out} {
		s.set(func(s *stream) { s.broken = true; s.data.Reset() })
	}
}

func (c *conn) LocalAddr() net.Addr  { return c.addr }
func (c *conn) RemoteAddr() net.Addr { return c.addr }

func (c *conn) SetDeadline(t time.Time) error {
	c.in.reader.set(c.in, t)
	c.out.writer.set(c.out, t)
	return nil
}
func (c *conn) SetReadDeadline(t time.Time) error  { c.in.reader.set(c.in, t); return nil }
func (c *conn) SetWriteDeadline(t time.Time) error { c.out.writer.set(c.out, t); return nil }

// stream is one direction of a connection.
type stream struct {
	mu      sync.Mutex
	changed *sync.Cond
	data    bytes.Buffer
	ended   bool // the writer has closed
	gone    bool // the reader has closed
	swallow bool // what is written then vanishes
	broken  bool
	reader  deadline
	writer  deadline
}

func newStream() *stream {
	s := &stream{}
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *stream) set(change func(*stream)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
	s.changed.Broadcast()
}

// end closes one side of the stream.
func (s *stream) end(reader bool) {
	s.set(func(s *stream) {
		if reader {
			s.gone = true
			s.reader.stop()
			return
		}
		s.ended = true
		s.writer.stop()
	})
}

func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.gone:
			return 0, fault("read", net.ErrClosed)
		case s.broken:
			return 0, fault("read", os.NewSyscallError("read", syscall.ECONNRESET))
		case s.reader.passed():
			return 0, fault("read", os.ErrDeadlineExceeded)
		case len(p) == 0:
			return 0, nil
		case s.data.Len() > 0:
			s.changed.Broadcast()
			return s.data.Read(p)
		case s.ended:
			return 0, io.EOF
		}
		s.changed.Wait()
	}
}

func (s *stream) write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.ended:
			return n, fault("write", net.ErrClosed)
		case s.broken:
			return n, fault("write", os.NewSyscallError("write", syscall.ECONNRESET))
		case s.writer.passed():
			return n, fault("write", os.ErrDeadlineExceeded)
		case s.gone && !s.swallow:
			return n, fault("write", os.NewSyscallError("write", syscall.EPIPE))
		case s.gone, n == len(p):
			return len(p), nil
		}
		if space := min(connBuffer-s.data.Len(), len(p)-n); space > 0 {
			s.data.Write(p[n : n+space])
			n += space
			s.changed.Broadcast()
			continue
		}
		s.changed.Wait()
	}
}

// fault is an error as the net package has it.
func fault(op string, err error) error { return &net.OpError{Op: op, Net: "tcp", Err: err} }

// deadline is guarded by the mutex of its stream.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

func (d *deadline) set(s *stream, t time.Time) {
	s.set(func(s *stream) {
		d.stop()
		d.at = t
		if wait := time.Until(t); !t.IsZero() && wait > 0 {
			d.timer = time.AfterFunc(wait, func() { s.set(func(*stream) {}) })
		}
	})
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
	}
}

func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }
