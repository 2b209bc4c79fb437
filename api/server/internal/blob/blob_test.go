package blob_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"testing"

	"gocloud.dev/blob/memblob"

	"github.com/ubiops-contrib/transfer/api/server/internal/blob"
)

// each runs a test on both kinds of bucket. names lists what lies in it.
func each(t *testing.T, test func(t *testing.T, b *blob.Bucket, names func() []string)) {
	t.Helper()
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		b, dir := folder(t)
		test(t, b, func() []string { return files(t, dir) })
	})
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		bucket := memblob.OpenBucket(nil)
		b := blob.New(bucket)
		t.Cleanup(func() { closed(t, b) })
		test(t, b, func() (names []string) {
			for list := bucket.List(nil); ; {
				object, err := list.Next(context.WithoutCancel(t.Context()))
				if errors.Is(err, io.EOF) {
					return names
				}
				if err != nil {
					t.Fatal(err)
				}
				names = append(names, object.Key)
			}
		})
	})
}

func closed(t *testing.T, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func put(t *testing.T, b *blob.Bucket, content string) blob.Info {
	t.Helper()
	info, err := b.Write(t.Context(), func(w io.Writer) error {
		_, err := io.WriteString(w, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func open(t *testing.T, b *blob.Bucket, key string) *blob.Blob {
	t.Helper()
	r, err := b.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, r) })
	return r
}

func wantContent(t *testing.T, b *blob.Bucket, info blob.Info, want string) {
	t.Helper()
	r := open(t, b, info.Key)
	got, err := io.ReadAll(r)
	if err != nil || string(got) != want || r.Size() != int64(len(want)) || info.Size != r.Size() {
		t.Errorf("%.30q of %d bytes, %d in %+v, error %v", got, r.Size(), len(got), info, err)
	}
}

func TestWriteKeepsBytesUnderANewKey(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *blob.Bucket, names func() []string) {
		first, second := put(t, b, "some bytes"), put(t, b, "some bytes")
		if first.Key == second.Key || len(names()) != 2 {
			t.Errorf("blobs %+v and %+v, in all %q", first, second, names())
		}
		wantContent(t, b, first, "some bytes")
		wantContent(t, b, put(t, b, ""), "")
	})
}

func TestWhatIsNotThereIsNotFoundButCanBeDeleted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *blob.Bucket, _ func() []string) {
		_, err := b.Open(t.Context(), "nothing")
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "nothing") {
			t.Errorf("error %v", err)
		}
		if err := b.Delete(t.Context(), "nothing"); err != nil {
			t.Error(err)
		}
	})
}

func TestDeleteGoesOnAfterAnError(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *blob.Bucket, names func() []string) {
		first, second := put(t, b, "1"), put(t, b, "2")
		err := b.Delete(t.Context(), first.Key, "../outside", "nothing", second.Key)
		if !errors.Is(err, fs.ErrInvalid) || !strings.Contains(err.Error(), "../outside") {
			t.Errorf("error %v", err)
		}
		if left := names(); len(left) != 0 {
			t.Errorf("left are %q", left)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		third := put(t, b, "3")
		if err := b.Delete(ctx, third.Key); !errors.Is(err, context.Canceled) || len(names()) != 1 {
			t.Errorf("error %v, left are %q", err, names())
		}
	})
}

func TestKeysThatCouldLeadElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *blob.Bucket, _ func() []string) {
		for _, key := range []string{"", ".", "..", "../outside", "a/b", "a/../b", "/etc/passwd", `a\b`, "C:x", "a\x00b", "x.attrs", "A", "\xff"} {
			if _, err := b.Open(t.Context(), key); !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%q: error %v", key, err)
			}
			if err := b.Delete(t.Context(), key); !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%q: error %v", key, err)
			}
		}
	})
}

func TestManyWriteReadAndDeleteAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *blob.Bucket, names func() []string) {
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				content := bytes.Repeat([]byte{byte(i)}, 100_000+i)
				info, err := b.Copy(t.Context(), bytes.NewReader(content))
				if err != nil {
					t.Error(err)
					return
				}
				r, err := b.Open(t.Context(), info.Key)
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
		if left := names(); len(left) != 4 {
			t.Errorf("left are %q", left)
		}
	})
}

func TestPingTellsWhetherTheBucketIsUsable(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *blob.Bucket, _ func() []string) {
		if err := b.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := b.Ping(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	})
	bucket := memblob.OpenBucket(nil)
	closed(t, bucket)
	if err := blob.New(bucket).Ping(t.Context()); err == nil {
		t.Error("a closed bucket is usable")
	}
}

func ExampleBucket() {
	bucket := memblob.OpenBucket(nil) // or OpenFolder, or any other
	blobs := blob.New(bucket)
	defer blobs.Close()
	info, err := blobs.Copy(context.Background(), strings.NewReader("a package"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d bytes, CRC-32 %08x, SHA-256 %.8s...\n", info.Size, info.CRC32, info.SHA256)
	r, err := blobs.Open(context.Background(), info.Key)
	if err != nil {
		fmt.Println(err)
		return
	}
	content, err := io.ReadAll(r)
	fmt.Println(string(content), err, r.Close())
	fmt.Println(blobs.Delete(context.Background(), info.Key))
	// Output:
	// 9 bytes, CRC-32 17635bf4, SHA-256 c0cd5ccf...
	// a package <nil> <nil>
	// <nil>
}
