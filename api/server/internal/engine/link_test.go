package engine_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestLink_archiveFromALinkThatIsNoneStaysWithTheFailedImport(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, _ *watched) {
		blobs := &failing{Blobs: e.Blobs}
		e.Blobs, e.Links = blobs, engine.NewLinks(&http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			return response(r, http.StatusOK, strings.NewReader("no ZIP")), nil
		})}, nil, 0)
		imp := imported(t, e, signed)
		if imp.Status != models.ImportStatusFailed || imp.Link != "" || imp.Size != 6 || len(blobs.deleted) != 0 {
			t.Errorf("import %+v, deleted blobs %q", imp, blobs.deleted)
		}
		if err := e.DeleteImport(t.Context(), "p", imp.ID); err != nil || len(blobs.deleted) != 1 {
			t.Errorf("deleted blobs %q: %v", blobs.deleted, err)
		}
	})
}

func TestLink_redirectsOfLinksAreChecked(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ to, want string }{
		{"https://archives.example/a.zip", "archives.example cannot be reached: more than 20 redirects"},
		{"http://169.254.169.254/latest/meta-data", "169.254.169.254 cannot be reached: the address is not public"},
		{"http://[::1]:8080/?abc", "[::1]:8080 cannot be reached: the address is not public"},
		{"ftp://other.example/b.zip", "other.example cannot be reached: the scheme has to be http or https"},
		{"https://me:pw@other.example/b.zip", "other.example cannot be reached: credentials are not accepted in a link"},
		{"file:///etc/passwd", "archives.example cannot be reached: the scheme has to be http or https"},
		{"https://other.example:x/b?signature=abc", "archives.example cannot be reached: it redirects to something that is not a URL"},
		{"", "archives.example cannot be reached: it redirects to something that is not a URL"},
	} {
		t.Run(test.to, func(t *testing.T) {
			t.Parallel()
			work(t, func(t *testing.T, e *engine.Engine, _ *watched) {
				e.Links = engine.NewLinks(&http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
					if r.Header.Get("Referer") != "" {
						t.Errorf("Referer %q", r.Header.Get("Referer"))
					}
					resp := response(r, http.StatusFound, strings.NewReader(""))
					resp.Header.Set("Location", test.to)
					return resp, nil
				})}, nil, 0)
				imp := imported(t, e, signed)
				if imp.Status != models.ImportStatusFailed || imp.ErrorMessage != "import_link: "+test.want || strings.Contains(imp.ErrorMessage, "abc") {
					t.Errorf("%s: %s; want %q", imp.Status, imp.ErrorMessage, test.want)
				}
			})
		})
	}
}

// slow is a body that sends a byte after every pause.
type slow struct {
	pause time.Duration
	ctx   interface{ Done() <-chan struct{} }
	left  int
	chunk int // bytes at once; 0 is 1
}

func (s *slow) Read(p []byte) (int, error) {
	if s.left--; s.left < 0 {
		return 0, io.EOF
	}
	select {
	case <-time.After(s.pause):
		return copy(p, strings.Repeat("x", max(1, s.chunk))), nil
	case <-s.ctx.Done():
		return 0, fmt.Errorf("use of closed connection to 10.0.0.1")
	}
}

func TestLink_linksThatStallAreGivenUp(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		pause time.Duration
		chunk int
		want  string
	}{
		"nothing for a minute": {2 * time.Minute, 1, "import_link: archives.example broke off after 0 bytes: sent less than 245760 bytes in 1m0s"},
		"a byte now and then":  {11 * time.Second, 1, "import_link: archives.example broke off after 5 bytes: sent less than 245760 bytes in 1m0s"},
		"just fast enough":     {900 * time.Millisecond, 4 << 10, ": took longer than 10m0s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			work(t, func(t *testing.T, e *engine.Engine, w *watched) {
				e.Links = engine.NewLinks(&http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
					return response(r, http.StatusOK, &slow{test.pause, r.Context(), 1000, test.chunk}), nil
				})}, nil, 10*time.Minute)
				e.MaxArchive = 1 << 30
				imp := imported(t, e, signed)
				time.Sleep(2 * time.Hour)
				synctest.Wait()
				if got := errorMessage(t, w, imp.ID); !strings.HasSuffix(got, test.want) {
					t.Errorf("error_message %q; want %q", got, test.want)
				}
			})
		})
	}
}

