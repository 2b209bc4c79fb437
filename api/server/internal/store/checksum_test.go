package store_test

import (
	"bytes"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// kernelSink is a destination that the kernel could send to.
type kernelSink struct{ bytes.Buffer }

func (s *kernelSink) ReadFrom(r io.Reader) (int64, error) {
	return s.Buffer.ReadFrom(struct{ io.Reader }{r})
}

func TestAWholeBlobThatIsDamagedIsAnErrorBeforeItsEnd(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("0123456789abcdef"), 1<<17) // 2 MiB, some buffers
	for name, damage := range map[string]int{"whole": -1, "first byte": 0, "in the middle": 1 << 20, "last byte": len(content) - 1} {
		stored := bytes.Clone(content)
		if damage >= 0 {
			stored[damage] ^= 4
		}
		path := filepath.Join(t.TempDir(), "blob")
		if err := os.WriteFile(path, stored, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = file.Close() })
		for home, source := range map[string]io.ReaderAt{"memory": bytes.NewReader(stored), "file": file} {
			for way, read := range map[string]func(r io.Reader) ([]byte, error){
				"Read": func(r io.Reader) ([]byte, error) { return io.ReadAll(struct{ io.Reader }{r}) },
				"WriteTo": func(r io.Reader) ([]byte, error) {
					var out bytes.Buffer
					_, err := r.(io.WriterTo).WriteTo(struct{ io.Writer }{&out})
					return out.Bytes(), err
				},
				"WriteTo by the kernel": func(r io.Reader) ([]byte, error) {
					var out kernelSink
					_, err := r.(io.WriterTo).WriteTo(&out)
					return out.Bytes(), err
				},
			} {
				r := store.NewReader(t.Context(), source, int64(len(stored)))
				open := func(crc uint32, off, n int64) ([]byte, error) {
					body, err := store.Checked(r, store.Blob{Key: "k", CRC32: crc}).OpenRange(off, n)
					if err != nil {
						t.Fatal(err)
					}
					return read(body)
				}
				sum := crc32.ChecksumIEEE(content)
				got, err := open(sum, 0, int64(len(stored)))
				if damage < 0 && (err != nil || !bytes.Equal(got, content)) || damage >= 0 && (!errors.Is(err, store.ErrDamaged) || len(got) >= len(content)) {
					t.Errorf("%s, %s, %s: %d bytes, %v", name, home, way, len(got), err)
				}
				if got, err := open(0, 0, int64(len(stored))); err != nil || !bytes.Equal(got, stored) {
					t.Errorf("%s, %s, %s, of an earlier version: %d bytes, %v", name, home, way, len(got), err)
				}
				if got, err := open(sum, 16, 32); err != nil || !bytes.Equal(got, stored[16:48]) {
					t.Errorf("%s, %s, %s, a part: %q, %v", name, home, way, got, err)
				}
			}
		}
	}
}
