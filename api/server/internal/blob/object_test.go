package blob_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	gcblob "gocloud.dev/blob"
	"gocloud.dev/blob/driver"
	"gocloud.dev/gcerrors"

	"github.com/ubiops-contrib/transfer/api/server/internal/blob"
)

// store is an object store that has one object under every key, and counts.
type store struct {
	driver.Bucket
	content  string
	size     int64
	requests int
}

func (s *store) Attributes(context.Context, string) (*driver.Attributes, error) {
	s.requests++
	return &driver.Attributes{Size: s.size}, nil
}

func (s *store) NewRangeReader(_ context.Context, key string, offset, length int64, _ *driver.ReaderOptions) (driver.Reader, error) {
	s.requests++
	if key == "gone" {
		return nil, fs.ErrNotExist
	}
	offset = min(offset, int64(len(s.content)))
	end := min(offset+length, int64(len(s.content)))
	return &body{Reader: strings.NewReader(s.content[offset:end]), size: s.size}, nil
}

func (s *store) ErrorCode(err error) gcerrors.ErrorCode {
	if errors.Is(err, fs.ErrNotExist) {
		return gcerrors.NotFound
	}
	return gcerrors.Unknown
}

func (s *store) Close() error { return nil }

type body struct {
	io.Reader
	size int64
}

func (b *body) Close() error                         { return nil }
func (b *body) As(any) bool                          { return false }
func (b *body) Attributes() *driver.ReaderAttributes { return &driver.ReaderAttributes{Size: b.size} }

func TestReadingAnObjectCostsFewRequests(t *testing.T) {
	t.Parallel()
	s := &store{content: strings.Repeat("0123456789", 1_000), size: 10_000}
	b := blob.New(gcblob.NewBucket(s))
	defer closed(t, b)
	r := open(t, b, "key")
	if s.requests != 1 {
		t.Errorf("opening: %d requests", s.requests)
	}
	small := make([]byte, 100)
	for _, step := range []struct {
		name string
		do   func() error
		want int
	}{
		{"asking for the size", func() error {
			_, err := r.Seek(0, io.SeekEnd)
			return err
		}, 0},
		{"reading on from somewhere", func() error {
			_, err := r.Seek(5_000, io.SeekStart)
			for range 10 {
				_, readErr := io.ReadFull(r, small)
				err = errors.Join(err, readErr)
			}
			return err
		}, 1},
		{"asking for the size on the way", func() error {
			_, err := r.Seek(0, io.SeekEnd)
			_, backErr := r.Seek(6_000, io.SeekStart)
			n, copyErr := io.Copy(io.Discard, r)
			if n != 4_000 {
				t.Errorf("%d bytes", n)
			}
			return errors.Join(err, backErr, copyErr)
		}, 0},
		{"reading from elsewhere", func() error {
			_, err := r.Seek(10, io.SeekStart)
			_, readErr := io.ReadFull(r, small)
			return errors.Join(err, readErr)
		}, 1},
		{"reading at an offset", func() error {
			_, err := r.ReadAt(small, 1)
			return err
		}, 1},
		{"reading a range", func() error {
			part, err := r.OpenRange(1, 9_000)
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, part)
			return errors.Join(err, part.Close())
		}, 1},
	} {
		s.requests = 0
		if err := step.do(); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
		if got := s.requests; got != step.want {
			t.Errorf("%s: %d requests instead of %d", step.name, got, step.want)
		}
	}
}

func TestAnObjectThatIsShorterThanItSaidIsAnError(t *testing.T) {
	t.Parallel()
	s := &store{content: "some", size: 10}
	b := blob.New(gcblob.NewBucket(s))
	defer closed(t, b)
	r := open(t, b, "key")
	if got, err := io.ReadAll(r); string(got) != "some" || !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "key") {
		t.Errorf("%q, error %v", got, err)
	}
	if n, err := r.ReadAt(make([]byte, 10), 0); n != 4 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%d bytes, error %v", n, err)
	}
}

func TestAnObjectThatIsDeletedMeanwhileIsNotFound(t *testing.T) {
	t.Parallel()
	b := blob.New(gcblob.NewBucket(&store{size: 10}))
	defer closed(t, b)
	if got, err := io.ReadAll(open(t, b, "gone")); len(got) != 0 || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%q, error %v", got, err)
	}
}
