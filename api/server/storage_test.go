package server_test

import (
	"bytes"
	"errors"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/local"
)

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
