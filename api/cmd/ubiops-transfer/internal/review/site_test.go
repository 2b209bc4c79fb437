package review_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// sender sends requests to a site at /review/.
func sender(t *testing.T, site http.Handler) func(cookie, method, path string, v url.Values) *httptest.ResponseRecorder {
	t.Helper()
	send := streamer(t, site)
	return func(cookie, method, path string, v url.Values) *httptest.ResponseRecorder {
		return send(cookie, method, path, strings.NewReader(v.Encode()))
	}
}

// streamer is sender for forms that are still written.
func streamer(t *testing.T, site http.Handler) func(cookie, method, path string, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	return func(cookie, method, path string, body io.Reader) *httptest.ResponseRecorder {
		q := httptest.NewRequestWithContext(t.Context(), method, "/review/"+path, body)
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		q.Header.Set("Cookie", cookie)
		w := httptest.NewRecorder()
		site.ServeHTTP(w, q)
		return w
	}
}

func TestReadersAreSignedOutAndReviewsAreLimited(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p, err := plan.New(plan.Input{Offered: offered()})
		if err != nil {
			t.Fatal(err)
		}
		open := 0
		site := review.NewSite(t.Context(), "/review/", func(_ context.Context, _, project, _ string) (*review.Account, error) {
			return &review.Account{Project: project, Waiting: func(context.Context) ([]review.Waiting, error) { return nil, nil },
				Review: func(ctx context.Context, _ string) (*review.Review, func() error, error) {
					made, err := review.New(ctx, review.Subject{Plan: func(context.Context, review.Wish, bool, func(string)) (*plan.Plan, archive.Content, error) {
						return p, archive.Content{}, nil
					}, Command: func(*plan.Plan) string { return "" }})
					open++
					return made, func() error { open--; return nil }, err
				}}, nil
		})
		send := sender(t, site.Handler())
		enter := func() (cookie, csrf string) {
			cookie, _, _ = strings.Cut(send("", http.MethodPost, "sign-in", url.Values{"project": {"shop"}}).Header().Get("Set-Cookie"), ";")
			return cookie, form(send(cookie, http.MethodGet, "", nil).Body.String()).Get("csrf")
		}
		const most = 8
		for n := range most + 1 {
			cookie, csrf := enter()
			got := send(cookie, http.MethodPost, "open", url.Values{"csrf": {csrf}, "id": {"id"}}).Code
			if want := http.StatusSeeOther; n < most && got != want || n == most && got != http.StatusServiceUnavailable {
				t.Errorf("review %d gets %d", n, got)
			}
		}
		cookie, csrf := enter()
		time.Sleep(50 * time.Minute)
		if text := send(cookie, http.MethodGet, "", nil).Body.String(); open != most || !strings.Contains(text, "Sign out") {
			t.Errorf("after 50 minutes %d are open: %s", open, text)
		}
		time.Sleep(50 * time.Minute)
		if got := send(cookie, http.MethodPost, "open", url.Values{"csrf": {csrf}, "id": {"id"}}).Code; open != 1 || got != http.StatusSeeOther {
			t.Errorf("after two times, %d are open, and another gets %d", open, got)
		}
		time.Sleep(2 * time.Hour)
		if text := send(cookie, http.MethodGet, "", nil).Body.String(); open != 0 || strings.Contains(text, "Sign out") {
			t.Errorf("after two hours %d are open: %s", open, text)
		}
	})
}

