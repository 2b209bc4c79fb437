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
			r := open(t, b, put(t, b, content))
			if err := iotest.TestReader(r, []byte(content)); err != nil {
				t.Error(err)
			}
		}
	},
	"reading outside of a blob is an error": func(t *testing.T, b store.Blobs) {
		r := open(t, b, put(t, b, "0123456789"))
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
		r := open(t, b, put(t, b, "0123456789"))
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
		info := put(t, b, strings.Repeat("0123456789abcdef", (9<<20)/16)) // more than two chunks
		for _, kernel := range []bool{true, false} {
			ctx, cancel := context.WithCancel(t.Context())
			r, err := b.Open(ctx, info)
			must(t, err)
			defer closed(t, r)
			var to io.Writer = &sink{cancel, io.Discard}
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
			if _, err := b.Open(ctx, info); !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		}
	},
	"a block that is not what was written is not given": func(t *testing.T, b store.Blobs) {
		const block = 256 << 10
		content := strings.Repeat("0123456789abcdef", (5<<20)/16) + "end"
		whole := put(t, b, content)
		for name, at := range map[string]int64{"first": 0, "middle": 17 * block, "last": 5 << 20} {
			// The checksum of another byte is what another byte would have.
			info, sums := whole, []byte(whole.Sums)
			sums[at/block*4] ^= 1
			info.Sums = string(sums)
			for _, kernel := range []bool{true, false} {
				var got strings.Builder
				var to io.Writer = &got
				if kernel {
					to = &sink{func() {}, &got}
				}
				r := open(t, b, info)
				if _, err := io.Copy(to, r); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), info.Key) {
					t.Errorf("%s, kernel %t: error %v", name, kernel, err)
				}
				if int64(got.Len()) > at || !strings.HasPrefix(content, got.String()) {
					t.Errorf("%s, kernel %t: %d bytes", name, kernel, got.Len())
				}
			}
			r := open(t, b, info)
			if n, err := r.ReadAt(make([]byte, 1), at+2); n != 0 || !errors.Is(err, store.ErrDamaged) {
				t.Errorf("%s: %d bytes, error %v", name, n, err)
			}
			if n, err := r.ReadAt(make([]byte, 100), 2*block-50); n != 100 || err != nil { // others
				t.Errorf("%s: %d bytes, error %v", name, n, err)
			}
			part, err := r.OpenRange(at, 3)
			must(t, err)
			defer closed(t, part)
			if _, err := io.Copy(io.Discard, part); !errors.Is(err, store.ErrDamaged) {
				t.Errorf("%s: error %v", name, err)
			}
		}
	},
	"a blob of another size is damaged": func(t *testing.T, b store.Blobs) {
		info := put(t, b, "0123456789")
		for _, change := range []func(*store.Blob){
			func(b *store.Blob) { b.Size-- },
			func(b *store.Blob) { b.Size, b.Sums = 11, "" },
			func(b *store.Blob) { b.Sums += b.Sums },
		} {
			other := info
			change(&other)
			if _, err := b.Open(t.Context(), other); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), info.Key) {
				t.Errorf("%+v: error %v", other, err)
			}
		}
	},
	"what has no checksums is read as it is": func(t *testing.T, b store.Blobs) {
		info := put(t, b, "0123456789")
		info.Sums = ""
		wantContent(t, b, info, "0123456789")
	},
	"a blob can be read to its end while it is deleted": func(t *testing.T, b store.Blobs) {
		info := put(t, b, "some bytes")
		r := open(t, b, info)
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
type sink struct {
	cancel func()
	to     io.Writer
}

func (s *sink) Write(p []byte) (int, error) {
	s.cancel()
	return s.to.Write(p)
}

func (s *sink) ReadFrom(r io.Reader) (int64, error) { return io.Copy(struct{ io.Writer }{s}, r) }
