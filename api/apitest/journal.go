package apitest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// A Request is one that the server has had, or has at the moment. It has no
// headers, so no token. Form and Body may have secrets that the test has sent.
type Request struct {
	Number    int       // from 1; the response has it as X-Request-Id, as in "apitest-1"
	Operation Operation // empty outside the contract
	Method    string
	Path      string // as it was sent, with /v2.1 or /v2
	Query     url.Values
	Status    int       // that the server answered, also if the response was lost; 0 if it did not
	Error     string    // what the response says is wrong, if its status is 400 or above
	Fault     string    // that it met, as in "answer 503"; several are joined with ", "
	In, Out   int64     // bytes of the bodies that were read and sent
	Time      time.Time // when it came, by the clock

	Form     map[string]string // text fields of a form, up to 64 KiB each
	FileName string            // of the archive in a form
	FileSize int64             // of what came of it
	Body     []byte            // any other body, up to 64 KiB
}

// String is the request in one line, without bodies and query.
func (r Request) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "#%d %s %s %s -> ", r.Number, r.Time.UTC().Format("15:04:05.000"), r.Method, r.Path)
	if r.Status == 0 {
		b.WriteString("no response")
	} else {
		fmt.Fprint(&b, r.Status)
	}
	fmt.Fprintf(&b, " (in %d, out %d)", r.In, r.Out)
	if r.Error != "" {
		b.WriteString(" " + r.Error)
	}
	if r.Fault != "" {
		fmt.Fprintf(&b, " [%s]", r.Fault)
	}
	return b.String()
}

// Requests returns the requests that the server has had, the oldest first: those
// of some operations, or all.
func (s *Server) Requests(ops ...Operation) []Request { return s.journal.requests(ops) }

// Count returns how many requests of an operation the server has had, repeated
// ones included.
func (s *Server) Count(op Operation) int { return len(s.Requests(op)) }

type journal struct {
	now     func() time.Time
	mu      sync.Mutex
	entries []*entry
}

// entry is a line of the journal. What a client can know is in it before the
// client does.
type entry struct {
	journal *journal
	Request
	refusal []byte // the body of a response of 400 or above, up to 64 KiB
}

func (e *entry) note(change func(r *Request)) {
	e.journal.mu.Lock()
	defer e.journal.mu.Unlock()
	change(&e.Request)
}

func (e *entry) answered(status int) { e.note(func(r *Request) { r.Status = status }) }

type entryKey struct{}

func entryOf(r *http.Request) *entry {
	e, _ := r.Context().Value(entryKey{}).(*entry)
	return e
}

// met notes that a request met a fault.
func met(r *http.Request, fault string, args ...any) {
	if e := entryOf(r); e != nil {
		e.note(func(r *Request) {
			if r.Fault != "" {
				r.Fault += ", "
			}
			r.Fault += fmt.Sprintf(fault, args...)
		})
	}
}

// begin adds a line and returns what the request is to be handled with, and what
// ends it.
func (j *journal) begin(w http.ResponseWriter, r *http.Request, op Operation) (http.ResponseWriter, *http.Request, func()) {
	j.mu.Lock()
	e := &entry{journal: j, Request: Request{
		Number: len(j.entries) + 1, Operation: op, Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.Query(), Time: j.now(),
	}}
	j.entries = append(j.entries, e)
	j.mu.Unlock()
	r = r.WithContext(context.WithValue(r.Context(), entryKey{}, e))
	if r.Header.Get("X-Request-Id") == "" {
		r.Header.Set("X-Request-Id", fmt.Sprintf("apitest-%d", e.Number))
	}
	body := newWatchedBody(r, e)
	if r.Body != http.NoBody {
		r.Body = body
	}
	return &watchedResponse{ResponseWriter: w, entry: e, body: body}, r, body.end
}

func (j *journal) requests(ops []Operation) []Request {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []Request
	for _, e := range j.entries {
		if len(ops) == 0 || slices.Contains(ops, e.Operation) || slices.Contains(ops, AnyOperation) {
			r := e.Request
			r.Body = bytes.Clone(r.Body)
			r.Error = refusalText(e.refusal)
			out = append(out, r)
		}
	}
	return out
}

// refusalText is the error and detail of a response, or all that it says otherwise.
func refusalText(body []byte) string {
	var refusal models.Error
	if err := json.Unmarshal(body, &refusal); err != nil {
		return string(body)
	}
	if refusal.Detail != nil {
		return refusal.Error + ": " + *refusal.Detail
	}
	return refusal.Error
}

func (j *journal) text() string {
	var b strings.Builder
	for _, r := range j.requests(nil) {
		fmt.Fprintln(&b, r)
	}
	return b.String()
}

// watchedResponse notes what is answered.
type watchedResponse struct {
	http.ResponseWriter
	entry *entry
	body  *watchedBody
	begun bool
}

// Unwrap is for [http.ResponseController].
func (w *watchedResponse) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *watchedResponse) WriteHeader(status int) {
	if !w.begun && status >= http.StatusOK {
		w.begun = true
		w.body.end()
		w.entry.answered(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watchedResponse) Write(p []byte) (int, error) {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	w.entry.note(func(r *Request) {
		r.Out += int64(len(p))
		if r.Status >= http.StatusBadRequest {
			w.entry.refusal = append(w.entry.refusal, p[:min(len(p), maxNoted-len(w.entry.refusal))]...)
		}
	})
	n, err := w.ResponseWriter.Write(p)
	w.entry.note(func(r *Request) { r.Out -= int64(len(p) - n) })
	return n, err
}
