package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func TestDownloadRun_downloadFileEndsWholeAfterBreaks(t *testing.T) {
	t.Parallel()
	content := archiveBytes(t, mib/2, 1)
	never := func(int) bool { return false }
	twice := map[int]int64{0: 300_000, 1: 200_000}
	for name, tc := range map[string]struct {
		host *archiveHost
		want []string
	}{
		"nothing breaks":        {&archiveHost{etag: `"a"`}, []string{""}},
		"strong ETag":           {&archiveHost{etag: `"a"`, cut: twice}, []string{"", `bytes=300000- "a"`, `bytes=500000- "a"`}},
		"no ETag":               {&archiveHost{cut: twice}, []string{"", `bytes=300000-`, `bytes=500000-`}},
		"weak ETag":             {&archiveHost{etag: `W/"a"`, cut: twice}, []string{"", `bytes=300000-`, `bytes=500000-`}},
		"strong ETag, no size":  {&archiveHost{etag: `"a"`, size: -1, cut: twice}, []string{"", `bytes=300000- "a"`, `bytes=500000- "a"`}},
		"ranges are ignored":    {&archiveHost{etag: `"a"`, ranges: never, cut: twice}, []string{"", `bytes=300000- "a"`, `bytes=200000- "a"`}},
		"cut before its header": {&archiveHost{etag: `"a"`, cut: map[int]int64{0: 300_000, 1: 1}}, []string{"", `bytes=300000- "a"`, `bytes=300001- "a"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := tc.host
			host.content = content
			watched(t, host.serve, func(t *testing.T, c *Client) {
				path := filepath.Join(t.TempDir(), "a.zip")
				f, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path)
				if err != nil {
					t.Fatal(err)
				}
				mustHold(t, f, path, content)
				if !slices.Equal(host.asked, tc.want) || f.Resumed != 0 || f.Name != "export-x.zip" {
					t.Errorf("asked for %q, got %+v", host.asked, f)
				}
			})
		})
	}
}

func TestDownloadRun_downloadFileNeverMixesArchives(t *testing.T) {
	t.Parallel()
	content, other := archiveBytes(t, mib/2, 1), archiveBytes(t, mib/2, 2)
	part := func(header string, body []byte) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.Header().Set("Content-Range", header)
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(body)
		}
	}
	size := len(other)
	for name, second := range map[string]func(w http.ResponseWriter){
		"the server sends another part": part(fmt.Sprintf("bytes 300001-%d/%d", size-1, size), content[300001:]),
		"a part of another size":        part(fmt.Sprintf("bytes 300000-%d/%d", size, size+1), append(content[300000:size:size], 0)),
		"a part without its end":        part(fmt.Sprintf("bytes 300000-300009/%d", size), content[300000:300010]),
		"a part of unknown size":        part(fmt.Sprintf("bytes 300000-%d/*", size-1), content[300000:]),
		"a part without Content-Range":  part("", content[300000:]),
		"a part that lies about its length": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "5")
			part(fmt.Sprintf("bytes 300000-%d/%d", size-1, size), content[:5])(w)
		},
		"several parts": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "multipart/byteranges; boundary=x")
			part("", []byte("--x--"))(w)
		},
		"another ETag on a part": func(w http.ResponseWriter) {
			w.Header().Set("ETag", `"b"`)
			part(fmt.Sprintf("bytes 300000-%d/%d", size-1, size), other[300000:])(w)
		},
		"416": func(w http.ResponseWriter) { w.WriteHeader(http.StatusRequestedRangeNotSatisfiable) },
		"the archive has changed": func(w http.ResponseWriter) {
			w.Header().Set("ETag", `"b"`)
			_, _ = w.Write(other)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := &archiveHost{content: content, etag: `"a"`, cut: map[int]int64{0: 300_000}}
			host.before = func(n int, w http.ResponseWriter, _ *http.Request) bool {
				if n == 1 {
					w.Header().Set("ETag", `"a"`)
					second(w)
					return false
				}
				return true
			}
			watched(t, host.serve, func(t *testing.T, c *Client) {
				path := filepath.Join(t.TempDir(), "a.zip")
				f, err := c.Project("p").Imports.DownloadToFile(t.Context(), "x", path)
				if err != nil {
					t.Fatal(err)
				}
				want, asked := content, []string{"", `bytes=300000- "a"`, ""}
				if name == "the archive has changed" {
					want, asked = other, asked[:2]
				}
				mustHold(t, f, path, want)
				if !slices.Equal(host.asked, asked) {
					t.Errorf("asked for %q", host.asked)
				}
			})
		})
	}
}

func TestDownloadRun_partsThatAreNoZIPTogetherAreFetchedAgain(t *testing.T) {
	t.Parallel()
	content := archiveBytes(t, mib/2, 1)
	host := &archiveHost{content: content, cut: map[int]int64{0: 300_000}}
	host.before = func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if n != 1 {
			return true
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 300000-%d/%d", len(content)-1, len(content)))
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(make([]byte, len(content)-300_000))
		return false
	}
	watched(t, host.serve, func(t *testing.T, c *Client) {
		path := filepath.Join(t.TempDir(), "a.zip")
		f, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path)
		if err != nil {
			t.Fatal(err)
		}
		mustHold(t, f, path, content)
	})
}

func TestDownloadRun_aSilentConnectionIsMadeAgain(t *testing.T) {
	t.Parallel()
	content := archiveBytes(t, mib/2, 1)
	host := &archiveHost{content: content, etag: `"a"`}
	host.before = func(n int, w http.ResponseWriter, r *http.Request) bool {
		if n > 0 {
			return true
		}
		w.Header().Set("ETag", `"a"`)
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = w.Write(content[:1000])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return false
	}
	watched(t, host.serve, func(t *testing.T, c *Client) {
		path, start := filepath.Join(t.TempDir(), "a.zip"), time.Now()
		f, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path)
		if err != nil {
			t.Fatal(err)
		}
		mustHold(t, f, path, content)
		if took := time.Since(start); took < stallTimeout || took > stallTimeout+2*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestDownloadRun_theContextEndsADownloadToAFileAtOnce(t *testing.T) {
	t.Parallel()
	content := archiveBytes(t, mib/2, 1)
	host := &archiveHost{content: content}
	host.before = func(_ int, w http.ResponseWriter, r *http.Request) bool {
		_, _ = w.Write(content[:1000])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return false
	}
	watched(t, host.serve, func(t *testing.T, c *Client) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		dir, start := t.TempDir(), time.Now()
		_, err := c.Project("p").Exports.DownloadToFile(ctx, "x", filepath.Join(dir, "a.zip"))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second || len(filesIn(t, dir)) != 0 {
			t.Errorf("after %v: %v, %q", time.Since(start), err, filesIn(t, dir))
		}
		synctest.Wait()
	})
}
