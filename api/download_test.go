package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"
)

func TestDownloadsStreamTheArchive(t *testing.T) {
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
	for name, open := range map[string]func(context.Context, string, string) (*Download, error){
		"export": c.Exports.Download, "import": c.Imports.Download,
	} {
		d, err := open(t.Context(), "p", "x")
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

func TestADownloadThatEndsEarlyIsAnError(t *testing.T) {
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
		d, err := newTestClient(t, tc.h).Exports.Download(t.Context(), "p", "x")
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

func TestTheLengthHoldsForAnyTransport(t *testing.T) {
	t.Parallel()
	for size, ok := range map[int64]bool{1: false, 2: true, 3: false, -1: true} {
		hc := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, ContentLength: size, Body: io.NopCloser(strings.NewReader("PK")), Header: http.Header{}}, nil
		})}
		d, err := newTestClient(t, nil, WithHTTPClient(hc)).Imports.Download(t.Context(), "p", "x")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(d.Body); (err == nil) != ok || err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("2 bytes of %d: %v", size, err)
		}
	}
}

func TestWhatIsNoWholeArchiveIsAnError(t *testing.T) {
	t.Parallel()
	for want, h := range map[string]http.HandlerFunc{
		"206 Partial Content: the answer is a part":        reply(206, "application/zip", "PK"),
		"204 No Content: the answer has no archive":        reply(204, "", ""),
		"200 OK: the answer is text/html and no archive":   reply(200, "text/html; charset=utf-8", "<html>"),
		"200 OK: the answer is application/json and no ar": reply(200, "application/json", "{}"),
		"409 Conflict: The export is not completed":        reply(409, "application/json", `{"error": "The export is not completed"}`),
		"403 Forbidden: Expired":                           reply(403, "application/xml", `<Error><Message>Expired</Message></Error>`),
	} {
		d, err := newTestClient(t, h).Exports.Download(t.Context(), "p", "x")
		if _, ok := errors.AsType[*Error](err); !ok || d != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v, %v, want %s", d, err, want)
		}
	}
}

func TestFileNamesNeverLeaveTheirDirectory(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		`attachment; filename="export.zip"`:                         "export.zip",
		`attachment; filename=export.zip`:                           "export.zip",
		`attachment; filename="my export (1).zip"`:                  "my export (1).zip",
		`attachment; filename="../../evil.zip"`:                     "evil.zip",
		`attachment; filename="/etc/evil.zip"`:                      "evil.zip",
		`attachment; filename="C:\\Windows\\evil.zip"`:              "evil.zip",
		`attachment; filename="..\\evil.zip"`:                       "evil.zip",
		`attachment; filename="C:evil.zip"`:                         "Cevil.zip",
		`attachment; filename=".bashrc"`:                            "bashrc",
		`attachment; filename*=UTF-8''na%C3%AFve%20file.zip`:        "naïve file.zip",
		`attachment; filename*=UTF-8''a%E2%80%AEpiz.exe`:            "apiz.exe",
		`attachment; filename*=UTF-8''..%2F..%2Fevil.zip`:           "evil.zip",
		`attachment; filename*=UTF-8''a%00b%0Ac.zip`:                "abc.zip",
		`attachment; filename=".."`:                                 "export-x_y.zip",
		`attachment; filename="dir/"`:                               "export-x_y.zip",
		`attachment; filename=""`:                                   "export-x_y.zip",
		`attachment; filename="` + strings.Repeat("a", 300) + `"`:   "export-x_y.zip",
		`attachment; filename=two words.zip`:                        "export-x_y.zip",
		`attachment`:                                                "export-x_y.zip",
		``:                                                          "export-x_y.zip",
		`attachment; filename="a.zip"; filename*=UTF-8''%ff%fe.zip`: "zip",
	} {
		c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Disposition", header)
			reply(200, "application/zip", "PK")(w, r)
		})
		d, err := c.Exports.Download(t.Context(), "p", "x_y")
		if err != nil {
			t.Fatal(err)
		}
		_ = d.Body.Close()
		if d.FileName != want {
			t.Errorf("%s gave %q, want %q", header, d.FileName, want)
		}
	}
}

func FuzzFileName(f *testing.F) {
	for _, seed := range []string{"export.zip", "../x", `..\x`, "C:x", ". .", "a\x00b", "\xff/\xfe", strings.Repeat("é", 101)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := fileName(name)
		if got == "." || got == ".." || len(got) > maxFileName || strings.ContainsAny(got, `/\:`) || strings.ContainsFunc(got, unicode.IsControl) {
			t.Errorf("%q gave %q", name, got)
		}
		if again := fileName(got); again != got {
			t.Errorf("%q gave %q and then %q", name, got, again)
		}
	})
}
