package blob_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server/internal/blob"
)

func folder(t *testing.T) (*blob.Folder, string) {
	t.Helper()
	dir := t.TempDir()
	f, err := blob.NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f, dir
}

func files(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func TestWriteKeepsBytesUnderANewKey(t *testing.T) {
	t.Parallel()
	f, _ := folder(t)
	write := func(w io.Writer) error {
		_, err := io.WriteString(w, "some bytes")
		return err
	}
	first, err := f.Write(t.Context(), write)
	if err != nil {
		t.Fatal(err)
	}
	second, err := f.Write(t.Context(), write)
	if err != nil {
		t.Fatal(err)
	}
	if first.Key == second.Key || first.Size != 10 {
		t.Errorf("blobs %+v and %+v", first, second)
	}
	b, err := f.Open(t.Context(), first.Key)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if data, err := io.ReadAll(b); err != nil || string(data) != "some bytes" || b.Size() != 10 {
		t.Errorf("%q of %d bytes, %v", data, b.Size(), err)
	}
}

func TestWriteSharedKeepsEqualBytesOnce(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	first, err := f.WriteShared(t.Context(), strings.NewReader("package"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := f.WriteShared(t.Context(), strings.NewReader("package"))
	if err != nil {
		t.Fatal(err)
	}
	if first != second || files(t, dir) != 1 {
		t.Errorf("%+v and %+v in %d files", first, second, files(t, dir))
	}
}

func TestWriteThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	wanted := errors.New("broke")
	_, err := f.Write(t.Context(), func(w io.Writer) error {
		_, err := io.WriteString(w, "half")
		return errors.Join(err, wanted)
	})
	if !errors.Is(err, wanted) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.WriteShared(ctx, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if n := files(t, dir); n != 0 {
		t.Errorf("%d files are left", n)
	}
}

func TestOpenAndDeleteOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	f, _ := folder(t)
	for _, key := range []string{"nothing", "../outside"} {
		if _, err := f.Open(t.Context(), key); err == nil {
			t.Errorf("%s opens", key)
		}
	}
	if _, err := f.Open(t.Context(), "nothing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if err := f.Delete(t.Context(), "nothing"); err != nil {
		t.Error(err)
	}
}

func TestWhatIsWrittenCanBeChangedUntilTheEnd(t *testing.T) {
	t.Parallel()
	f, _ := folder(t)
	info, err := f.Write(t.Context(), func(w io.Writer) error {
		if _, err := io.WriteString(w, "some bytes"); err != nil {
			return err
		}
		at, ok := w.(io.WriterAt)
		if !ok {
			return errors.New("no io.WriterAt")
		}
		if _, err := at.WriteAt([]byte("S"), 0); err != nil {
			return err
		}
		_, err := io.WriteString(w, "!")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := f.Open(t.Context(), info.Key)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if data, err := io.ReadAll(b); err != nil || string(data) != "Some bytes!" || info.Size != 11 {
		t.Errorf("%q of %d bytes, %v", data, info.Size, err)
	}
}
