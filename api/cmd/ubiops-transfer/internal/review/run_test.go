package review_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
)

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

func (d deadlines) Unwrap() http.ResponseWriter { return d.ResponseRecorder }

// On a shared connection, a deadline that passes while the page waits would end the
// response.
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
