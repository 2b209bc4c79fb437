package middleware_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/server"
)

const content = "PK0123456789"

// archives serves the archive through all three ways to one.
func archives(t *testing.T, archive func() middleware.Archive, change ...func(*middleware.Options)) map[string]string {
	t.Helper()
	s := stub{
		download: func(context.Context, server.ExportsDownloadRequestObject) (server.ExportsDownloadResponseObject, error) {
			return archive(), nil
		},
		fetch: func(context.Context, server.ImportsDownloadRequestObject) (server.ImportsDownloadResponseObject, error) {
			return archive(), nil
		},
	}
	b := bare{download: func(w http.ResponseWriter, r *http.Request) { middleware.ServeArchive(w, r, archive()) }}
	strictURL := listen(t, strict(t, s, change...))
	return map[string]string{
		"strict export": strictURL + exports + one + "/download",
		"strict import": strictURL + imports + one + "/download",
		"non-strict":    listen(t, plain(t, b, change...)) + exports + one + "/download",
	}
}

func good() middleware.Archive {
	return middleware.Archive{Content: strings.NewReader(content), Name: "export.zip", ETag: "abc"}
}

func TestArchive_answersTheWholeAPartOr416(t *testing.T) {
	t.Parallel()
	for way, url := range archives(t, good) {
		for _, c := range []struct {
			header       []string
			status       int
			body         string
			contentRange string
		}{
			{nil, 200, content, ""},
			{[]string{"Range", "bytes=2-4"}, 206, "012", "bytes 2-4/12"},
			{[]string{"Range", "Bytes=2-"}, 206, "0123456789", "bytes 2-11/12"},
			{[]string{"Range", "bytes=0-"}, 206, content, "bytes 0-11/12"},
			{[]string{"Range", "bytes=0-0"}, 206, "P", "bytes 0-0/12"},
			{[]string{"Range", "bytes=-3"}, 206, "789", "bytes 9-11/12"},
			{[]string{"Range", "bytes=-99"}, 206, content, "bytes 0-11/12"},
			{[]string{"Range", "bytes=11-99999999999999999999"}, 206, "9", "bytes 11-11/12"},
			{[]string{"Range", "bytes=12-"}, 416, "", "bytes */12"},
			{[]string{"Range", "bytes=99999999999999999999-"}, 416, "", "bytes */12"},
			{[]string{"Range", "bytes=-0"}, 416, "", "bytes */12"},
			{[]string{"Range", "bytes=0-1,4-5"}, 200, content, ""},
			{[]string{"Range", "bytes=4-2"}, 200, content, ""},
			{[]string{"Range", "bytes=-"}, 200, content, ""},
			{[]string{"Range", "bytes=+1-2"}, 200, content, ""},
			{[]string{"Range", "bytes"}, 200, content, ""},
			{[]string{"Range", "lines=1-2"}, 200, content, ""},
			{[]string{"Range", "bytes=2-4", "If-Range", `"abc"`}, 206, "012", "bytes 2-4/12"},
			{[]string{"Range", "bytes=2-4", "If-Range", `"other"`}, 200, content, ""},
			{[]string{"Range", "bytes=2-4", "If-Range", `W/"abc"`}, 200, content, ""},
			{[]string{"Range", "bytes=2-4", "If-Range", "Mon, 23 Nov 2026 00:00:00 GMT"}, 200, content, ""},
			{[]string{"If-None-Match", `"abc"`}, 200, content, ""},
			{[]string{"If-Match", `"other"`, "If-Modified-Since", "Mon, 23 Nov 2099 00:00:00 GMT"}, 200, content, ""},
		} {
			resp := send(t, "GET", url, nil, c.header...)
			if got := resp.header.Get("Content-Range"); got != c.contentRange {
				t.Errorf("%s %v: Content-Range %q", way, c.header, got)
			}
			if c.status == 416 {
				wantText(t, wantError(t, resp, 416), "no such bytes: it has 12")
				if resp.header.Get("Etag") != "" || resp.header.Get("Content-Disposition") != "" {
					t.Errorf("%s %v: the error is described as an archive: %v", way, c.header, resp.header)
				}
				continue
			}
			if got := wantStatus(t, resp, c.status); got != c.body {
				t.Errorf("%s %v: body %q", way, c.header, got)
			}
			wantArchiveHeader(t, resp, len(c.body))
		}
	}
}

