package middleware_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/server"
)

// pipes is a listener of connections in memory, with deadlines that follow the
// clock of a bubble.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// dial serves h in the bubble and returns a connection to it.
func dial(t *testing.T, h http.Handler) net.Conn {
	t.Helper()
	p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Second}
	served := make(chan error)
	go func() { served <- s.Serve(p) }()
	client, other := net.Pipe()
	p.conns <- other
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), client.Close()); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return client
}

func say(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
}

func hear(t *testing.T, c net.Conn) answer {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	return readAnswer(t, resp)
}

func post(path, length string) string {
	return "POST " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: " + token + "\r\nContent-Length: " + length + "\r\n"
}

// atLeast asks for 100 bytes in each 10 seconds.
func atLeast(o *middleware.Options) { o.MinRate, o.MinRateAfter = 10, 10*time.Second }

func TestABodyThatStopsIsAnswered408(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var j journal
		c := dial(t, strict(t, stub{}, atLeast, func(o *middleware.Options) { o.OnError = j.note }))
		began := time.Now()
		say(t, c, post(exports, "1000")+"\r\n{")
		got := hear(t, c)
		wantText(t, wantError(t, got, http.StatusRequestTimeout), "too slowly")
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("the connection stays open: %v", err)
		}
		if waited := time.Since(began); waited < 10*time.Second || waited > 12*time.Second {
			t.Errorf("it took %v", waited)
		}
		if last := j.last(t); last.status != http.StatusRequestTimeout || !errors.Is(last.err, os.ErrDeadlineExceeded) {
			t.Errorf("OnError was told %v", last)
		}
	})
}

func TestABodyThatDripsIsAnswered408(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := dial(t, strict(t, stub{}, atLeast))
		say(t, c, post(exports, "1000")+"\r\n")
		var drips sync.WaitGroup
		drips.Go(func() {
			for err := error(nil); err == nil; { // 5 bytes a second
				time.Sleep(time.Second)
				_, err = io.WriteString(c, "     ")
			}
		})
		wantError(t, hear(t, c), http.StatusRequestTimeout)
		drips.Wait()
	})
}

func TestABodyThatIsJustFastEnoughIsTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := dial(t, strict(t, stub{}, atLeast))
		say(t, c, post(exports, "1000")+"Expect: 100-continue\r\n\r\n")
		line, err := bufio.NewReaderSize(c, 16).ReadString('\n') // 25 bytes follow in all
		if err != nil || !strings.HasPrefix(line, "HTTP/1.1 100") {
			t.Fatalf("%q, %v", line, err)
		}
		for range 99 { // 10 bytes a second
			time.Sleep(time.Second)
			say(t, c, strings.Repeat(" ", 10))
		}
		say(t, c, strings.Repeat(" ", 8)+"{}")
		wantStatus(t, hear(t, c), http.StatusCreated)
	})
}

func TestAFormThatStopsIsAnswered408(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := dial(t, strict(t, stub{upload: func(_ context.Context, r server.ImportsCreateRequestObject) (server.ImportsCreateResponseObject, error) {
			_, err := middleware.ReadImportForm(r.Body, func(archive io.Reader) error {
				_, err := io.Copy(io.Discard, archive)
				return err
			})
			return nil, err
		}}, atLeast))
		say(t, c, post(imports, "100000")+"Content-Type: multipart/form-data; boundary=b\r\n\r\n"+
			"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nPK")
		wantError(t, hear(t, c), http.StatusRequestTimeout)
	})
}

// Also a body that nobody reads is waited for only so long: net/http reads on
// before it answers.
func TestABodyThatNobodyReadsDoesNotHoldTheAnswerBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := dial(t, strict(t, stub{}, atLeast))
		began := time.Now()
		say(t, c, strings.Replace(post(exports, "1000"), token, "nonsense", 1)+"\r\n")
		wantError(t, hear(t, c), http.StatusUnauthorized)
		if waited := time.Since(began); waited > 12*time.Second {
			t.Errorf("it took %v", waited)
		}
	})
}

// A handler may take its time before, between and after reads; the context
// lives on, and so does the connection for the next request.
func TestTheTimeOfTheImplementationDoesNotCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := dial(t, plain(t, bare{upload: func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Minute)
			for {
				n, err := r.Body.Read(make([]byte, 40))
				time.Sleep(time.Minute)
				if err != nil || n == 0 {
					break
				}
			}
			if err := r.Context().Err(); err != nil {
				t.Errorf("the context has ended: %v", err)
			}
			for range 3 {
				_, _ = io.WriteString(w, "x")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(time.Minute)
			}
		}}, atLeast))
		form := "--b\r\nContent-Disposition: form-data; name=\"export_id\"\r\n\r\n1\r\n--b--\r\n"
		for range 2 {
			go func() { // there is no buffer in between
				_, _ = io.WriteString(c, post(imports, "66")+"Content-Type: multipart/form-data; boundary=b\r\n\r\n"+form)
			}()
			if body := wantStatus(t, hear(t, c), http.StatusOK); body != "xxx" {
				t.Errorf("body %q", body)
			}
			time.Sleep(time.Minute)
		}
	})
}

func TestAnAnswerThatNobodyTakesIsBrokenOff(t *testing.T) {
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

func TestAnAnswerThatIsTakenJustFastEnoughArrivesWhole(t *testing.T) {
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

func TestANegativeMinRateWaitsForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := dial(t, strict(t, stub{}, func(o *middleware.Options) { o.MinRate = -1 }))
		say(t, c, post(exports, "2")+"\r\n{")
		time.Sleep(24 * time.Hour)
		say(t, c, "}")
		wantStatus(t, hear(t, c), http.StatusCreated)
	})
}

func TestASlowBodyIsAnswered408OverHTTP2(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(strict(t, stub{}, func(o *middleware.Options) { o.MinRate, o.MinRateAfter = 1000, 20*time.Millisecond }))
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	body, more := io.Pipe()
	t.Cleanup(func() { _ = more.Close() })
	r, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+exports, body)
	if err != nil {
		t.Fatal(err)
	}
	setHeader(r, nil)
	resp, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.ProtoMajor != 2 {
		t.Errorf("HTTP/%d", resp.ProtoMajor)
	}
	wantError(t, readAnswer(t, resp), http.StatusRequestTimeout)
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

func TestFilesReachNetHTTPInTheWayItSendsThemWithoutCopying(t *testing.T) {
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
