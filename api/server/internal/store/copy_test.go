package store

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// pieces counts what is written, and how often.
type pieces struct {
	bytes.Buffer
	writes int
}

func (p *pieces) Write(data []byte) (int, error) {
	p.writes++
	return p.Buffer.Write(data)
}

func TestSmallReadsAreWrittenInLargePieces(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("x", 2*bufferSize) + "end"
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		r   io.Reader
		err error
	}{
		"whole":        {strings.NewReader(content), nil},
		"a few bytes":  {iotest.HalfReader(iotest.OneByteReader(strings.NewReader(content))), nil},
		"with the end": {iotest.DataErrReader(strings.NewReader(content)), nil},
		"broken":       {io.MultiReader(strings.NewReader(content), iotest.ErrReader(broken)), broken},
	} {
		var to pieces
		n, err := CopyBuffer(t.Context(), &to, c.r)
		if n != int64(len(content)) || !errors.Is(err, c.err) {
			t.Errorf("%s: %d bytes, error %v", name, n, err)
		}
		if to.String() != content || to.writes != 3 {
			t.Errorf("%s: %d bytes in %d writes", name, to.Len(), to.writes)
		}
	}
	var full errorWriter
	if _, err := CopyBuffer(t.Context(), &full, strings.NewReader(content)); !errors.Is(err, io.ErrShortBuffer) || full.writes != 1 {
		t.Errorf("error %v after %d writes", err, full.writes)
	}
}

type errorWriter struct{ writes int }

func (e *errorWriter) Write([]byte) (int, error) {
	e.writes++
	return 0, io.ErrShortBuffer
}