func wantArchiveHeader(t *testing.T, resp answer, length int) {
	t.Helper()
	if resp.length != int64(length) {
		t.Errorf("Content-Length %d instead of %d", resp.length, length)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/zip", "Etag": `"abc"`, "Accept-Ranges": "bytes", "Content-Disposition": `attachment; filename="export.zip"`,
	} {
		if got := resp.header.Get(name); got != want {
			t.Errorf("%s is %q instead of %q", name, got, want)
		}
	}
}

func TestArchive_answersHEADWithTheWholeLength(t *testing.T) {
	t.Parallel()
	for _, url := range archives(t, good) {
		resp := send(t, "HEAD", url, nil, "Range", "bytes=2-4") // ranges are defined for GET alone
		if body := wantStatus(t, resp, http.StatusOK); body != "" {
			t.Errorf("body %q", body)
		}
		wantArchiveHeader(t, resp, len(content))
	}
}

func TestArchive_anArchiveWithoutETagIsNotResumedByIfRange(t *testing.T) {
	t.Parallel()
	for _, url := range archives(t, func() middleware.Archive { return middleware.Archive{Content: strings.NewReader(content)} }) {
		resp := send(t, "GET", url, nil, "Range", "bytes=2-4", "If-Range", `"abc"`)
		wantStatus(t, resp, http.StatusOK)
		if etag, ok := resp.header["Etag"]; ok {
			t.Errorf("ETag %q", etag)
		}
		wantStatus(t, send(t, "GET", url, nil, "Range", "bytes=2-4"), http.StatusPartialContent)
	}
}

func TestArchive_anEmptyArchiveHasNoRange(t *testing.T) {
	t.Parallel()
	for _, url := range archives(t, func() middleware.Archive { return middleware.Archive{Content: strings.NewReader("")} }) {
		if body := wantStatus(t, send(t, "GET", url, nil), http.StatusOK); body != "" {
			t.Errorf("body %q", body)
		}
		wantError(t, send(t, "GET", url, nil, "Range", "bytes=0-"), http.StatusRequestedRangeNotSatisfiable)
	}
}

// broken is a content that fails somewhere.
type broken struct {
	*bytes.Reader
	seek, read error
	closed     chan<- struct{}
}

func (b broken) Seek(offset int64, whence int) (int64, error) {
	if b.seek != nil {
		return 0, b.seek
	}
	return b.Reader.Seek(offset, whence)
}

func (b broken) Read(p []byte) (int, error) {
	if b.read != nil && b.Len() < 100_000 {
		return 0, b.read
	}
	return b.Reader.Read(p)
}

func (b broken) Close() error { b.closed <- struct{}{}; return errors.New("closing failed") }

func TestArchive_anArchiveThatFailsIs500BeforeItsHeaderAndBrokenOffAfterIt(t *testing.T) {
	t.Parallel()
	var j journal
	note := func(o *middleware.Options) { o.OnError = j.note }
	large := strings.Repeat("PK", 200_000)
	closed := make(chan struct{}, 100)
	next := make(chan middleware.Archive, 1)
	urls := archives(t, func() middleware.Archive { return <-next }, note)
	whole := func() *bytes.Reader { return bytes.NewReader([]byte(large)) }
	for way, url := range urls {
		next <- middleware.Archive{Content: broken{Reader: whole(), seek: errors.New("no seeking"), closed: closed}}
		wantError(t, send(t, "GET", url, nil), http.StatusInternalServerError)
		wantText(t, j.last(t).err.Error(), "no seeking")

		next <- middleware.Archive{}
		wantError(t, send(t, "GET", url, nil), http.StatusInternalServerError)

		next <- middleware.Archive{Content: whole(), ETag: "a \"b"}
		wantError(t, send(t, "GET", url, nil), http.StatusInternalServerError)

		for err, text := range map[error]string{errors.New("disk gone"): "disk gone", io.EOF: "unexpected EOF"} { // fails, and shrank
			next <- middleware.Archive{Content: broken{Reader: whole(), read: err, closed: closed}}
			wantBroken(t, send(t, "GET", url, nil), large)
			wantText(t, j.last(t).err.Error(), "after 3", "of 400000 bytes", text)
		}

		next <- middleware.Archive{Content: broken{Reader: whole(), closed: closed}}
		if body := wantStatus(t, send(t, "GET", url, nil), http.StatusOK); body != large {
			t.Errorf("%s: %d bytes", way, len(body))
		}
	}
	for range 4 * len(urls) { // all were closed, the last perhaps after its response
		<-closed
	}
}

