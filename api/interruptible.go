package api

import (
	"context"
	"io"
)

const readAtOnce = 128 << 10 // bytes; net/http asks for 32 KiB

// interruptible is a reader whose Read ends with its context, also where the
// reader below blocks. net/http needs that: it does not return from a cancelled
// request before the Read of its body has returned. A Read that was given up
// goes on in a goroutine, with a buffer of its own, and is the last one.
type interruptible struct {
	ctx    context.Context
	reader io.Reader
	buf    []byte
	unread []byte // of buf
	err    error  // that comes after unread
	done   chan readResult
}

type readResult struct {
	n   int
	err error
}

func newInterruptible(ctx context.Context, r io.Reader) *interruptible {
	return &interruptible{ctx: ctx, reader: r, buf: make([]byte, readAtOnce), done: make(chan readResult, 1)}
}

func (i *interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	if len(i.unread) == 0 && i.err == nil {
		go i.read()
		select {
		case r := <-i.done:
			i.unread, i.err = i.buf[:r.n], r.err
		case <-i.ctx.Done():
			return 0, i.ctx.Err()
		}
	}
	n := copy(p, i.unread)
	if i.unread = i.unread[n:]; len(i.unread) > 0 {
		return n, nil
	}
	return n, i.err
}

func (i *interruptible) read() {
	n, err := i.reader.Read(i.buf)
	i.done <- readResult{n, err}
}
