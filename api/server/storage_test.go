package server_test

import (
	"errors"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/server"
)

func TestStorage_aFileWhoseFormIsRefusedAfterItLeavesNoBytes(t *testing.T) {
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
