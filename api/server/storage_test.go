package server_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/local"
)

// begin opens data and closes it.
func begin(data string) error {
	s, err := local.Open(context.Background(), data, local.Options{})
	if err != nil {
		return err
	}
	return s.Close()
}

// storage is data, which the server closes that it is given to.
func storage(t *testing.T, data string) server.Storage {
	t.Helper()
	s, err := local.Open(t.Context(), data, local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// beginWith is begin with content in the project p.
func beginWith(t *testing.T, data string, c archive.Content) {
	t.Helper()
	s, err := server.New(server.Options{Storage: storage(t, data)})
	if err != nil {
		t.Fatal(err)
	}
	h := &host{Server: s, t: t}
	h.project("p")
	h.load("p", c)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// saved returns what a server that begins on data has in the project p.
func saved(t *testing.T, data string) *archive.Archive {
	t.Helper()
	s, err := server.New(server.Options{Storage: storage(t, data)})
	if err != nil {
		t.Fatal(err)
	}
	var zip bytes.Buffer
	if err := errors.Join(s.Save(t.Context(), "p", &zip), s.Close()); err != nil {
		t.Fatal(err)
	}
	a, err := archive.Open(bytes.NewReader(zip.Bytes()), int64(zip.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestWhatIsMissingFromADataFolderIsNotMadeAgain(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"secret.key", "blobs", "transfer.db"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			beginWith(t, data, content)
			path := filepath.Join(data, name)
			if err := os.Rename(path, path+"-away"); err != nil {
				t.Fatal(err)
			}
			if err := begin(data); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v", err)
			}
			if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("it was made again: %v", err)
			}
			if err := os.Rename(path+"-away", path); err != nil {
				t.Fatal(err)
			}
			if a := saved(t, data); len(a.Packages()) != 1 {
				t.Errorf("packages %v", a.Packages())
			}
		})
	}
}

func TestAnotherKeyIsRefused(t *testing.T) {
	t.Parallel()
	data, other := t.TempDir(), t.TempDir()
	if err := errors.Join(begin(data), begin(other)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(other, "secret.key"), filepath.Join(data, "secret.key")); err != nil {
		t.Fatal(err)
	}
	if err := begin(data); err == nil || !strings.Contains(err.Error(), "the key is not the one") {
		t.Errorf("error %v", err)
	}
	if err := os.WriteFile(filepath.Join(data, "secret.key"), []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := begin(data); err == nil || !strings.Contains(err.Error(), "secret.key does not hold 32 bytes") || strings.Contains(err.Error(), "rubbish") {
		t.Errorf("error %v", err)
	}
}

// Several first starts at once: one wins at a time, and all have the same key.
func TestFirstStartsAtOnceLeaveAFolderThatOpens(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	var starts sync.WaitGroup
	for range 4 {
		starts.Go(func() {
			if err := begin(data); err != nil && !strings.Contains(err.Error(), "it is open already") {
				t.Error(err)
			}
		})
	}
	starts.Wait()
	if err := begin(data); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(filepath.Join(data, "secret.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v, %v", info, err)
	}
	entries, err := os.ReadDir(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasPrefix(name, "secret.key") && name != "secret.key" {
			t.Errorf("%s is left", name)
		}
	}
}

func TestAFileWhoseFormIsRefusedAfterItLeavesNoBytes(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	h := start(t, server.Options{Storage: storage(t, data)})
	var body strings.Builder
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "a.zip")
	if err == nil {
		_, err = part.Write(zipOf(t, content))
	}
	if err := errors.Join(err, form.WriteField("skip_confirmation", "maybe"), form.Close()); err != nil {
		t.Fatal(err)
	}
	status, answer := h.send("POST", "/projects/p/imports", h.token("p", true), form.FormDataContentType(), body.String())
	if status != http.StatusBadRequest || !strings.Contains(answer, "skip_confirmation") {
		t.Errorf("status %d: %s", status, answer)
	}
	if left, err := filepath.Glob(filepath.Join(data, "blobs", "[0-9a-f]*")); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}
