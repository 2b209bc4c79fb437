package review_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
)

// stuck is a reader who takes nothing until the end of the test.
type stuck struct {
	http.ResponseWriter
	writes, end chan struct{}
}

func (s stuck) Write(p []byte) (int, error) {
	s.writes <- struct{}{}
	<-s.end
	return len(p), nil
}

func TestAReaderWhoTakesNothingHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	for name, method := range map[string]string{"": http.MethodGet, "plan.json": http.MethodGet, "cancelled": http.MethodPost} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := begin(t, offered(), archive.Content{}, nil)
			request := func(method, path string, v url.Values) *http.Request {
				q := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(v.Encode()))
				q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				return q
			}
			page := httptest.NewRecorder()
			r.ServeHTTP(page, request(http.MethodGet, "/", nil))
			v, path := form(page.Body.String()), "/"
			if v.Set("do", "cancel"); method == http.MethodGet {
				path += name
			}
			slow, done := stuck{httptest.NewRecorder(), make(chan struct{}, 10), make(chan struct{})}, make(chan struct{})
			go func() { r.ServeHTTP(slow, request(method, path, v)); close(done) }()
			<-slow.writes
			other := httptest.NewRecorder()
			r.ServeHTTP(other, request(http.MethodGet, "/", nil))
			if !strings.Contains(other.Body.String(), "Import into shop") {
				t.Errorf("another reader gets %d: %s", other.Code, other.Body)
			}
			close(slow.end)
			<-done
		})
	}
}

func TestFormsOfStrangersAreSmall(t *testing.T) {
	t.Parallel()
	site := review.NewSite(t.Context(), "/review/", func(context.Context, string, string, string) (*review.Account, error) {
		t.Error("somebody is let in")
		return nil, io.EOF
	})
	q := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/review/sign-in", strings.NewReader("project=shop&token="+strings.Repeat("x", 1<<20)))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	site.Handler().ServeHTTP(w, q)
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "The form cannot be read") {
		t.Errorf("it gets %d: %s", w.Code, w.Body)
	}
}

func TestWhoSignsOutTwiceAtOnceIsSignedOut(t *testing.T) {
	t.Parallel()
	site := review.NewSite(t.Context(), "/review/", func(_ context.Context, _, project, _ string) (*review.Account, error) {
		return &review.Account{Project: project, Waiting: func(context.Context) ([]review.Waiting, error) { return nil, nil }}, nil
	})
	send := streamer(t, site.Handler())
	cookie, _, _ := strings.Cut(send("", http.MethodPost, "sign-in", strings.NewReader("project=shop")).Header().Get("Set-Cookie"), ";")
	out := "csrf=" + form(send(cookie, http.MethodGet, "", nil).Body.String()).Get("csrf")
	body, rest := io.Pipe()
	first := make(chan int)
	go func() { first <- send(cookie, http.MethodPost, "sign-out", body).Code }()
	if _, err := rest.Write([]byte(out)); err != nil { // it is let in, and waits for the rest of its form
		t.Fatal(err)
	}
	if got := send(cookie, http.MethodPost, "sign-out", strings.NewReader(out)).Code; got != http.StatusSeeOther {
		t.Errorf("the second gets %d", got)
	}
	if err := rest.Close(); err != nil {
		t.Fatal(err)
	}
	if got := <-first; got != http.StatusSeeOther {
		t.Errorf("the first gets %d", got)
	}
}
