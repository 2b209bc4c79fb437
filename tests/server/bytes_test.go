package server_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/tests/ratio"
)

const mib = 1 << 20

const (
	formType  = "multipart/form-data; boundary=B"
	formBegin = "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\nContent-Type: application/zip\r\n\r\n"
	formEnd   = "\r\n--B--\r\n"
)

// upload posts a file in a form, or as it is, and reads the response into to.
func upload(ctx context.Context, client *http.Client, url, token, path string, form bool, to io.Writer) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	begin, end, contentType := "", "", "application/zip"
	if form {
		begin, end, contentType = formBegin, formEnd, formType
	}
	body := io.MultiReader(strings.NewReader(begin), file, strings.NewReader(end))
	length := info.Size() + int64(len(begin)+len(end))
	return send(ctx, client, http.MethodPost, url, token, http.Header{"Content-Type": {contentType}}, body, length, to)
}

// imported posts an archive as an import and returns its id.
func (h *host) imported(ctx context.Context, path string) (string, error) {
	var answer strings.Builder
	if err := upload(ctx, http.DefaultClient, h.url+"/imports", h.token, path, true, &answer); err != nil {
		return "", err
	}
	var row models.ImportList
	err := json.Unmarshal([]byte(answer.String()), &row)
	return row.ID, err
}

// plainHandler stores what is posted in a file and sums it, and answers a GET
// with an archive, by io.Copy.
func plainHandler(b *testing.B, archive, stored string) *httptest.Server {
	b.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var err error
		if r.Method == http.MethodPost {
			err = store(stored, r.Body)
		} else {
			err = answer(w, archive)
		}
		if err != nil {
			b.Error(err)
			panic(http.ErrAbortHandler)
		}
	}))
	b.Cleanup(s.Close)
	return s
}

func store(path string, body io.Reader) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.MultiWriter(file, sha256.New()), body)
	return errors.Join(err, file.Sync(), file.Close())
}

func answer(w http.ResponseWriter, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Length", strconv.FormatInt(info.Size(), 10))
	_, err = io.Copy(w, file)
	return err
}

// BenchmarkUpload compares imports_create of an archive of 1 GiB (256 MiB) with
// a handler that copies the same body to a file and sums it by SHA-256, both
// with fsync. copy/server is the share of the latter's throughput; the goal is 0.8.
func BenchmarkUpload(b *testing.B) {
	dir := memoryDir(b)
	h := start(b, dataOf(dir))
	path, copied := filepath.Join(dir, "archive"), filepath.Join(dir, "copy")
	writeArchive(b, path, 1, size(1024, 256)*mib)
	plain := plainHandler(b, "", copied)
	id := ""
	ratio.Run(b, rounds,
		ratio.Way{Name: "server",
			Prepare: func() error {
				if id == "" {
					return nil
				}
				return errors.Join(h.jobs.finish(), h.Project("p").Imports.Delete(b.Context(), id))
			},
			Do: func() (err error) {
				id, err = h.imported(b.Context(), path)
				return err
			},
		},
		ratio.Way{Name: "copy",
			Prepare: func() error { return os.RemoveAll(copied) },
			Do:      func() error { return upload(b.Context(), http.DefaultClient, plain.URL, "", path, false, io.Discard) },
		},
	)
}

// BenchmarkDownload compares imports_download of an archive of 1 GiB (256 MiB)
// with a handler that copies it from a file. copy/server is the share of the
// latter's throughput; the goal is 0.8.
func BenchmarkDownload(b *testing.B) {
	dir := memoryDir(b)
	h := start(b, dataOf(dir))
	path := filepath.Join(dir, "archive")
	writeArchive(b, path, 1, size(1024, 256)*mib)
	id, err := h.imported(b.Context(), path)
	if err := errors.Join(err, h.jobs.finish()); err != nil {
		b.Fatal(err)
	}
	plain := plainHandler(b, path, "")
	way := func(name, url string) ratio.Way {
		return ratio.Way{Name: name, Do: func() error { return get(b.Context(), http.DefaultClient, url, h.token, io.Discard) }}
	}
	ratio.Run(b, rounds, way("server", h.url+"/imports/"+id+"/download"), way("copy", plain.URL))
}