func TestLink_linksThatStallLeaveAWorkerToOthers(t *testing.T) {
	t.Parallel()
	workers(t, 3, func(t *testing.T, e *engine.Engine, w *watched) {
		var asked atomic.Int64
		e.Links = engine.NewLinks(&http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			asked.Add(1)
			return response(r, http.StatusOK, &slow{2 * time.Minute, r.Context(), 1000, 1}), nil
		})}, nil, 0)
		var last store.Import
		for range 5 {
			last = imported(t, e, signed)
		}
		uploaded, err := e.CreateImport(t.Context(), "p", "", file(t, e, zipOf(t, content)), false)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := w.View(t.Context(), func(tx store.Tx) (err error) {
			uploaded, err = tx.Import("p", uploaded.ID)
			return err
		}); err != nil || uploaded.Status != models.ImportStatusConfirmation || asked.Load() != 2 {
			t.Errorf("the upload is %s, %d links were asked: %v", uploaded.Status, asked.Load(), err)
		}
		time.Sleep(10 * time.Minute) // the others have their turn
		synctest.Wait()
		if got := errorMessage(t, w, last.ID); !strings.Contains(got, "sent less than 245760 bytes in 1m0s") || asked.Load() != 5 {
			t.Errorf("error_message %q; %d links were asked", got, asked.Load())
		}
	})
}

func TestLink_deletedImportStopsItsDownload(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		e.Links = engine.NewLinks(&http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
			return response(r, http.StatusOK, &slow{time.Second, r.Context(), 1000, 1}), nil
		})}, nil, 0)
		imp := imported(t, e, signed)
		before := time.Now()
		if err := e.DeleteImport(t.Context(), "p", imp.ID); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		stats, err := w.Stats(t.Context())
		if err != nil || stats.Jobs != 0 || time.Since(before) != 0 {
			t.Errorf("%d jobs after %v: %v", stats.Jobs, time.Since(before), err)
		}
	})
}

func TestLink_linksOfRealServers(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/short":
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "PK")
		case "/large":
			w.Header().Set("Content-Length", "1048577")
		case "/endless":
			for range 2048 {
				_, _ = w.Write(make([]byte, 1024))
			}
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path    string
		allowed string
		want    string
	}{
		{"/short", u.Host, "broke off after 2 bytes: unexpected EOF"},
		{"/large", u.Host, "has an archive of 1048577 bytes; the limit is 1048576"},
		{"/endless", u.Hostname(), "has an archive of more than 1048576 bytes"},
		{"/missing", u.Host, "answered 404 Not Found"},
		{"/short", u.Hostname() + ":1", "cannot be reached: only the ports 80 and 443 may be used"},
	} {
		t.Run(test.path+" "+test.allowed, func(t *testing.T) {
			t.Parallel()
			e := engineOn(t, store.NewMemory())
			e.Links = engine.NewLinks(nil, []string{test.allowed}, 0)
			info, err := e.Links.Fetch(t.Context(), srv.URL+test.path, e.MaxArchive, e.Blobs)
			if err == nil || !strings.HasSuffix(err.Error(), test.want) {
				t.Errorf("%+v, %v; want %q", info, err, test.want)
			}
		})
	}
}

func TestLink_linksThatAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	links := engine.NewLinks(nil, []string{"127.0.0.1:8080", "Inside.example", "[::1]", "[fd00::1]:8080"}, 0)
	for link, want := range map[string]string{
		"https://archives.example/a.zip":      "",
		"http://127.0.0.1:8080/a.zip":         "",
		"http://inside.example:99/a.zip":      "",
		"http://[::1]:99/a.zip":               "",
		"http://[fd00::1]:8080/a.zip":         "",
		"http://[fd00::1]/a.zip":              "not public",
		"http://127.0.0.1/a.zip":              "not public",
		"http://[::ffff:10.0.0.1]/a.zip":      "not public",
		"https://192.168.1.1:8080/a.zip":      "not public",
		"http://100.64.0.1/a.zip":             "not public",
		"http://[fe80::1%25eth0]/a.zip":       "not public",
		"file:///etc/passwd":                  "scheme",
		"https:///a.zip":                      "no host",
		"https://me@archives.example/a.zip":   "credentials",
		"https://archives.example:x/":         "not a URL",
		"https://archives.example:port/a.zip": "not a URL",
	} {
		err := links.Check(link)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", link, err, want)
		}
	}
}
