package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

func TestInterruptiblePassesEverythingOn(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("0123456789"), 1000)
	broken := errors.New("broken")
	for name, r := range map[string]io.Reader{
		"whole":            bytes.NewReader(content),
		"half reads":       iotest.HalfReader(bytes.NewReader(content)),
		"data with an end": iotest.DataErrReader(bytes.NewReader(content)),
		"fails at the end": io.MultiReader(bytes.NewReader(content), iotest.ErrReader(broken)),
	} {
		got, err := io.ReadAll(newInterruptible(t.Context(), r))
		if !bytes.Equal(got, content) || (err != nil) != (name == "fails at the end") || err != nil && !errors.Is(err, broken) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

func TestInterruptibleEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	defer w.Close()
	i := newInterruptible(ctx, r)
	go cancel()
	if n, err := i.Read(make([]byte, 10)); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("read %d, %v", n, err)
	}
	if n, err := i.Read(make([]byte, 10)); n != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("read again: %d, %v", n, err)
	}
}
