package review

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"
)

// account is an account of somebody who is signed in, with at most one review.
type account struct {
	*Account
	site    *Site
	csrf    string
	expires time.Time

	mu     sync.Mutex
	left   bool   // the reader has signed out, or was signed in for too long
	id     string // of the import
	review *Review
	close  func() error
}

// list shows what waits for a decision.
func (a *account) list(w http.ResponseWriter, req *http.Request) {
	waiting, err := a.Waiting(req.Context())
	if err != nil {
		a.site.fail(w, http.StatusBadGateway, "The imports cannot be listed", legible(err.Error(), mostText))
		return
	}
	head := page{Host: legible(a.Host, 200), Heading: "Imports into " + legible(a.Project, 200), Colour: colourOf(a.Host + " " + a.Project)}
	head.Title = head.Heading + " on " + head.Host
	headedPage(w, head, "list", struct {
		CSRF    string
		Waiting []Waiting
		More    int
	}{a.csrf, waiting[:min(len(waiting), mostLines)], max(0, len(waiting)-mostLines)})
}

// open makes the review of an import, in place of another one.
func (a *account) open(ctx context.Context, w http.ResponseWriter, req *http.Request) {
	if id := a.opened(); id != "" && id == req.PostFormValue("id") { // also in another window
		http.Redirect(w, req, a.site.path+id+"/", http.StatusSeeOther)
		return
	}
	if err := a.finish(false); err != nil {
		a.site.fail(w, http.StatusConflict, "Another review is not done", err.Error())
		return
	}
	slots := a.site.slots
	select {
	case slots <- struct{}{}:
	default:
		a.site.freeSlots()
		select {
		case slots <- struct{}{}:
		default:
			a.site.fail(w, http.StatusServiceUnavailable, "Too many reviews are open", "Somebody has to end one, or to sign out.")
			return
		}
	}
	id := req.PostFormValue("id")
	made, closes, err := a.Review(ctx, id)
	if err != nil {
		<-slots
		a.site.fail(w, http.StatusConflict, "This import cannot be reviewed", legible(err.Error(), mostText))
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.review == nil && !a.left {
		a.id, a.review, a.close = id, made, closes
	} else { // opened twice at once, or signed out meanwhile
		made.cancel()
		_ = closes()
		<-slots
	}
	if a.review == nil {
		http.Redirect(w, req, a.site.path, http.StatusSeeOther)
		return
	}
	http.Redirect(w, req, a.site.path+a.id+"/", http.StatusSeeOther)
}

// opened is the import whose review is open and not over, or empty.
func (a *account) opened() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.review == nil || a.review.over() {
		return ""
	}
	return a.id
}

// finish ends a review, unless what it has begun is still running, and if the reader
// leaves, lets none begin any more.
func (a *account) finish(leaves bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.review == nil {
		a.left = a.left || leaves
		return nil
	}
	a.review.cancel()
	if !a.review.over() {
		return errors.New("what was begun there is still being done")
	}
	a.left = a.left || leaves
	return a.drop()
}

// drop closes a review that is over.
func (a *account) drop() error {
	err := a.close()
	a.review, a.id = nil, ""
	<-a.site.slots
	return err
}

// serve serves the pages of the review.
func (a *account) serve(w http.ResponseWriter, req *http.Request, name string) {
	a.mu.Lock()
	id, made := a.id, a.review
	a.mu.Unlock()
	if made == nil || !strings.HasPrefix(name, id+"/") {
		a.site.fail(w, http.StatusNotFound, "There is no such review", "It may have ended when another one was opened.")
		return
	}
	http.StripPrefix(a.site.path+id+"/", made).ServeHTTP(w, req)
}
