package engine_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// fetched returns the import of a link that serve answers.
func fetched(t *testing.T, link string, serve transport, check func(imp store.Import)) {
	t.Helper()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		e.Links = engine.NewLinks(&http.Client{Transport: serve}, nil, 0)
		imp := imported(t, e, link)
		time.Sleep(30 * time.Minute)
		check(now(t, w, imp.ID))
	})
}

// now returns an import as it is.
func now(t *testing.T, s store.Store, id string) (imp store.Import) {
	t.Helper()
	if err := s.View(t.Context(), func(tx store.Tx) (err error) {
		imp, err = tx.Import("p", id)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return imp
}

func TestLinkFetch_linksAndRedirectsThatOtherClientsFollowAreFollowed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ link, location, want string }{
		{"https://archives.example/100%.zip", "", "/100%25.zip"},
		{" https://archives.example/a b.zip\n", "", "/a%20b.zip"},
		{"https://archives.example/ü|.zip?q=a b&s=%zz", "", "/%C3%BC%7C.zip?q=a%20b&s=%25zz"},
		{"https://archives.example/a", "b c%.zip", "/b%20c%25.zip"},
		{"https://archives.example/a", "https://other.example/%zz?x={y}", "/%25zz?x=%7By%7D"},
		{"https://archives.example/a", "//other.example/b", "/b"},
		{"https://archives.example/x/a", "../c?d", "/c?d"},
		{"https://archives.example/a", "?again", "/a?again"},
	} {
		t.Run(test.link+" "+test.location, func(t *testing.T) {
			t.Parallel()
			var last string
			fetched(t, test.link, func(r *http.Request) (*http.Response, error) {
				if test.location != "" && last == "" {
					last = "redirected"
					resp := response(r, http.StatusFound, strings.NewReader(""))
					resp.Header.Set("Location", test.location)
					return resp, nil
				}
				last = r.URL.RequestURI()
				return response(r, http.StatusOK, bytes.NewReader(zipOf(t, content))), nil
			}, func(imp store.Import) {
				if imp.Status != models.ImportStatusConfirmation || last != test.want {
					t.Errorf("%s %s; asked for %s, want %s", imp.Status, imp.ErrorMessage, last, test.want)
				}
			})
		})
	}
}

func TestLinkFetch_aLinkThatIsBusyIsAskedAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status, times int
		after         string
		want          string // error_message
	}{
		"429, then the archive": {429, 2, "30", ""},
		"503, then the archive": {503, 4, "", ""},
		"503 for too long":      {503, 5, "", "import_link: archives.example answered 503 Service Unavailable"},
		"an odd Retry-After":    {429, 1, "-5", ""},
		"404 is final":          {404, 1, "", "import_link: archives.example answered 404 Not Found"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			fetched(t, signed, func(r *http.Request) (*http.Response, error) {
				if asked++; asked <= test.times {
					resp := response(r, test.status, strings.NewReader("later"))
					resp.Header.Set("Retry-After", test.after)
					return resp, nil
				}
				return response(r, http.StatusOK, bytes.NewReader(zipOf(t, content))), nil
			}, func(imp store.Import) {
				if imp.ErrorMessage != test.want {
					t.Errorf("error_message %q after %d requests; want %q", imp.ErrorMessage, asked, test.want)
				}
			})
		})
	}
}

func TestLinkFetch_anArchiveThatIsCompressedOnItsWayIsUnpacked(t *testing.T) {
	t.Parallel()
	pack := map[string]func(io.Writer) io.WriteCloser{
		"gzip":    func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"deflate": func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) },
	}
	for encoding, want := range map[string]string{
		"gzip": "", "deflate": "", "br": `import_link: archives.example sends the archive in the Content-Encoding "br", which is not understood`,
	} {
		t.Run(encoding, func(t *testing.T) {
			t.Parallel()
			fetched(t, signed, func(r *http.Request) (*http.Response, error) {
				var body bytes.Buffer
				if pack := pack[encoding]; pack != nil {
					w := pack(&body)
					if _, err := w.Write(zipOf(t, content)); err != nil {
						return nil, err
					}
					if err := w.Close(); err != nil {
						return nil, err
					}
				}
				resp := response(r, http.StatusOK, &body)
				resp.Header.Set("Content-Encoding", encoding)
				return resp, nil
			}, func(imp store.Import) {
				if imp.ErrorMessage != want {
					t.Errorf("error_message %q; want %q", imp.ErrorMessage, want)
				}
			})
		})
	}
}

func TestLinkFetch_aWebPageInPlaceOfAnArchiveIsNamed(t *testing.T) {
	t.Parallel()
	fetched(t, signed, func(r *http.Request) (*http.Response, error) {
		return response(r, http.StatusOK, strings.NewReader("\n<!DOCTYPE html><title>Shared with you</title>")), nil
	}, func(imp store.Import) {
		if !strings.Contains(imp.ErrorMessage, "leads to a web page and not to an archive") {
			t.Errorf("error_message %q", imp.ErrorMessage)
		}
	})
}