// ranged opens ranges, and records which, with "" for the end of one.
type ranged struct {
	*strings.Reader
	opened chan string
	err    error
}

type section struct {
	io.Reader
	closed chan string
}

func (s section) Close() error { s.closed <- ""; return nil }

func (r ranged) OpenRange(off, n int64) (io.ReadCloser, error) {
	r.opened <- fmt.Sprint(off, "+", n)
	return section{io.NewSectionReader(r.Reader, off, n), r.opened}, r.err
}

func TestArchive_anArchiveThatOpensRangesIsReadThroughOne(t *testing.T) {
	t.Parallel()
	opened := make(chan string, 2)
	next := make(chan middleware.Archive, 1)
	for _, url := range archives(t, func() middleware.Archive { return <-next }) {
		for asked, want := range map[string]string{"": "0+12", "bytes=2-4": "2+3", "bytes=-3": "9+3"} {
			next <- middleware.Archive{Content: ranged{Reader: strings.NewReader(content), opened: opened}}
			resp := send(t, "GET", url, nil, "Range", asked)
			var off, n int
			if got := <-opened; got != want {
				t.Errorf("%q: opened %s", asked, got)
			} else if _, err := fmt.Sscanf(want, "%d+%d", &off, &n); err != nil || resp.body != content[off:off+n] {
				t.Errorf("%q: %q, error %v", asked, resp.body, err)
			}
			if got := <-opened; got != "" {
				t.Errorf("%q: opened %s too", asked, got)
			}
		}
		next <- middleware.Archive{Content: ranged{Reader: strings.NewReader(content), opened: opened}}
		wantStatus(t, send(t, "HEAD", url, nil), http.StatusOK)
		if len(opened) > 0 {
			t.Errorf("HEAD opened %s", <-opened)
		}
		next <- middleware.Archive{Content: ranged{Reader: strings.NewReader(content), opened: opened, err: errors.New("disk gone")}}
		wantError(t, send(t, "GET", url, nil), http.StatusInternalServerError)
		<-opened
	}
}

func TestArchive_dispositionSuggestsNamesThatEveryClientReadsAlike(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":                     `attachment; filename="archive.zip"`,
		"..":                   `attachment; filename="archive.zip"`,
		" ":                    `attachment; filename="archive.zip"`,
		"export-1.zip":         `attachment; filename="export-1.zip"`,
		"my export.zip":        `attachment; filename="my_export.zip"; filename*=UTF-8''my%20export.zip`,
		`a"; filename="b.zip`:  `attachment; filename="a___filename=_b.zip"; filename*=UTF-8''a%22%3B%20filename%3D%22b.zip`,
		"../evil.zip":          `attachment; filename=".._evil.zip"`,
		`C:\evil.zip`:          `attachment; filename="C__evil.zip"`,
		"a\r\nSet-Cookie: b=c": `attachment; filename="a__Set-Cookie__b=c"; filename*=UTF-8''a__Set-Cookie_%20b%3Dc`,
		"caf\u00e9.zip":        `attachment; filename="caf_.zip"; filename*=UTF-8''caf%C3%A9.zip`,
		"bad\xff.zip":          `attachment; filename="bad_.zip"`,
	} {
		if got := middleware.Disposition(name); got != want {
			t.Errorf("%q: %s", name, got)
		}
	}
}

func TestArchive_outsideTheMiddlewareIsAnError(t *testing.T) {
	t.Parallel()
	if err := good().VisitExportsDownloadResponse(nil); err == nil {
		t.Error("no error")
	}
}
