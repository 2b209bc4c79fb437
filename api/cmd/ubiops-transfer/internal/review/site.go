package review

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"
)

// How long a reader stays signed in without doing anything, how many can be, and how
// many reviews can be open: a plan takes as much memory as what is compared.
const (
	signedIn     = time.Hour
	mostAccounts = 100
	mostReviews  = 8
)

// An Account is a project, for a reader who has a token of it.
type Account struct {
	Host, Project string
	// Waiting lists the imports that wait for a decision.
	Waiting func(ctx context.Context) ([]Waiting, error)
	// Review makes the review of one of them. What it returns too is called in the end.
	Review func(ctx context.Context, id string) (*Review, func() error, error)
}

// Waiting is an import that waits for a decision.
type Waiting struct{ ID, Created, Size string }

// Site serves reviews to those who sign in with a token of a project.
type Site struct {
	ctx    context.Context
	signIn func(ctx context.Context, from, project, token string) (*Account, error)

	slots chan struct{} // one for each review that is open

	mu       sync.Mutex
	accounts map[string]*account // by cookie
}

// account is an account of somebody who is signed in, with at most one review.
type account struct {
	*Account
	slots   chan struct{}
	csrf    string
	expires time.Time

	mu     sync.Mutex
	left   bool   // the reader has signed out, or was signed in for too long
	id     string // of the import
	review *Review
	close  func() error
}

// NewSite returns a site, whose reviews end with ctx. signIn gets the network address
// of a reader, and an error of it is what the reader is told.
func NewSite(ctx context.Context, signIn func(ctx context.Context, from, project, token string) (*Account, error)) *Site {
	return &Site{ctx: ctx, signIn: signIn, accounts: map[string]*account{}, slots: make(chan struct{}, mostReviews)}
}

const siteCookie = "ubiops-transfer-review"

// Handler serves the site at a path, which ends in a slash.
func (s *Site) Handler(path string) http.Handler {
	return secure(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		name := strings.TrimPrefix(req.URL.Path, path)
		a := s.account(req)
		switch {
		case req.Method == http.MethodGet && asset(w, name):
		case req.Method == http.MethodPost && name == "sign-in":
			s.enter(w, req, path)
		case a == nil && name != "": // it may have been long
			http.Redirect(w, req, path, http.StatusSeeOther)
		case a == nil:
			sitePage(w, "sign-in", nil)
		case req.Method == http.MethodGet && name == "":
			a.list(w, req)
		case req.Method == http.MethodPost && (name == "open" || name == "sign-out"):
			if err := readForm(w, req, maxSmallForm); err != nil {
				fail(w, http.StatusBadRequest, "The form cannot be read", err.Error())
			} else if !equal(req.PostFormValue("csrf"), a.csrf) {
				fail(w, http.StatusForbidden, "This form is not from this page", "Nothing was changed.")
			} else if name == "open" {
				a.open(s.ctx, w, req, path) //nolint:contextcheck // a review does not end with the request
			} else {
				s.leave(w, req, path)
			}
		default:
			a.serve(w, req, path, name)
		}
	}))
}

func sitePage(w http.ResponseWriter, name string, data any) {
	headedPage(w, page{Title: "Reviews of imports", Heading: "Reviews of imports", Colour: "grey"}, name, data)
}

func headedPage(w http.ResponseWriter, head page, name string, data any) {
	out := writer{w: w}
	out.add("head", head)
	out.add(name, data)
	out.add("foot", nil)
	out.send()
}

// account returns that of a reader who is signed in, and forgets who was too long.
func (s *Site) account(req *http.Request) *account {
	s.mu.Lock()
	defer s.mu.Unlock()
	for cookie, a := range s.accounts {
		if time.Now().After(a.expires) && a.finish(true) == nil {
			delete(s.accounts, cookie)
		}
	}
	cookie, err := req.Cookie(siteCookie)
	if err != nil {
		return nil
	}
	a := s.accounts[cookie.Value]
	if a != nil {
		a.expires = time.Now().Add(signedIn)
	}
	return a
}

