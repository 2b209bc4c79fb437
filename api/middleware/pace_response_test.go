package middleware_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/server"
)

func TestPaceResponse_aResponseThatNobodyTakesIsBrokenOff(t *testing.T) {
	t.Parallel()
	for _, taken := range []int{0, 5} { // bytes a second
		t.Run(strconv.Itoa(taken), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				done := make(chan middleware.Exchange, 1)
				c := dial(t, bigDownload(t, atLeast, func(o *middleware.Options) {
					o.OnDone = func(_ *http.Request, e middleware.Exchange) { done <- e }
				}))
				say(t, c, "GET "+imports+one+"/download HTTP/1.1\r\nHost: h\r\nAuthorization: "+token+"\r\n\r\n")
				for {
					select {
					case e := <-done:
						if !e.Broken || e.Duration > time.Minute {
							t.Errorf("%+v", e)
						}
						return
					case <-time.After(time.Second):
						_, _ = c.Read(make([]byte, taken))
					}
				}
			})
		})
	}
}

func bigDownload(t *testing.T, change ...func(*middleware.Options)) http.Handler {
	return strict(t, stub{fetch: func(context.Context, server.ImportsDownloadRequestObject) (server.ImportsDownloadResponseObject, error) {
		return middleware.Archive{Content: strings.NewReader(strings.Repeat("z", 100_000))}, nil
	}}, change...)
}

func TestPaceResponse_aResponseThatIsTakenJustFastEnoughArrivesWhole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := dial(t, bigDownload(t, func(o *middleware.Options) { o.MinRate, o.MinRateAfter = 1000, 10*time.Second }))
		say(t, c, "GET "+imports+one+"/download HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: "+token+"\r\n\r\n")
		var got strings.Builder
		for err := error(nil); err == nil; {
			time.Sleep(time.Second)
			_, err = io.CopyN(&got, c, 1100) // the header comes on top
		}
		if _, body, _ := strings.Cut(got.String(), "\r\n\r\n"); len(body) != 100_000 {
			t.Errorf("%d bytes arrived", len(body))
		}
	})
}

// taker is a ResponseWriter that knows what it is asked to send.
type taker struct {
	http.ResponseWriter
	files int
}

func (k *taker) SetWriteDeadline(time.Time) error { return nil }

func (k *taker) ReadFrom(src io.Reader) (int64, error) {
	if l, ok := src.(*io.LimitedReader); ok {
		if _, ok := l.R.(*os.File); ok {
			k.files++
		}
	}
	return io.Copy(k.ResponseWriter, src)
}

func TestPaceResponse_filesReachNetHTTPInTheWayItSendsThemWithoutCopying(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "archive.zip")
	if err := os.WriteFile(path, make([]byte, 300_000), 0o600); err != nil {
		t.Fatal(err)
	}
	h := strict(t, stub{fetch: func(context.Context, server.ImportsDownloadRequestObject) (server.ImportsDownloadResponseObject, error) {
		f, err := os.Open(path)
		return middleware.Archive{Content: f}, err
	}}, func(o *middleware.Options) { o.MinRate, o.MinRateAfter = 10_000, 10*time.Second })
	var k taker
	got := call(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		k.ResponseWriter = w
		h.ServeHTTP(&k, r)
	}), "GET", imports+one+"/download", "")
	if body := wantStatus(t, got, http.StatusOK); len(body) != 300_000 || k.files != 3 {
		t.Errorf("%d bytes in %d pieces", len(body), k.files)
	}
}
