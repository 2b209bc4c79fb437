package api

import (
	"context"
	"io"
)

// interruptible is a reader whose Read ends with its context, also where the
// reader below blocks. net/http needs that: it does not return from a cancelled
// request before the Read of its body has returned. A Read that was given up
// goes on in a goroutine, with a buffer of its own, and is the last one.
type interruptible struct {
	ctx    context.Context
	reader io.Reader
	buf    []byte
	done   chan readResult
}

type readResult struct {
	n   int
	err error
}

func newInterruptible(ctx context.Context, r io.Reader) *interruptible {
	return &interruptible{ctx: ctx, reader: r, done: make(chan readResult, 1)}
}

func (i *interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	if len(i.buf) < len(p) {
		i.buf = make([]byte, len(p))
	}
	go i.read(i.buf[:len(p)])
	select {
	case r := <-i.done:
		return copy(p, i.buf[:r.n]), r.err
	case <-i.ctx.Done():
		return 0, i.ctx.Err()
	}
}

func (i *interruptible) read(buf []byte) {
	n, err := i.reader.Read(buf)
	i.done <- readResult{n, err}
}
