package storetest

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

var blobsRead = map[string]func(*testing.T, store.Blobs){
	"a blob reads as a file does": func(t *testing.T, b store.Blobs) {
		for _, content := range []string{strings.Repeat("0123456789", 5_000), "x", ""} {
			r := open(t, b, put(t, b, content).Key)
			if err := iotest.TestReader(r, []byte(content)); err != nil {
				t.Error(err)
			}
		}
	},
	"reading outside of a blob is an error": func(t *testing.T, b store.Blobs) {
		r := open(t, b, put(t, b, "0123456789").Key)
		for _, c := range [][2]int64{{-1, 1}, {0, -1}, {0, 11}, {11, 0}, {5, 6}, {1, 1<<63 - 1}} {
			if _, err := r.OpenRange(c[0], c[1]); !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%d bytes at %d: error %v", c[1], c[0], err)
			}
		}
		if _, err := r.Seek(-11, io.SeekEnd); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("error %v", err)
		}
		if _, err := r.Seek(0, 3); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("error %v", err)
		}
		if n, err := r.ReadAt(make([]byte, 1), -1); n != 0 || !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%d bytes, error %v", n, err)
		}
		if at, err := r.Seek(20, io.SeekStart); at != 20 || err != nil {
			t.Errorf("at %d, error %v", at, err)
		}
		if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("%d bytes, error %v", n, err)
		}
		if n, err := r.WriteTo(io.Discard); n != 0 || err != nil {
			t.Errorf("%d bytes, error %v", n, err)
		}
	},
	"ranges and ReadAt do not move the reader": func(t *testing.T, b store.Blobs) {
		r := open(t, b, put(t, b, "0123456789").Key)
		if _, err := r.Seek(2, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			off, n int64
			want   string
		}{{5, 3, "567"}, {0, 10, "0123456789"}, {10, 0, ""}, {9, 1, "9"}} {
			part, err := r.OpenRange(c.off, c.n)
			if err != nil {
				t.Fatal(err)
			}
			other, err := r.OpenRange(0, 1)
			if err != nil {
				t.Fatal(err)
			}
			var got, first strings.Builder
			_, err = io.Copy(&got, part)
			_, otherErr := io.Copy(&first, other)
			if err := errors.Join(err, otherErr, part.Close(), other.Close()); err != nil || got.String() != c.want || first.String() != "0" {
				t.Errorf("%d bytes at %d: %q and %q, error %v", c.n, c.off, got.String(), first.String(), err)
			}
		}
		var rest strings.Builder
		if n, err := io.Copy(&rest, r); n != 8 || err != nil || rest.String() != "23456789" {
			t.Errorf("%q, error %v", rest.String(), err)
		}
	},
	"cancellation stops reading soon": func(t *testing.T, b store.Blobs) {
		key := put(t, b, strings.Repeat("0123456789abcdef", (9<<20)/16)).Key // more than two chunks
		for _, kernel := range []bool{true, false} {
			ctx, cancel := context.WithCancel(t.Context())
			r, err := b.Open(ctx, key)
			must(t, err)
			defer closed(t, r)
			var to io.Writer = &sink{cancel}
			if !kernel {
				to = struct{ io.Writer }{to}
			}
			if n, err := io.Copy(to, r); !errors.Is(err, context.Canceled) || n == 0 || n > 4<<20 {
				t.Errorf("%d bytes, error %v", n, err)
			}
			if _, err := r.ReadAt(make([]byte, 1), 0); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
			if _, err := r.Read(make([]byte, 1)); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
			if _, err := b.Open(ctx, key); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		}
	},
	"a blob can be read to its end while it is deleted": func(t *testing.T, b store.Blobs) {
		info := put(t, b, "some bytes")
		r := open(t, b, info.Key)
		must(t, b.Delete(t.Context(), info.Key))
		part, err := r.OpenRange(5, 5)
		must(t, err)
		defer closed(t, part)
		if got, err := io.ReadAll(part); err != nil || string(got) != "bytes" {
			t.Errorf("%q, error %v", got, err)
		}
	},
}

// sink is a writer as that of net/http is, which cancels when something comes.
type sink struct{ cancel func() }

func (s *sink) Write(p []byte) (int, error) {
	s.cancel()
	return len(p), nil
}

func (s *sink) ReadFrom(r io.Reader) (int64, error) { return io.Copy(struct{ io.Writer }{s}, r) }
