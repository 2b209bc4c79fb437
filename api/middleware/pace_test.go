package middleware_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/gen/server"
)

// atLeast asks for 100 bytes in each 10 seconds.
func atLeast(o *middleware.Options) { o.MinRate, o.MinRateAfter = 10, 10*time.Second }

func TestPace_aBodyThatStopsIsAnswered408(t *testing.T) {
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

func TestPace_aBodyThatDripsIsAnswered408(t *testing.T) {
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

func TestPace_aBodyThatIsJustFastEnoughIsTaken(t *testing.T) {
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

func TestPace_aFormThatStopsIsAnswered408(t *testing.T) {
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

// A body that nobody reads is not waited for longer either: net/http reads on
// before it answers.
func TestPace_aBodyThatNobodyReadsDoesNotHoldTheResponseBack(t *testing.T) {
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
func TestPace_theTimeOfTheImplementationDoesNotCount(t *testing.T) {
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

func TestPace_aNegativeMinRateWaitsForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := dial(t, strict(t, stub{}, func(o *middleware.Options) { o.MinRate = -1 }))
		say(t, c, post(exports, "2")+"\r\n{")
		time.Sleep(24 * time.Hour)
		say(t, c, "}")
		wantStatus(t, hear(t, c), http.StatusCreated)
	})
}

func TestPace_aSlowBodyIsAnswered408OverHTTP2(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var protocols http.Protocols
		protocols.SetUnencryptedHTTP2(true)
		c := dialWith(t, strict(t, stub{}, atLeast), &protocols)
		transport := &http.Transport{Protocols: &protocols, DialContext: func(context.Context, string, string) (net.Conn, error) { return c, nil }}
		defer transport.CloseIdleConnections()
		body, more := io.Pipe()
		defer more.Close()
		r, err := http.NewRequestWithContext(t.Context(), "POST", "http://h"+exports, body)
		if err != nil {
			t.Fatal(err)
		}
		setHeader(r, nil)
		resp, err := transport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		if resp.ProtoMajor != 2 {
			t.Errorf("HTTP/%d", resp.ProtoMajor)
		}
		wantError(t, readAnswer(t, resp), http.StatusRequestTimeout)
	})
}
