package review

import (
	"crypto/rand"
	"crypto/subtle"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
)

// secure answers with headers that let a page load nothing from elsewhere, run nothing
// that is written in it, and be shown in no frame. Requests by pages of other origins
// are refused.
func secure(next http.Handler) http.Handler {
	checked := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		for name, value := range map[string]string{
			"Content-Security-Policy":      "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "same-origin", // with no-referrer, forms come from the origin null
			"Cache-Control":                "no-store",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			w.Header().Set(name, value)
		}
		limitSending(w) // in place of what a request before has left on the connection
		checked.ServeHTTP(w, req)
	})
}

// onLoopback refuses requests for other hosts than this one: a page of another name
// that leads here would be one of another origin.
func onLoopback(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		host := req.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		address, err := netip.ParseAddr(strings.Trim(host, "[]"))
		if !strings.EqualFold(strings.TrimSuffix(host, "."), "localhost") && (err != nil || !address.IsLoopback()) {
			fail(w, http.StatusMisdirectedRequest, "This page is on this machine only")
			return
		}
		next.ServeHTTP(w, req)
	})
}

// Local serves the review to whoever comes first with the path that it returns, which
// has a token that works once, for hosts of this machine. The rest of the path is a
// secret too, since browsers send cookies to all ports of a host.
func (r *Review) Local() (handler http.Handler, path string) {
	base, token, cookie := "/"+rand.Text()+"/", rand.Text(), rand.Text()
	var once sync.Once
	mux := http.NewServeMux()
	mux.HandleFunc(base, func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodGet && asset(w, strings.TrimPrefix(req.URL.Path, base)) {
			return // also for the page that says that there is nothing
		}
		if given := req.URL.Query().Get("token"); req.Method == http.MethodGet && equal(given, token) {
			let := false
			once.Do(func() { let = true })
			if let {
				http.SetCookie(w, sessionCookie("review", cookie, base, req))
				forward(w, base)
				return
			}
		}
		if c, err := req.Cookie("review"); err != nil || !equal(c.Value, cookie) {
			fail(w, http.StatusForbidden, "This link does not work any more", "It works once, in one browser. If that was not you, stop the command and start it again.")
			return
		}
		http.StripPrefix(base, r).ServeHTTP(w, req)
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fail(w, http.StatusNotFound, "There is no such page") })
	return onLoopback(secure(mux)), base + "?token=" + token
}

// sessionCookie is for pages at a path, and for no script or other site. Over HTTP, as
// on loopback, browsers would not keep a secure one.
func sessionCookie(name, value, path string, req *http.Request) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: path, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: req.TLS != nil} //nolint:gosec // G124: see above
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

var forwarding = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><title>Review</title><main><h1>Review</h1><p><a href="{{.}}">Open the review</a></p></main></html>`))

// forward sends a browser on, from a page of the same origin: after a redirect, it
// would not send a strict cookie to a reader who came by a link of another page.
func forward(w http.ResponseWriter, path string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Refresh", "0; url="+path)
	_ = forwarding.Execute(w, path) // the reader has gone
}
