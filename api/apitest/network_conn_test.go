package apitest

import (
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func bubble(t *testing.T, f func(t *testing.T, client, server *conn)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, server := newConns(&net.TCPAddr{})
		f(t, client, server)
		_ = client.Close()
		_ = server.Close()
	})
}

func read(t *testing.T, c *conn, want string) {
	t.Helper()
	p := make([]byte, len(want))
	if _, err := io.ReadFull(c, p); err != nil || string(p) != want {
		t.Errorf("read %q, %v; want %q", p, err, want)
	}
}

func write(t *testing.T, c *conn, text string) {
	t.Helper()
	if n, err := c.Write([]byte(text)); n != len(text) || err != nil {
		t.Errorf("wrote %d, %v", n, err)
	}
}

func fails(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error is %v; want %v", what, err, want)
	}
}

func TestConn_bytesGoBothWaysAndAHalfCanEnd(t *testing.T) {
	bubble(t, func(t *testing.T, client, server *conn) {
		write(t, client, "hello")
		write(t, server, "answer")
		if err := server.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		read(t, client, "answer")
		_, err := client.Read(make([]byte, 1))
		fails(t, "read at the end", err, io.EOF)
		read(t, server, "hello")
		write(t, client, "more")
		read(t, server, "more")
		_, err = server.Write([]byte("x"))
		fails(t, "write after CloseWrite", err, net.ErrClosed)
	})
}

func TestConn_aWriterWaitsForItsReader(t *testing.T) {
	bubble(t, func(t *testing.T, client, server *conn) {
		sent := make([]byte, 3*connBuffer)
		for i := range sent {
			sent[i] = byte(i % 251)
		}
		wrote := false
		go func() {
			n, err := client.Write(sent)
			wrote = n == len(sent) && err == nil
		}()
		synctest.Wait()
		if wrote || client.out.data.Len() != connBuffer {
			t.Errorf("%d bytes are on their way", client.out.data.Len())
		}
		got := make([]byte, len(sent))
		if _, err := io.ReadFull(server, got); err != nil || !slices.Equal(got, sent) {
			t.Errorf("other bytes came, %v", err)
		}
		synctest.Wait()
		if !wrote {
			t.Error("the writer waits still")
		}
	})
}

func TestConn_theServersLastBytesOutliveItsEnd(t *testing.T) {
	bubble(t, func(t *testing.T, client, server *conn) {
		write(t, server, "early response")
		if err := server.Close(); err != nil {
			t.Fatal(err)
		}
		write(t, client, string(make([]byte, 2*connBuffer))) // vanishes
		read(t, client, "early response")
		write(t, client, "more")
		_, err := client.Read(make([]byte, 1))
		fails(t, "client's read", err, io.EOF)
		_, err = server.Read(make([]byte, 1))
		fails(t, "server's read", err, net.ErrClosed)
	})
}

func TestConn_aServerNoticesThatItsClientHasGone(t *testing.T) {
	bubble(t, func(t *testing.T, client, server *conn) {
		write(t, client, "last words")
		blocked := make(chan error, 1)
		go func() {
			_, err := server.Write(make([]byte, 2*connBuffer))
			blocked <- err
		}()
		synctest.Wait()
		if err := client.Close(); err != nil {
			t.Fatal(err)
		}
		fails(t, "blocked write", <-blocked, syscall.EPIPE)
		read(t, server, "last words")
		_, err := server.Read(make([]byte, 1))
		fails(t, "read", err, io.EOF)
	})
}

func TestConn_aResetBreaksBothEnds(t *testing.T) {
	bubble(t, func(t *testing.T, client, server *conn) {
		write(t, server, "lost")
		blocked := make(chan error, 1)
		go func() {
			_, err := server.Read(make([]byte, 1))
			blocked <- err
		}()
		synctest.Wait()
		server.reset()
		fails(t, "blocked read", <-blocked, syscall.ECONNRESET)
		_, err := client.Read(make([]byte, 1))
		fails(t, "read", err, syscall.ECONNRESET)
		_, err = client.Write(make([]byte, 1))
		fails(t, "write", err, syscall.ECONNRESET)
	})
}

func TestConn_deadlinesEndWaiting(t *testing.T) {
	bubble(t, func(t *testing.T, client, server *conn) {
		start := time.Now()
		if err := server.SetDeadline(start.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		_, err := server.Read(make([]byte, 1))
		fails(t, "read", err, os.ErrDeadlineExceeded)
		if took := time.Since(start); took != time.Minute {
			t.Errorf("took %v", took)
		}
		_, err = server.Write(make([]byte, 1))
		fails(t, "write", err, os.ErrDeadlineExceeded)
		blocked := make(chan error, 1)
		if err := server.SetReadDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		go func() {
			_, err := server.Read(make([]byte, 1))
			blocked <- err
		}()
		synctest.Wait()
		if err := server.SetReadDeadline(time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
		fails(t, "blocked read", <-blocked, os.ErrDeadlineExceeded)
		if err := server.SetWriteDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		write(t, server, "on")
		read(t, client, "on")
	})
}
