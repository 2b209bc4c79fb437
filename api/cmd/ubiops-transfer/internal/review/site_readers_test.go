package review_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
	"github.com/ubiops-contrib/transfer/api/plan"
)

// small is a site whose reviews are decided at once.
func small(t *testing.T) func(cookie, method, path string, v url.Values) *httptest.ResponseRecorder {
	t.Helper()
	p, err := plan.New(plan.Input{Offered: offered()})
	if err != nil {
		t.Fatal(err)
	}
	return sender(t, review.NewSite(t.Context(), "/review/", func(_ context.Context, _, project, _ string) (*review.Account, error) {
		return &review.Account{Host: "https://here.example", Project: project, Waiting: func(context.Context) ([]review.Waiting, error) { return nil, nil },
			Review: func(ctx context.Context, id string) (*review.Review, func() error, error) {
				if id != "id" {
					return nil, nil, fmt.Errorf("there is no %s", id)
				}
				made, err := review.New(ctx, review.Subject{Back: "/review/", Plan: func(context.Context, review.Wish, bool, func(string)) (*plan.Plan, archive.Content, error) {
					return p, archive.Content{}, nil
				}, Command: func(*plan.Plan) string { return "" }})
				return made, func() error { return nil }, err
			}}, nil
	}).Handler())
}

func TestManyReadersDoNotLockOthersOut(t *testing.T) {
	t.Parallel()
	send := small(t)
	enter := func(project string) (cookie string, v url.Values) {
		cookie, _, _ = strings.Cut(send("", http.MethodPost, "sign-in", url.Values{"project": {project}}).Header().Get("Set-Cookie"), ";")
		return cookie, url.Values{"csrf": {form(send(cookie, http.MethodGet, "", nil).Body.String()).Get("csrf")}, "id": {"id"}}
	}
	first, _ := enter("greedy")
	for range 150 {
		enter("greedy")
	}
	if text := send(first, http.MethodGet, "", nil).Body.String(); strings.Contains(text, "Sign out") {
		t.Error("the first of so many is still signed in")
	}
	// Those who have decided keep no place, although they have not left.
	for n := range 20 {
		cookie, v := enter("shop")
		if got := send(cookie, http.MethodPost, "open", v); got.Code != http.StatusSeeOther {
			t.Fatalf("review %d gets %d: %s", n, got.Code, got.Body)
		}
		page := send(cookie, http.MethodGet, "id/", nil).Body.String()
		decided := form(page)
		decided.Set("do", "cancel")
		if got := send(cookie, http.MethodPost, "id/", decided).Body.String(); !strings.Contains(got, "<h2>Cancelled</h2>") {
			t.Fatal(got)
		}
	}
}

func TestPagesThatSayNoLeadBack(t *testing.T) {
	t.Parallel()
	send := small(t)
	cookie, _, _ := strings.Cut(send("", http.MethodPost, "sign-in", url.Values{"project": {"shop"}}).Header().Get("Set-Cookie"), ";")
	home := send(cookie, http.MethodGet, "", nil).Body.String()
	if !strings.Contains(home, "<h1>Imports into shop</h1>") || !strings.Contains(home, "on https://here.example") {
		t.Error(home)
	}
	csrf := form(home).Get("csrf")
	for what, w := range map[string]*httptest.ResponseRecorder{
		"There is no such review":        send(cookie, http.MethodGet, "other/", nil),
		"This import cannot be reviewed": send(cookie, http.MethodPost, "open", url.Values{"csrf": {csrf}, "id": {"other"}}),
		"You are not signed in any more": send("", http.MethodPost, "id/", url.Values{"do": {"confirm"}}),
		"This form is not from this":     send(cookie, http.MethodPost, "open", url.Values{}),
	} {
		if text := w.Body.String(); w.Code < 400 || strings.Count(text, what) != 2 || !strings.Contains(text, `<a href="/review/">`) { // in title and heading
			t.Errorf("%s: %d %s", what, w.Code, text)
		}
	}
	if w := send("", http.MethodGet, "other/style.css", nil); w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("the style sheet beside a page that is not there: %d", w.Code)
	}
}
