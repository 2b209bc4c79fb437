package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/blob"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestCopySumsWhatItKeeps(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *blob.Bucket, _ func() []string) {
		for _, content := range []string{"", "package", strings.Repeat("0123456", 300_000)} {
			info, err := b.Copy(t.Context(), iotest.OneByteReader(strings.NewReader(content[:min(len(content), 100)])))
			if err != nil {
				t.Fatal(err)
			}
			wantContent(t, b, info, content[:min(len(content), 100)])
			if info, err = b.Copy(t.Context(), strings.NewReader(content)); err != nil {
				t.Fatal(err)
			}
			wantContent(t, b, info, content)
			sum := sha256.Sum256([]byte(content))
			if info.SHA256 != hex.EncodeToString(sum[:]) || info.CRC32 != crc32.ChecksumIEEE([]byte(content)) {
				t.Errorf("%d bytes: %+v", len(content), info)
			}
		}
	})
}

func TestWriteThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *blob.Bucket, names func() []string) {
		for _, wanted := range []error{errors.New("broke"), syscall.ENOSPC, io.ErrUnexpectedEOF} {
			info, err := b.Write(t.Context(), func(w io.Writer) error {
				_, err := io.WriteString(w, "half")
				return errors.Join(err, wanted)
			})
			if !errors.Is(err, wanted) || info != (blob.Info{}) {
				t.Errorf("%+v, error %v", info, err)
			}
			if _, err = b.Copy(t.Context(), io.MultiReader(strings.NewReader("half"), iotest.ErrReader(wanted))); !errors.Is(err, wanted) {
				t.Errorf("error %v", err)
			}
		}
		if left := names(); len(left) != 0 {
			t.Errorf("left are %q", left)
		}
	})
}

func TestWriteThatPanicsLeavesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *blob.Bucket, names func() []string) {
		func() {
			defer func() {
				if v := recover(); v != "broke" {
					t.Errorf("recovered %v", v)
				}
			}()
			_, err := b.Write(t.Context(), func(io.Writer) error { panic("broke") })
			t.Errorf("went on with %v", err)
		}()
		if left := names(); len(left) != 0 {
			t.Errorf("left are %q", left)
		}
	})
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

func TestCancellationStopsAWriteSoonAndLeavesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *blob.Bucket, names func() []string) {
		for name, write := range map[string]func(context.Context, io.Reader) error{
			"Copy": func(ctx context.Context, r io.Reader) error {
				_, err := b.Copy(ctx, r)
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
		if left := names(); len(left) != 0 {
			t.Errorf("left are %q", left)
		}
	})
}

func TestAFileIsCopiedWholeOrUpToALimit(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("0123456789abcdef", (9<<20)/16) // more than two chunks
	name := filepath.Join(t.TempDir(), "source")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, b *blob.Bucket, names func() []string) {
		for _, limit := range []int64{int64(len(content)) + 1, int64(len(content)), 8 << 20, 5, 0} {
			source, err := os.Open(name)
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
		blobs := len(names())
		source, err := os.Open(name)
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
		if !errors.Is(err, context.Canceled) || len(names()) != blobs {
			t.Errorf("error %v, left are %q", err, names())
		}
	})
}

func TestArchivesAreWrittenFromBlobsAndReadFromThem(t *testing.T) {
	t.Parallel()
	body := bytes.Repeat([]byte("package "), 300_000)
	each(t, func(t *testing.T, b *blob.Bucket, _ func() []string) {
		pack, err := b.Copy(t.Context(), bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		content := archive.Content{Environments: map[string]models.Environment{"env": {Zip: models.Value(pack.Key)}}}
		info, err := b.Write(t.Context(), func(w io.Writer) error {
			return archive.Write(w, content, func(key string) (io.ReadCloser, error) { return b.Open(t.Context(), key) })
		})
		if err != nil {
			t.Fatal(err)
		}
		r := open(t, b, info.Key)
		a, err := archive.Open(r, r.Size())
		if err != nil {
			t.Fatal(err)
		}
		from, err := a.OpenPackage(archive.EnvironmentPackagePath("env"))
		if err != nil {
			t.Fatal(err)
		}
		defer closed(t, from)
		again, err := b.Copy(t.Context(), from)
		if err != nil || again.SHA256 != pack.SHA256 || again.Size != pack.Size {
			t.Errorf("%+v instead of %+v, error %v", again, pack, err)
		}
	})
}
