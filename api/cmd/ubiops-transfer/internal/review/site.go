package review

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// How long a reader stays signed in without doing anything, how many can be, and how
// many reviews can be open: a plan takes as much memory as what is compared.
const (
	signedIn     = time.Hour
	mostAccounts = 100
	mostOfOne    = 20 // of one project
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
	path  string        // of its first page

	mu       sync.Mutex
	accounts map[string]*account // by cookie
}

// NewSite returns a site at a path, which ends in a slash. Its reviews end with ctx. signIn
// gets the network address of a reader, and an error of it is what the reader is told.
func NewSite(ctx context.Context, path string, signIn func(ctx context.Context, from, project, token string) (*Account, error)) *Site {
	return &Site{ctx: ctx, path: path, signIn: signIn, accounts: map[string]*account{}, slots: make(chan struct{}, mostReviews)}
}

const siteCookie = "ubiops-transfer-review"

// Handler serves the site.
func (s *Site) Handler() http.Handler {
	return secure(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		name := strings.TrimPrefix(req.URL.Path, s.path)
		a := s.account(req)
		switch {
		case req.Method == http.MethodGet && asset(w, path.Base(name)):
		case req.Method == http.MethodPost && name == "sign-in":
			s.enter(w, req)
		case a == nil && req.Method == http.MethodPost:
			s.fail(w, http.StatusForbidden, "You are not signed in any more", "Nothing was done, and what you had entered is gone.")
		case a == nil && name != "": // it may have been long
			http.Redirect(w, req, s.path, http.StatusSeeOther)
		case a == nil:
			sitePage(w, "sign-in", nil)
		case req.Method == http.MethodGet && name == "":
			a.list(w, req)
		case req.Method == http.MethodPost && (name == "open" || name == "sign-out"):
			if err := readForm(w, req, maxSmallForm); err != nil {
				s.fail(w, http.StatusBadRequest, "The form cannot be read", err.Error())
			} else if !equal(req.PostFormValue("csrf"), a.csrf) {
				s.fail(w, http.StatusForbidden, "This form is not from this page", "Nothing was changed.")
			} else if name == "open" {
				a.open(s.ctx, w, req) //nolint:contextcheck // a review does not end with the request
			} else {
				s.leave(w, req)
			}
		default:
			a.serve(w, req, name)
		}
	}))
}

// fail answers with a page that leads back to the first one.
func (s *Site) fail(w http.ResponseWriter, status int, title string, details ...string) {
	failed(w, status, title, result{Details: details, Back: s.path})
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
	s.forget(func(_ string, a *account) bool { return time.Now().After(a.expires) })
	cookie, err := req.Cookie(siteCookie)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.accounts[cookie.Value]
	if a != nil {
		a.expires = time.Now().Add(signedIn)
	}
	return a
}

// forget signs out those that are chosen, unless what they have begun is still running.
// Others do not wait for that.
func (s *Site) forget(chosen func(cookie string, a *account) bool) {
	leaving := map[string]*account{}
	s.mu.Lock()
	for cookie, a := range s.accounts {
		if chosen(cookie, a) {
			leaving[cookie] = a
		}
	}
	s.mu.Unlock()
	for cookie, a := range leaving {
		if a.finish(true) == nil {
			s.mu.Lock()
			delete(s.accounts, cookie)
			s.mu.Unlock()
		}
	}
}

// enter signs in.
func (s *Site) enter(w http.ResponseWriter, req *http.Request) {
	if err := readForm(w, req, maxSmallForm); err != nil {
		s.fail(w, http.StatusBadRequest, "The form cannot be read", err.Error())
		return
	}
	entered, err := s.signIn(req.Context(), req.RemoteAddr, strings.TrimSpace(req.PostFormValue("project")), strings.TrimSpace(req.PostFormValue("token")))
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
		sitePage(w, "sign-in", legible(err.Error(), mostText))
		return
	}
	cookie := rand.Text()
	s.makeRoom(entered)
	s.mu.Lock()
	full := len(s.accounts) >= mostAccounts
	if !full {
		s.accounts[cookie] = &account{Account: entered, site: s, csrf: rand.Text(), expires: time.Now().Add(signedIn)}
	}
	s.mu.Unlock()
	if full {
		s.fail(w, http.StatusServiceUnavailable, "Too many are signed in", "Somebody has to sign out.")
		return
	}
	http.SetCookie(w, sessionCookie(siteCookie, cookie, s.path, req))
	http.Redirect(w, req, s.path, http.StatusSeeOther)
}

// makeRoom signs out who has done nothing for the longest time, if too many are signed
// in to a project.
func (s *Site) makeRoom(of *Account) {
	var oldest string
	var since time.Time
	n := 0
	s.mu.Lock()
	for cookie, a := range s.accounts {
		if a.Host != of.Host || a.Project != of.Project {
			continue
		}
		if n++; oldest == "" || a.expires.Before(since) {
			oldest, since = cookie, a.expires
		}
	}
	s.mu.Unlock()
	if n >= mostOfOne {
		s.forget(func(cookie string, _ *account) bool { return cookie == oldest })
	}
}

// freeSlots ends reviews that are decided and done, whose readers have not left.
func (s *Site) freeSlots() {
	s.mu.Lock()
	all := slices.Collect(maps.Values(s.accounts))
	s.mu.Unlock()
	for _, a := range all {
		a.mu.Lock()
		if a.review != nil && a.review.over() {
			_ = a.drop() // it was read
		}
		a.mu.Unlock()
	}
}

func (s *Site) leave(w http.ResponseWriter, req *http.Request) {
	cookie, err := req.Cookie(siteCookie)
	if err != nil {
		s.fail(w, http.StatusConflict, "You are still signed in", err.Error())
		return
	}
	s.mu.Lock()
	a := s.accounts[cookie.Value]
	s.mu.Unlock()
	if a != nil { // not signed out meanwhile
		if err := a.finish(true); err != nil {
			s.fail(w, http.StatusConflict, "You are still signed in", err.Error())
			return
		}
	}
	s.mu.Lock()
	delete(s.accounts, cookie.Value)
	s.mu.Unlock()
	http.Redirect(w, req, s.path, http.StatusSeeOther)
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