// enter signs in.
func (s *Site) enter(w http.ResponseWriter, req *http.Request, path string) {
	if err := readForm(w, req, maxSmallForm); err != nil {
		fail(w, http.StatusBadRequest, "The form cannot be read", err.Error())
		return
	}
	entered, err := s.signIn(req.Context(), req.RemoteAddr, strings.TrimSpace(req.PostFormValue("project")), strings.TrimSpace(req.PostFormValue("token")))
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
		sitePage(w, "sign-in", legible(err.Error(), mostText))
		return
	}
	cookie := rand.Text()
	s.mu.Lock()
	full := len(s.accounts) >= mostAccounts
	if !full {
		s.accounts[cookie] = &account{Account: entered, slots: s.slots, csrf: rand.Text(), expires: time.Now().Add(signedIn)}
	}
	s.mu.Unlock()
	if full {
		fail(w, http.StatusServiceUnavailable, "Too many are signed in", "Somebody has to sign out.")
		return
	}
	http.SetCookie(w, sessionCookie(siteCookie, cookie, path, req))
	http.Redirect(w, req, path, http.StatusSeeOther)
}

func (s *Site) leave(w http.ResponseWriter, req *http.Request, path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cookie, err := req.Cookie(siteCookie)
	if err == nil {
		if a := s.accounts[cookie.Value]; a != nil { // not signed out meanwhile
			err = a.finish(true)
		}
	}
	if err != nil {
		fail(w, http.StatusConflict, "You are still signed in", err.Error())
		return
	}
	delete(s.accounts, cookie.Value)
	http.Redirect(w, req, path, http.StatusSeeOther)
}

// list shows what waits for a decision.
func (a *account) list(w http.ResponseWriter, req *http.Request) {
	waiting, err := a.Waiting(req.Context())
	if err != nil {
		fail(w, http.StatusBadGateway, "The imports cannot be listed", legible(err.Error(), mostText))
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
func (a *account) open(ctx context.Context, w http.ResponseWriter, req *http.Request, path string) {
	if err := a.finish(false); err != nil {
		fail(w, http.StatusConflict, "Another review is not done", err.Error())
		return
	}
	select {
	case a.slots <- struct{}{}:
	default:
		fail(w, http.StatusServiceUnavailable, "Too many reviews are open", "Somebody has to end one, or to sign out.")
		return
	}
	id := req.PostFormValue("id")
	made, closes, err := a.Review(ctx, id)
	if err != nil {
		<-a.slots
		fail(w, http.StatusConflict, "This import cannot be reviewed", legible(err.Error(), mostText))
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.review == nil && !a.left {
		a.id, a.review, a.close = id, made, closes
	} else { // opened twice at once, or signed out meanwhile
		made.cancel()
		_ = closes()
		<-a.slots
	}
	if a.review == nil {
		http.Redirect(w, req, path, http.StatusSeeOther)
		return
	}
	http.Redirect(w, req, path+a.id+"/", http.StatusSeeOther)
}

// finish ends a review, unless what it has begun is still running, and if the reader
// leaves, lets none begin any more.
func (a *account) finish(leaves bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.review == nil {
		a.left = leaves
		return nil
	}
	a.review.cancel()
	select {
	case <-a.review.ended:
	default:
		return errors.New("what was begun there is still being done")
	}
	err := a.close()
	a.review, a.id, a.left = nil, "", leaves
	<-a.slots
	return err
}

// serve serves the pages of the review.
func (a *account) serve(w http.ResponseWriter, req *http.Request, path, name string) {
	a.mu.Lock()
	id, made := a.id, a.review
	a.mu.Unlock()
	if made == nil || !strings.HasPrefix(name, id+"/") {
		fail(w, http.StatusNotFound, "There is no such review", "It may have ended, since another one was opened.")
		return
	}
	http.StripPrefix(path+id+"/", made).ServeHTTP(w, req)
}

// Close ends what is open.
func (s *Site) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, a := range s.accounts {
		a.mu.Lock()
		if a.review != nil {
			errs = append(errs, a.close())
		}
		a.mu.Unlock()
	}
	return errors.Join(errs...)
}
