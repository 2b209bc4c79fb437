package folder_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

type sink struct {
	cancel func()
	files  int // how often it was given a limited file, as sendfile needs it
}

func (s *sink) Write(p []byte) (int, error) {
	s.cancel()
	return len(p), nil
}

func (s *sink) ReadFrom(r io.Reader) (int64, error) {
	if limited, ok := r.(*io.LimitedReader); ok {
		if _, ok := limited.R.(*os.File); ok {
			s.files++
		}
	}
	return io.Copy(struct{ io.Writer }{s}, r)
}

func TestTheKernelCanSendWhatIsInAFolder(t *testing.T) {
	t.Parallel()
	b, _ := newFolder(t)
	r := open(t, b, put(t, b, strings.Repeat("0123456789abcdef", (9<<20)/16)))
	to := &sink{cancel: func() {}}
	if n, err := io.Copy(to, r); n != r.Size() || err != nil || to.files != 3 {
		t.Errorf("%d bytes in %d files, error %v", n, to.files, err)
	}
	part, err := r.OpenRange(5, 1000)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, part)
	if n, err := io.Copy(to, part); n != 1000 || err != nil || to.files != 4 {
		t.Errorf("%d bytes in %d files, error %v", n, to.files, err)
	}
}

func TestAFileThatWasCutShortIsAnError(t *testing.T) {
	t.Parallel()
	b, dir := newFolder(t)
	info := put(t, b, "some bytes")
	info.Sums = ""
	key, r := info.Key, open(t, b, info)
	if err := os.Truncate(filepath.Join(dir, key), 4); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(&sink{cancel: func() {}}, r); n != 4 || !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), key) {
		t.Errorf("%d bytes, error %v", n, err)
	}
	if n, err := r.ReadAt(make([]byte, 10), 0); n != 4 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%d bytes, error %v", n, err)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); len(got) != 4 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%q, error %v", got, err)
	}
}

func TestAFlippedBitIsNotRead(t *testing.T) {
	t.Parallel()
	b, dir := newFolder(t)
	info := put(t, b, strings.Repeat("0123456789abcdef", (5<<20)/16))
	r := open(t, b, info)
	file, err := os.OpenFile(filepath.Join(dir, info.Key), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt([]byte{'4' ^ 1}, 4<<20+4); err != nil {
		t.Fatal(err)
	}
	closed(t, file)
	to := &sink{cancel: func() {}}
	if n, err := io.Copy(to, r); n != 4<<20 || !errors.Is(err, store.ErrDamaged) || to.files != 1 {
		t.Errorf("%d bytes, error %v", n, err)
	}
}
