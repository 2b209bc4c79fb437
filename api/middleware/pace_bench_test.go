package middleware_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/server"
	"github.com/ubiops-contrib/transfer/tests/ratio"
)

const large = 256 << 20

// sparse answers downloads from a file, and drops uploads.
type sparse struct {
	server.StrictUnimplemented
	path string
}

func (s sparse) ExportsDownload(context.Context, server.ExportsDownloadRequestObject) (server.ExportsDownloadResponseObject, error) {
	f, err := os.Open(s.path)
	return middleware.Archive{Content: f}, err
}

func (sparse) ImportsCreate(_ context.Context, r server.ImportsCreateRequestObject) (server.ImportsCreateResponseObject, error) {
	_, err := middleware.ReadImportForm(r.Body, func(archive io.Reader) error {
		_, err := io.Copy(io.Discard, archive)
		return err
	})
	return server.ImportsCreate201JSONResponse{Body: models.ImportList{ID: id}}, err
}

// BenchmarkSlowClients compares transfers of 256 MiB over loopback with and
// without the deadlines that slow clients meet. Downloads are of a file of
// holes, so that no disk is in the way; HTTP/2 is over TLS.
func BenchmarkSlowClients(b *testing.B) {
	path := filepath.Join(b.TempDir(), "archive.zip")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := f.Truncate(large); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	start := func(rate int64, http2 bool) *httptest.Server {
		h, err := middleware.NewStrict(sparse{path: path}, middleware.Options{
			MinRate:      rate,
			Authenticate: func(ctx context.Context, _ middleware.Credentials) (context.Context, error) { return ctx, nil },
		})
		if err != nil {
			b.Fatal(err)
		}
		s := httptest.NewUnstartedServer(h)
		if s.EnableHTTP2 = http2; http2 {
			s.StartTLS()
		} else {
			s.Start()
		}
		b.Cleanup(s.Close)
		return s
	}
	for _, http2 := range []bool{false, true} {
		free, paced := start(-1, http2), start(0, http2)
		name := map[bool]string{false: "HTTP1", true: "HTTP2"}[http2]
		for _, c := range []struct {
			name string
			do   func(context.Context, *httptest.Server) error
		}{{"download", downloadLarge}, {"upload", uploadLarge}} {
			b.Run(name+"/"+c.name, func(b *testing.B) {
				ratio.Run(b, 7,
					ratio.Way{Name: "free", Do: func() error { return c.do(b.Context(), free) }},
					ratio.Way{Name: "paced", Do: func() error { return c.do(b.Context(), paced) }})
			})
		}
	}
}

func downloadLarge(ctx context.Context, s *httptest.Server) error {
	return exchange(ctx, s, "GET", "/v2.1/projects/demo/exports/"+id+"/download", nil, large)
}

func uploadLarge(ctx context.Context, s *httptest.Server) error {
	const head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\n"
	return exchange(ctx, s, "POST", "/v2.1/projects/demo/imports", io.MultiReader(
		strings.NewReader(head), io.LimitReader(zeros{}, large), strings.NewReader("\r\n--b--\r\n")), 1)
}

// exchange wants a response of at least so many bytes.
func exchange(ctx context.Context, s *httptest.Server, method, path string, body io.Reader, least int64) error {
	r, err := http.NewRequestWithContext(ctx, method, s.URL+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Token 0123456789abcdef")
	r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
	resp, err := s.Client().Do(r)
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, resp.Body)
	if cerr := resp.Body.Close(); err == nil {
		err = cerr
	}
	if err == nil && (resp.StatusCode >= 300 || n < least) {
		err = fmt.Errorf("%s %s: %d, %d bytes", method, path, resp.StatusCode, n)
	}
	return err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
