package api

import (
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDownloadRange_contentRangesAreReadStrictly(t *testing.T) {
	t.Parallel()
	for header, want := range map[string][3]int64{
		"bytes 10-99/100": {10, 99, 100}, "bytes 0-0/1": {0, 0, 1},
		"": {}, "bytes */100": {}, "bytes 10-99/*": {}, "bytes 10-99": {}, "bytes -1-99/100": {}, "items 1-2/3": {},
		"bytes 10-99/99999999999999999999": {}, "bytes +1-2/3": {}, "bytes 1 - 2/3": {},
	} {
		first, last, size, ok := contentRange(http.Header{"Content-Range": {header}})
		if ok != (want != [3]int64{}) || ok && (first != want[0] || last != want[1] || size != want[2]) {
			t.Errorf("%q: %d-%d/%d %v", header, first, last, size, ok)
		}
	}
}

func TestDownloadRange_aCompressedArchiveIsAnError(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		reply(200, "application/zip", "PK")(w, r)
	})
	_, err := c.Project("p").Exports.Download(t.Context(), "x")
	if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), `the content encoding "gzip"`) {
		t.Errorf("error is %v", err)
	}
}

// An object storage gets what resuming needs, but not the token.
func TestDownloadRange_aDownloadGoesOnBehindARedirect(t *testing.T) {
	t.Parallel()
	host := &archiveHost{content: archiveBytes(t, mib/2, 1), etag: `"a"`, cut: map[int]int64{0: 300_000}}
	h := func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Host != "localhost" && r.Header.Get("Authorization") != "":
			t.Errorf("%s has got the token", r.Host)
		case r.Host == "localhost" && strings.HasSuffix(r.URL.Path, "/download"):
			http.Redirect(w, r, "http://127.0.0.1/base/v2.1/bucket/download?signature=s3cr3t", http.StatusFound)
			return
		}
		host.serve(w, r)
	}
	watched(t, h, func(t *testing.T, c *Client) {
		path := filepath.Join(t.TempDir(), "a.zip")
		f, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path)
		if err != nil {
			t.Fatal(err)
		}
		mustHold(t, f, path, host.content)
		if !slices.Equal(host.asked, []string{"", `bytes=300000- "a"`}) {
			t.Errorf("asked for %q", host.asked)
		}
	})
}
