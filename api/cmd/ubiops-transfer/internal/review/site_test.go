package review_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
)

func TestASiteShowsTheImportsOfAProjectToWhoeverSignsIn(t *testing.T) {
	t.Parallel()
	of := begin(t, offered(), archive.Content{}, nil)
	closed := 0
	site := review.NewSite(t.Context(), func(_ context.Context, project, token string) (*review.Account, error) {
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
	server := httptest.NewServer(site.Handler("/review/"))
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
