package archive

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// packaged is a content with two packages, of which from gives the bytes.
func packaged(from func(size int) io.ReadCloser) (Content, func(string) (io.ReadCloser, error)) {
	c := Content{Environments: map[string]models.Environment{"a": {Zip: models.Value("3")}, "b": {Zip: models.Value("2000000")}}}
	return c, func(path string) (io.ReadCloser, error) {
		if path == "3" {
			return from(3), nil
		}
		return from(2_000_000), nil
	}
}

type seeking struct{ io.ReadSeeker }

func (seeking) Close() error { return nil }

// counting counts what is read.
type counting struct {
	io.ReadSeeker
	read *int
}

func (c counting) Read(p []byte) (int, error) {
	n, err := c.ReadSeeker.Read(p)
	*c.read += n
	return n, err
}

func TestWrite_filesGetTheSameBytesAsOtherWriters(t *testing.T) {
	t.Parallel()
	text := func(size int) io.ReadSeeker { return strings.NewReader(strings.Repeat("x", size)) }
	content, packages := packaged(func(size int) io.ReadCloser { return io.NopCloser(text(size)) })
	var want bytes.Buffer
	if err := Write(&want, content, packages); err != nil {
		t.Fatal(err)
	}
	read := 0
	_, packages = packaged(func(size int) io.ReadCloser { return seeking{counting{text(size), &read}} })
	const before = "what was there"
	for name, test := range map[string]struct {
		flags int
		times int // how often packages are read
	}{
		"from its start":      {os.O_RDWR, 1},
		"behind other bytes":  {os.O_RDWR, 1},
		"only to be appended": {os.O_WRONLY | os.O_APPEND, 2},
	} {
		path := filepath.Join(t.TempDir(), "file")
		file, err := os.OpenFile(path, os.O_CREATE|test.flags, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		prefix := ""
		if name != "from its start" {
			prefix = before
		}
		if _, err := io.WriteString(file, prefix); err != nil {
			t.Fatal(err)
		}
		read = 0
		if err := errors.Join(Write(file, content, packages), file.Close()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != prefix+want.String() {
			t.Errorf("%s: %d bytes that differ from %d", name, len(got), want.Len()+len(prefix))
		}
		if read != test.times*2_000_003 {
			t.Errorf("%s: %d bytes of packages were read", name, read)
		}
	}
}

// shrinking has less than it said.
type shrinking struct{ io.ReadSeeker }

func (s shrinking) Read(p []byte) (int, error) {
	n, err := s.ReadSeeker.Read(p)
	return n / 2, errors.Join(err, io.EOF)
}

func TestWrite_aPackageThatShrinksWhileItIsWrittenIsAnError(t *testing.T) {
	t.Parallel()
	content, packages := packaged(func(size int) io.ReadCloser {
		return seeking{shrinking{strings.NewReader(strings.Repeat("x", size))}}
	})
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := Write(file, content, packages); err == nil || !strings.Contains(err.Error(), `environment "a"`) {
		t.Errorf("error %v", err)
	}
}
