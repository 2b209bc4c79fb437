package middleware

import (
	"net/http"
	"slices"
	"strings"
)

// refusal is the error for a request without a route. Only the mux knows
// whether another method would have one, so its own response is looked at.
func (h *handler) refusal(header http.Header, answer http.Handler, r *http.Request) error {
	probe := probe{header: http.Header{}}
	answer.ServeHTTP(&probe, r)
	if probe.status != http.StatusMethodNotAllowed {
		return &Error{Status: http.StatusNotFound, Message: "not found", Detail: quoted("there is nothing at this path; " + h.hint(r.URL.Path))}
	}
	allow := probe.header.Get("Allow")
	header.Set("Allow", allow)
	return &Error{Status: http.StatusMethodNotAllowed, Message: "method not allowed", Detail: "allowed here: " + allow}
}

// hint says where the API lies, to those who look for it at path.
func (h *handler) hint(path string) string {
	places := make([]string, len(h.opts.BaseURLs))
	for i, base := range h.opts.BaseURLs {
		places[i] = base + "/projects/"
		if prefix, _, found := strings.Cut(path, places[i]); found && strings.Trim(prefix, "/") != "" {
			return "a handler that is mounted at " + prefix + " has to be wrapped in http.StripPrefix"
		}
	}
	return "the API lies under " + strings.Join(places, " and ")
}

// inAPI reports whether a path lies under one of BaseURLs.
func (h *handler) inAPI(path string) bool {
	return slices.ContainsFunc(h.opts.BaseURLs, func(base string) bool { return strings.HasPrefix(path, base+"/") })
}

// probe takes a response of which only the header matters.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) WriteHeader(status int)      { p.status = status }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
