package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestDownload_downloadsStreamTheArchive(t *testing.T) {
	t.Parallel()
	var uris []string
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		uris = append(uris, r.Method+" "+r.URL.RequestURI())
		if r.Header.Get("Accept-Encoding") != "identity" || !strings.HasPrefix(r.Header.Get("Accept"), "application/zip,") || len(r.Header["Accept"]) != 1 {
			t.Errorf("headers are %v", r.Header)
		}
		w.Header().Set("Content-Disposition", `attachment; filename="export.zip"`)
		reply(200, "application/zip", "PK archive")(w, r)
	})
	for name, open := range map[string]func(context.Context, string) (*Download, error){
		"export": c.Project("p").Exports.Download, "import": c.Project("p").Imports.Download,
	} {
		d, err := open(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(d.Body)
		if err != nil || string(content) != "PK archive" || d.Size != 10 || d.FileName != "export.zip" {
			t.Errorf("%s: %+v with %q, %v", name, d, content, err)
		}
		if err := d.Body.Close(); err != nil {
			t.Error(err)
		}
	}
	if got := strings.Join(uris, "; "); !strings.Contains(got, "GET /projects/p/exports/x/download") || !strings.Contains(got, "GET /projects/p/imports/x/download") {
		t.Errorf("called %s", got)
	}
}

func TestDownload_aDownloadThatEndsEarlyIsAnError(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		h    http.HandlerFunc
		size int64
		want string
	}{
		"short of its length": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "PK")
		}, 100, "GET /projects/p/exports/x/download: after 2 bytes of 100: unexpected EOF"},
		"aborted without a length": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "PK")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, -1, "after 2 bytes of unknown length: unexpected EOF"},
	} {
		d, err := newTestClient(t, tc.h).Project("p").Exports.Download(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(d.Body)
		if string(content) != "PK" || d.Size != tc.size || !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasSuffix(err.Error(), tc.want) {
			t.Errorf("%s: %d, %q, %v", name, d.Size, content, err)
		}
		_ = d.Body.Close()
	}
}

func TestDownload_theLengthHoldsForAnyTransport(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{1, 2, 3, -1} {
		hc := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, ContentLength: size, Body: io.NopCloser(strings.NewReader("PK")), Header: http.Header{}}, nil
		})}
		d, err := newTestClient(t, nil, WithHTTPClient(hc)).Project("p").Imports.Download(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		want := map[int64]error{1: ErrArchiveSize, 3: io.ErrUnexpectedEOF}[size]
		if _, err := io.ReadAll(d.Body); !errors.Is(err, want) {
			t.Errorf("2 bytes of %d: %v", size, err)
		}
	}
}

func TestDownload_whatIsNotAWholeArchiveIsAnError(t *testing.T) {
	t.Parallel()
	for want, h := range map[string]http.HandlerFunc{
		"206 Partial Content: the response is a part":            reply(206, "application/zip", "PK"),
		"204 No Content: the response has no archive":            reply(204, "", ""),
		"200 OK: the response is text/html and not an archive":   reply(200, "text/html; charset=utf-8", "<html>"),
		"200 OK: the response is application/json and not an ar": reply(200, "application/json", "{}"),
		"409 Conflict: The export is not completed":              reply(409, "application/json", `{"error": "The export is not completed"}`),
		"403 Forbidden: Expired":                                 reply(403, "application/xml", `<Error><Message>Expired</Message></Error>`),
	} {
		d, err := newTestClient(t, h).Project("p").Exports.Download(t.Context(), "x")
		if _, ok := errors.AsType[*Error](err); !ok || d != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v, %v, want %s", d, err, want)
		}
	}
}
