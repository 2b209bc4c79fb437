package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

var blobsWritten = map[string]func(*testing.T, store.Blobs){
	"write keeps bytes under a new key": func(t *testing.T, b store.Blobs) {
		first, second := put(t, b, "some bytes"), put(t, b, "some bytes")
		if first.Key == second.Key || len(left(t, b)) != 2 {
			t.Errorf("blobs %+v and %+v, in all %q", first, second, left(t, b))
		}
		wantContent(t, b, first, "some bytes")
		wantContent(t, b, put(t, b, ""), "")
	},
	"what is not there is not found but can be deleted": func(t *testing.T, b store.Blobs) {
		_, err := b.Open(t.Context(), store.Blob{Key: "nothing"})
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "nothing") {
			t.Errorf("error %v", err)
		}
		if err := b.Delete(t.Context(), "nothing"); err != nil {
			t.Error(err)
		}
	},
	"delete goes on after an error": func(t *testing.T, b store.Blobs) {
		first, second := put(t, b, "1"), put(t, b, "2")
		err := b.Delete(t.Context(), first.Key, "../outside", "nothing", second.Key)
		if !errors.Is(err, fs.ErrInvalid) || !strings.Contains(err.Error(), "../outside") {
			t.Errorf("error %v", err)
		}
		if left := left(t, b); len(left) != 0 {
			t.Errorf("left are %q", left)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		third := put(t, b, "3")
		if err := b.Delete(ctx, third.Key); !errors.Is(err, context.Canceled) || len(left(t, b)) != 1 {
			t.Errorf("error %v, left are %q", err, left(t, b))
		}
	},
	"keys that could lead elsewhere are refused": func(t *testing.T, b store.Blobs) {
		for _, key := range []string{"", ".", "..", "../outside", "a/b", "a/../b", "/etc/passwd", `a\b`, "C:x", "a\x00b", "x.attrs", "A", "\xff"} {
			if _, err := b.Open(t.Context(), store.Blob{Key: key}); !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%q: error %v", key, err)
			}
			if err := b.Delete(t.Context(), key); !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%q: error %v", key, err)
			}
		}
	},
	"many write read and delete at once": func(t *testing.T, b store.Blobs) {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				content := bytes.Repeat([]byte{byte(i)}, 100_000+i)
				info, err := store.Copy(t.Context(), b, bytes.NewReader(content))
				if err != nil {
					t.Error(err)
					return
				}
				r, err := b.Open(t.Context(), info)
				if err != nil {
					t.Error(err)
					return
				}
				defer closed(t, r)
				if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, content) {
					t.Errorf("%d bytes, error %v", len(got), err)
				}
				if i%2 == 0 {
					if err := b.Delete(t.Context(), info.Key); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if left := left(t, b); len(left) != 4 {
			t.Errorf("left are %q", left)
		}
	},
	"ping reports whether they are usable": func(t *testing.T, b store.Blobs) {
		if err := b.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := b.Ping(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	},
	"copy sums what it keeps": func(t *testing.T, b store.Blobs) {
		for _, content := range []string{"", "package", strings.Repeat("0123456", 300_000)} {
			info, err := store.Copy(t.Context(), b, iotest.OneByteReader(strings.NewReader(content[:min(len(content), 100)])))
			if err != nil {
				t.Fatal(err)
			}
			wantContent(t, b, info, content[:min(len(content), 100)])
			if info, err = store.Copy(t.Context(), b, strings.NewReader(content)); err != nil {
				t.Fatal(err)
			}
			wantContent(t, b, info, content)
			sum := sha256.Sum256([]byte(content))
			if info.SHA256 != hex.EncodeToString(sum[:]) || info.CRC32 != crc32.ChecksumIEEE([]byte(content)) {
				t.Errorf("%d bytes: %+v", len(content), info)
			}
		}
	},
	"write that fails leaves nothing": func(t *testing.T, b store.Blobs) {
		for _, wanted := range []error{errors.New("broke"), syscall.ENOSPC, io.ErrUnexpectedEOF} {
			info, err := b.Write(t.Context(), func(w io.Writer) error {
				_, err := io.WriteString(w, "half")
				return errors.Join(err, wanted)
			})
			if !errors.Is(err, wanted) || info != (store.Blob{}) {
				t.Errorf("%+v, error %v", info, err)
			}
			if _, err = store.Copy(t.Context(), b, io.MultiReader(strings.NewReader("half"), iotest.ErrReader(wanted))); !errors.Is(err, wanted) {
				t.Errorf("error %v", err)
			}
		}
		if left := left(t, b); len(left) != 0 {
			t.Errorf("left are %q", left)
		}
	},
	"write that panics leaves nothing": func(t *testing.T, b store.Blobs) {
		func() {
			defer func() {
				if v := recover(); v != "broke" {
					t.Errorf("recovered %v", v)
				}
			}()
			_, err := b.Write(t.Context(), func(io.Writer) error { panic("broke") })
			t.Errorf("went on with %v", err)
		}()
		if left := left(t, b); len(left) != 0 {
			t.Errorf("left are %q", left)
		}
	},
	"cancellation stops a write soon and leaves nothing": func(t *testing.T, b store.Blobs) {
		for name, write := range map[string]func(context.Context, io.Reader) error{
			"Copy": func(ctx context.Context, r io.Reader) error {
				_, err := store.Copy(ctx, b, r)
				return err
			},
			"Write": func(ctx context.Context, r io.Reader) error {
				_, err := b.Write(ctx, func(w io.Writer) error {
					_, err := io.Copy(w, r)
					return err
				})
				return err
			},
			"Write that ignores it": func(ctx context.Context, r io.Reader) error {
				_, err := b.Write(ctx, func(w io.Writer) error {
					_, _ = io.Copy(w, r)
					return nil
				})
				return err
			},
		} {
			ctx, cancel := context.WithCancel(t.Context())
			if err := write(ctx, &endless{cancel: cancel}); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: error %v", name, err)
			}
			small, cancelSmall := context.WithCancel(t.Context())
			if err := write(small, iotest.OneByteReader(&endless{cancel: cancelSmall})); !errors.Is(err, context.Canceled) {
				t.Errorf("%s, a byte at a time: error %v", name, err)
			}
			if err := write(ctx, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
				t.Errorf("%s, cancelled before: error %v", name, err)
			}
		}
		if left := left(t, b); len(left) != 0 {
			t.Errorf("left are %q", left)
		}
	},
	"a file is copied whole or up to a limit": func(t *testing.T, b store.Blobs) {
		content := strings.Repeat("0123456789abcdef", (9<<20)/16) // more than two chunks
		name := filepath.Join(t.TempDir(), "source")
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, limit := range []int64{int64(len(content)) + 1, int64(len(content)), 8 << 20, 5, 0} {
			source, err := os.Open(name) //nolint:gosec // of this test
			if err != nil {
				t.Fatal(err)
			}
			defer closed(t, source)
			limited := &io.LimitedReader{R: source, N: limit}
			info, err := b.Write(t.Context(), func(w io.Writer) error {
				n, err := io.Copy(w, limited)
				if want := min(limit, int64(len(content))); n != want || limited.N != limit-want {
					t.Errorf("limit %d: %d copied, %d left", limit, n, limited.N)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			wantContent(t, b, info, content[:min(limit, int64(len(content)))])
		}
		blobs := len(left(t, b))
		source, err := os.Open(name) //nolint:gosec // of this test
		if err != nil {
			t.Fatal(err)
		}
		defer closed(t, source)
		ctx, cancel := context.WithCancel(t.Context())
		_, err = b.Write(ctx, func(w io.Writer) error {
			cancel()
			_, err := io.Copy(w, source)
			return err
		})
		if !errors.Is(err, context.Canceled) || len(left(t, b)) != blobs {
			t.Errorf("error %v, left are %q", err, left(t, b))
		}
	},
	"archives are written from blobs and read from them": func(t *testing.T, b store.Blobs) {
		body := bytes.Repeat([]byte("package "), 300_000)
		pack, err := store.Copy(t.Context(), b, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		content := archive.Content{Environments: map[string]models.Environment{"env": {Zip: models.Value(pack.Key)}}}
		info, err := b.Write(t.Context(), func(w io.Writer) error {
			return archive.Write(w, content, func(string) (io.ReadCloser, error) { return b.Open(t.Context(), pack) })
		})
		if err != nil {
			t.Fatal(err)
		}
		r := open(t, b, info)
		a, err := archive.Open(r, r.Size())
		if err != nil {
			t.Fatal(err)
		}
		from, err := a.OpenPackage(archive.EnvironmentPackagePath("env"))
		if err != nil {
			t.Fatal(err)
		}
		defer closed(t, from)
		again, err := store.Copy(t.Context(), b, from)
		if err != nil || again.SHA256 != pack.SHA256 || again.Size != pack.Size {
			t.Errorf("%+v instead of %+v, error %v", again, pack, err)
		}
	},
}

// endless cancels at its second Read, and then goes on.
type endless struct {
	cancel func()
	reads  int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.reads++; e.reads == 2 {
		e.cancel()
	}
	if e.reads > 3 {
		return 0, errors.New("it goes on reading")
	}
	return len(p), nil
}
