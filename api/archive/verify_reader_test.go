package archive

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"testing"
)

// No t.Parallel: the directory of temporary files is set for the process.
func TestVerify_leavesNoTemporaryFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	damaged := forgeable()
	damaged.entry(deflatedPackage).inside.entries[0].data[0] ^= 1
	broken := forgeable()
	e := broken.entry(deflatedPackage)
	e.fill(e.inside.bytes())
	e.inside = nil
	e.data[len(e.data)/2] ^= 0xff
	for what, data := range map[string][]byte{"sound": forgeable().bytes(), "damaged": damaged.bytes(), "broken": broken.bytes()} {
		if err := verifyBytes(t, data); (err != nil) != (what != "sound") {
			t.Errorf("%s: %v", what, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%s: left behind: %v (%v)", what, left, err)
		}
	}
	t.Setenv("TMPDIR", dir+"/nowhere")
	err := verifyBytes(t, forgeable().bytes())
	if _, isFinding := errors.AsType[*Finding](err); isFinding || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no place for temporary files: %v", err)
	}
}

type readerAt func(p []byte, off int64) (int, error)

func (r readerAt) ReadAt(p []byte, off int64) (int, error) { return r(p, off) }

func TestVerify_passesOnErrorsOfTheReader(t *testing.T) {
	t.Parallel()
	data := forgeable().bytes()
	broken := errors.New("the disk is gone")
	for after := 0; ; after++ {
		r := &failingReader{Reader: bytes.NewReader(data), left: after, err: broken}
		err := Verify(t.Context(), r, int64(len(data)))
		if err == nil {
			if after < 4 {
				t.Errorf("only %d reads", after)
			}
			break
		}
		if _, isFinding := errors.AsType[*Finding](err); isFinding || !errors.Is(err, broken) {
			t.Errorf("after %d reads: %v", after, err)
		}
	}
}

// The size is the caller's word, not the archive's.
func TestVerify_tellsAShortReaderFromATruncatedArchive(t *testing.T) {
	t.Parallel()
	data := forgeable().bytes()
	r := readerAt(func(p []byte, off int64) (int, error) {
		if off+int64(len(p)) == int64(len(data)) { // the directory
			return bytes.NewReader(data).ReadAt(p, off)
		}
		return bytes.NewReader(data[:200]).ReadAt(p, off)
	})
	err := Verify(t.Context(), r, int64(len(data)))
	if _, isFinding := errors.AsType[*Finding](err); isFinding || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

func TestVerify_endsWithTheContext(t *testing.T) {
	t.Parallel()
	data := forgeable().bytes()
	for after := range 4 {
		ctx, cancel := context.WithCancel(t.Context())
		reads := 0
		r := readerAt(func(p []byte, off int64) (int, error) {
			if reads++; reads > after {
				cancel()
			}
			return bytes.NewReader(data).ReadAt(p, off)
		})
		if after == 0 {
			cancel()
		}
		if err := Verify(ctx, r, int64(len(data))); !errors.Is(err, context.Canceled) || reads > after+1 {
			t.Errorf("after %d reads: %v with %d reads", after, err, reads)
		}
		cancel()
	}
}

func TestVerify_readsFromFrontToBack(t *testing.T) {
	t.Parallel()
	z := forgeable()
	for i := range 2000 {
		z.entries = append(z.entries, forge("x/files/"+strconv.Itoa(i)).entries...)
	}
	data := z.bytes()
	reads := &countingReader{Reader: bytes.NewReader(data)}
	if err := Verify(t.Context(), reads, int64(len(data))); err != nil {
		t.Fatal(err)
	}
	if reads.n > 6 {
		t.Errorf("%d reads for %d bytes", reads.n, len(data))
	}
}
