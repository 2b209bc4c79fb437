package transfers_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/tests/ratio"
)

const (
	mib    = 1 << 20
	detail = `{"id": "x", "status": "completed", "creation_date": "2020-06-18T08:32:14Z", "size": %d}`
)

// handler discards every upload, and answers every download with the archive.
func handler(archive []byte, failf func(format string, args ...any)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		switch {
		case err != nil || n != r.ContentLength:
			failf("%s %s: %d of %d bytes: %v", r.Method, r.URL, n, r.ContentLength, err)
		case strings.HasSuffix(r.URL.Path, "/download"):
			w.Header().Set("Content-Type", "application/zip")
			w.Header().Set("Content-Length", strconv.Itoa(len(archive)))
			_, _ = w.Write(archive) // whoever downloads notices
		default:
			fmt.Fprintf(w, detail, len(archive))
		}
	})
}

func client(url string) (*api.Client, error) {
	return api.NewClient(api.WithHost(url), api.WithToken("x"), api.WithEnv(nil))
}

func host(b *testing.B, archive []byte) (*httptest.Server, *api.Client) {
	b.Helper()
	srv := httptest.NewServer(handler(archive, b.Errorf))
	b.Cleanup(srv.Close)
	c, err := client(srv.URL)
	if err != nil {
		b.Fatal(err)
	}
	return srv, c
}

// BenchmarkUpload compares Imports.Create with a POST of net/http of the same
// bytes from memory, to a handler that discards them.
func BenchmarkUpload(b *testing.B) {
	content := make([]byte, 256*mib)
	srv, c := host(b, nil)
	for _, kind := range []struct {
		name   string
		reader func() io.Reader
	}{
		{"seekable", func() io.Reader { return bytes.NewReader(content) }},
		{"once", func() io.Reader { return io.MultiReader(bytes.NewReader(content)) }},
	} {
		b.Run(kind.name, func(b *testing.B) {
			ratio.Run(b, 11,
				ratio.Way{Name: "nethttp", Do: func() error { return post(b.Context(), srv, kind.reader(), int64(len(content))) }},
				ratio.Way{Name: "client", Do: func() error {
					_, err := c.Project("p").Imports.Create(b.Context(), api.FromReader(kind.reader(), int64(len(content)), ""))
					return err
				}},
			)
		})
	}
}

func post(ctx context.Context, srv *httptest.Server, body io.Reader, size int64) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL, body)
	if err != nil {
		return err
	}
	r.ContentLength = size
	resp, err := srv.Client().Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// BenchmarkDownload compares DownloadFile with io.Copy to a file and SHA-256, in
// a file system in memory if there is one.
func BenchmarkDownload(b *testing.B) {
	dir := b.TempDir()
	if shm, err := os.MkdirTemp("/dev/shm", "transfers"); err == nil { //nolint:usetesting // elsewhere than b.TempDir
		dir = shm
		b.Cleanup(func() { _ = os.RemoveAll(shm) })
	}
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "info.yaml", Method: zip.Store})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 256*mib)); err != nil {
		b.Fatal(err)
	}
	if err := z.Close(); err != nil {
		b.Fatal(err)
	}
	srv, c := host(b, archive.Bytes())
	path := filepath.Join(dir, "a.zip")
	want := fmt.Sprintf("%x", sha256.Sum256(archive.Bytes()))
	check := func(got string, err error) error {
		if err == nil && got != want {
			err = fmt.Errorf("SHA-256 is %s instead of %s", got, want)
		}
		return err
	}
	ratio.Run(b, 11,
		ratio.Way{Name: "iocopy", Do: func() error { return check(copyTo(b.Context(), srv, path)) }},
		ratio.Way{Name: "client", Do: func() error {
			f, err := c.Project("p").Exports.DownloadToFile(b.Context(), "x", path, api.Overwrite())
			if err != nil {
				return err
			}
			return check(f.SHA256, nil)
		}},
	)
}

func copyTo(ctx context.Context, srv *httptest.Server, path string) (sum string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/download", nil)
	if err != nil {
		return "", err
	}
	resp, err := srv.Client().Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) { // the client does not write over pages that are there either
		return "", err
	}
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(f, hash), resp.Body); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", hash.Sum(nil)), f.Close()
}
