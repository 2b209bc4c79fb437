package review_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// without is the content of offered without what needs a value.
func without() archive.Content {
	content := offered()
	delete(content.EnvironmentVariables, "API_KEY")
	return content
}

func TestAPageOfBeforeBeginsNothing(t *testing.T) {
	t.Parallel()
	r := begin(t, without(), archive.Content{}, nil).enter()
	old := r.page("")
	r.apply = func(context.Context, func(string)) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.target.Deployments = map[string]models.Deployment{"fetch": {}}
		return &plan.ChangedError{What: "target", Changes: []string{"- create deployment fetch", "+ same deployment fetch"}}
	}
	_, _ = r.submit(form(old), "confirm")
	r.eventually(func() bool { return strings.Contains(r.page(""), "The project has changed") })
	r.mu.Lock()
	r.apply, r.applied = nil, nil
	r.mu.Unlock()
	v := form(old)
	v["take"] = v["take"][1:]
	_, page := r.submit(v, "confirm")
	r.wants(page, "was read again meanwhile", "Nothing was begun")
	if r.applied != nil {
		t.Error("the new plan was applied, and nobody has seen it")
	}
	_, done := r.submit(form(page), "confirm")
	r.wants(done, "<h2>Done</h2>")
}

// Without scripts, a tick and the decision come in one form.
func TestAPlanThatTheFormChangesIsSeenFirst(t *testing.T) {
	t.Parallel()
	r := begin(t, without(), archive.Content{}, nil).enter()
	v := form(r.page(""))
	for i, n := range v["take"] {
		if n == r.number(r.page(""), "environment tools") {
			v["take"] = append(v["take"][:i:i], v["take"][i+1:]...)
		}
	}
	_, page := r.submit(v, "confirm")
	r.wants(page, "Nothing was begun", "Left out along: deployment scorer, since it needs environment tools")
	if r.applied != nil {
		t.Error("it was applied")
	}
	_, done := r.submit(form(page), "confirm")
	r.wants(done, "<h2>Done</h2>")
	if got := r.applied.Confirmation.Deployments; len(got) != 1 {
		t.Errorf("deployments %v", got)
	}
}

// A page that was made before another one has changed the plan does not show it.
func TestAPageBesideAnotherBeginsNothing(t *testing.T) {
	t.Parallel()
	r := begin(t, without(), archive.Content{}, nil).enter()
	beside := r.page("?class=different") // without the objects that are ticked
	_ = r.untick("deployment fetch")
	_, page := r.submit(form(beside), "confirm")
	r.wants(page, "Nothing was begun")
	if r.applied != nil {
		t.Error("it was applied")
	}
	_, done := r.submit(form(page), "confirm")
	r.wants(done, "<h2>Done</h2>")
	if _, ok := r.applied.Confirmation.Deployments["fetch"]; ok {
		t.Error("what was unticked was created")
	}
}

func TestWhatOneSideHasIsShown(t *testing.T) {
	t.Parallel()
	content := offered()
	scorer := content.Deployments["scorer"]
	scorer.EnvironmentVariables = map[string]models.EnvironmentVariable{"MODEL": {Value: models.Value("planted")}}
	content.Deployments["scorer"] = scorer
	r := begin(t, content, archive.Content{Deployments: map[string]models.Deployment{"scorer": {}, "theirs": {Description: models.Value("of the project")}}}, nil).enter()
	open := func(query, name string) string {
		before, _, _ := strings.Cut(r.page(query), "\">"+name+"</a>")
		return r.page(strings.ReplaceAll(before[strings.LastIndex(before, "./?")+2:], "&amp;", "&"))
	}
	r.wants(open("?class=only-in-target", "deployment theirs"), "<td><pre>&#34;of the project&#34;</pre></td><td><pre></pre></td>")
	scored := open("?class=conflict", "deployment scorer")
	before, _, _ := strings.Cut(scored, "\">variable MODEL</a>")
	r.wants(r.page(strings.ReplaceAll(before[strings.LastIndex(before, "./?")+2:], "&amp;", "&")), "Values of variables are not shown")
}

func TestNamesThatCannotBeSeenAreQuoted(t *testing.T) {
	t.Parallel()
	r := begin(t, archive.Content{Deployments: map[string]models.Deployment{"a b": {}, "a  b": {}}, EnvironmentVariables: map[string]models.EnvironmentVariable{" ": {Secret: new(true)}}}, archive.Content{}, nil).enter()
	r.wants(r.page("?class=create"), `deployment a b<`, `deployment &#34;a  b&#34;<`, `variable &#34; &#34;<`, `">&#34; &#34;</label>`)
}

func TestAnInterruptedReviewReturnsWhatWasLeft(t *testing.T) {
	t.Parallel()
	left := errors.New("an import is left")
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	r := begin(t, without(), archive.Content{}, nil).enter()
	began := make(chan struct{})
	r.apply = func(ctx context.Context, report func(string)) error {
		close(began)
		<-ctx.Done()
		return left
	}
	page := r.page("")
	defer r.meanwhile(func() { _, _ = r.submit(form(page), "confirm") })()
	<-began
	interrupt()
	defer r.meanwhile(func() {
		time.Sleep(10 * time.Millisecond)
		_, _ = r.submit(form(page), "stop")
	})()
	if err := r.Wait(ctx); !errors.Is(err, left) {
		t.Errorf("%v", err)
	}
}

// deadlines notes those of a response.
type deadlines struct {
	*httptest.ResponseRecorder
	set chan time.Time
}

func (d deadlines) SetWriteDeadline(at time.Time) error { d.set <- at; return nil }
func (d deadlines) Unwrap() http.ResponseWriter         { return d.ResponseRecorder }

// A deadline that passes meanwhile would end the response where a connection is shared.
func TestAPageThatWaitsForNewsHasNoDeadline(t *testing.T) {
	t.Parallel()
	r := begin(t, without(), archive.Content{}, nil).enter()
	began, end := make(chan struct{}), make(chan struct{})
	r.apply = func(context.Context, func(string)) error {
		close(began)
		<-end
		return nil
	}
	page := r.page("")
	defer r.meanwhile(func() { _, _ = r.submit(form(page), "confirm") })()
	<-began
	w, done := deadlines{httptest.NewRecorder(), make(chan time.Time, 100)}, make(chan struct{})
	go func() {
		defer close(done)
		r.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	}()
	last := time.Now()
	for !last.IsZero() {
		select {
		case last = <-w.set:
		case <-time.After(10 * time.Second):
			t.Fatal("it waits, and has a deadline")
		}
	}
	close(end)
	<-done
	for range len(w.set) {
		last = <-w.set
	}
	if last.IsZero() || !strings.Contains(w.Body.String(), "<h2>Done</h2>") {
		t.Errorf("the result has the deadline %v: %s", last, w.Body)
	}
}

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