func TestASiteShowsTheImportsOfAProjectToWhoeverSignsIn(t *testing.T) {
	t.Parallel()
	of := begin(t, offered(), archive.Content{}, nil)
	closed := 0
	site := review.NewSite(t.Context(), "/review/", func(_ context.Context, _, project, token string) (*review.Account, error) {
		if project != "shop" || token != "planted-token" {
			return nil, errors.New("there is no such <project>")
		}
		return &review.Account{Project: project, Waiting: func(context.Context) ([]review.Waiting, error) {
			return []review.Waiting{{ID: "id-1", Created: "today", Size: "12"}}, nil
		}, Review: func(ctx context.Context, id string) (*review.Review, func() error, error) {
			if id != "id-1" {
				return nil, nil, errors.New("there is none")
			}
			made, err := review.New(ctx, of.subject)
			return made, func() error { closed++; return nil }, err
		}}, nil
	})
	server := httptest.NewServer(site.Handler())
	t.Cleanup(server.Close)
	r := &reviewed{T: t, site: server, client: reader(t)}
	post := func(path string, v url.Values) (int, string) {
		t.Helper()
		r.link = server.URL + "/review/" + path
		return r.submit(v, "")
	}
	home := server.URL + "/review/"
	_, first := r.get(home + "id-1/")
	r.wants(first, "Sign in")
	r.wantsNot(first, "scorer", "id-1")
	status, text := post("sign-in", url.Values{"project": {"shop"}, "token": {"wrong"}})
	if status != http.StatusForbidden {
		t.Errorf("a wrong token gets %d", status)
	}
	r.wants(text, "there is no such &lt;project&gt;")
	_, text = post("sign-in", url.Values{"project": {" shop "}, "token": {"planted-token\n"}})
	r.wants(text, "id-1", "today, 12 bytes")
	r.wantsNot(text, "planted-token")
	csrf := form(text).Get("csrf")
	if status, _ = post("open", url.Values{"id": {"id-1"}}); status != http.StatusForbidden {
		t.Errorf("without the token of the form: %d", status)
	}
	if status, text = post("open", url.Values{"id": {"id-2"}, "csrf": {csrf}}); status != http.StatusConflict {
		t.Errorf("an import that does not wait gives %d: %s", status, text)
	}
	status, text = post("open", url.Values{"id": {"id-1"}, "csrf": {csrf}})
	r.wants(text, "Import into shop", "1 variable has no value yet")
	if status != http.StatusOK || closed != 0 {
		t.Errorf("%d, closed %d times", status, closed)
	}
	stranger := &reviewed{T: t, client: reader(t)}
	_, text = stranger.get(home + "id-1/")
	stranger.wants(text, "Sign in")
	_, text = post("sign-out", url.Values{"csrf": {csrf}})
	r.wants(text, "Sign in")
	if _, text = r.get(home + "id-1/"); strings.Contains(text, "scorer") || closed != 1 {
		t.Errorf("after signing out, closed %d times: %s", closed, text)
	}
}

func TestAReviewThatIsMadeWhenItsReaderHasLeftIsClosed(t *testing.T) {
	t.Parallel()
	of := begin(t, offered(), archive.Content{}, nil)
	making, signedOut := make(chan struct{}), make(chan struct{})
	closed := 0
	site := review.NewSite(t.Context(), "/review/", func(_ context.Context, _, project, _ string) (*review.Account, error) {
		return &review.Account{Project: project, Waiting: func(context.Context) ([]review.Waiting, error) { return nil, nil },
			Review: func(ctx context.Context, _ string) (*review.Review, func() error, error) {
				close(making)
				<-signedOut
				made, err := review.New(ctx, of.subject)
				return made, func() error { closed++; return nil }, err
			}}, nil
	})
	send := sender(t, site.Handler())
	cookie, _, _ := strings.Cut(send("", http.MethodPost, "sign-in", url.Values{"project": {"shop"}}).Header().Get("Set-Cookie"), ";")
	v := url.Values{"csrf": {form(send(cookie, http.MethodGet, "", nil).Body.String()).Get("csrf")}, "id": {"id"}}
	opened := make(chan *httptest.ResponseRecorder)
	go func() { opened <- send(cookie, http.MethodPost, "open", v) }()
	<-making
	if got := send(cookie, http.MethodPost, "sign-out", v).Code; got != http.StatusSeeOther {
		t.Errorf("signing out gets %d", got)
	}
	close(signedOut)
	if got := (<-opened).Header().Get("Location"); got != "/review/" || closed != 1 {
		t.Errorf("leads to %q, closed %d times", got, closed)
	}
}

// The form was on its way when its reader signed out.
func TestAReviewThatIsAskedForByAReaderWhoHasLeftIsClosed(t *testing.T) {
	t.Parallel()
	of := begin(t, offered(), archive.Content{}, nil)
	closed := 0
	site := review.NewSite(t.Context(), "/review/", func(_ context.Context, _, project, _ string) (*review.Account, error) {
		return &review.Account{Project: project, Waiting: func(context.Context) ([]review.Waiting, error) { return nil, nil },
			Review: func(ctx context.Context, _ string) (*review.Review, func() error, error) {
				made, err := review.New(ctx, of.subject)
				return made, func() error { closed++; return nil }, err
			}}, nil
	})
	send, stream := sender(t, site.Handler()), streamer(t, site.Handler())
	for n := range 10 { // more than there are places
		cookie, _, _ := strings.Cut(send("", http.MethodPost, "sign-in", url.Values{"project": {"shop"}}).Header().Get("Set-Cookie"), ";")
		v := url.Values{"csrf": {form(send(cookie, http.MethodGet, "", nil).Body.String()).Get("csrf")}, "id": {"id"}}
		body, rest := io.Pipe()
		opened := make(chan *httptest.ResponseRecorder)
		go func() { opened <- stream(cookie, http.MethodPost, "open", body) }()
		if _, err := io.WriteString(rest, v.Encode()); err != nil {
			t.Fatal(err)
		}
		send(cookie, http.MethodPost, "sign-out", v)
		if err := rest.Close(); err != nil {
			t.Fatal(err)
		}
		if got := (<-opened).Header().Get("Location"); got != "/review/" || closed != n+1 {
			t.Fatalf("the %dth leads to %q, closed %d times", n, got, closed)
		}
	}
}
