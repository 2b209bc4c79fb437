package apitest

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Calls says which calls of an operation meet a fault, counted from 1 when the
// fault is injected. Each attempt of a client that repeats a call is a call.
type Calls struct{ first, last int }

// First is the first n calls.
func First(n int) Calls { return Between(1, n) }

// Between is the calls from the first to the last, both included.
func Between(first, last int) Calls { return Calls{first, last} }

// Every is all calls.
func Every() Calls { return Between(1, math.MaxInt) }

// A Fault is something that goes wrong with a request.
type Fault struct {
	wrap func(s *Server, next http.Handler) http.Handler
	err  error // what is wrong with the fault
}

func (f Fault) around(s *Server, next http.Handler) http.Handler { return f.wrap(s, next) }

// Answer answers with a status from 200 to 599, a header, which may be nil, and
// a body, in place of the server. The request's body is not read. A body that
// begins with { or [ is application/json if the header has no Content-Type.
func Answer(status int, header http.Header, body string) Fault {
	f := Fault{wrap: func(_ *Server, _ http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			met(r, "answer %d", status)
			if strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
				w.Header().Set("Content-Type", "application/json")
			}
			for name, values := range header {
				w.Header()[http.CanonicalHeaderKey(name)] = values
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body) // a client that has gone does not need one
		})
	}}
	if status < 200 || status > 599 {
		f.err = fmt.Errorf("no response has the status %d", status)
	}
	return f
}

// Delay waits before a request is handled, or meets the next fault, by the clock
// of [WithClock], else by that of the computer or the bubble.
func Delay(d time.Duration) Fault {
	f := Fault{wrap: func(s *Server, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			met(r, "delay %v", d)
			if sleep(r.Context(), s.clock, d) != nil {
				panic(http.ErrAbortHandler) // the client has gone, or the test is over
			}
			next.ServeHTTP(w, r)
		})
	}}
	if d <= 0 {
		f.err = fmt.Errorf("a delay cannot be %v", d)
	}
	return f
}

// ResetBefore resets the connection when a request has come: the server does
// nothing with it, and the client, which has sent it whole, has an error with
// [syscall.ECONNRESET].
func ResetBefore() Fault {
	return Fault{wrap: func(*Server, http.Handler) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			met(r, "reset before")
			reset(r)
		})
	}}
}

// ResetAfter resets the connection when the server has done what was asked, in
// place of the response, which is lost: the client has an error with
// [syscall.ECONNRESET] and cannot tell it from [ResetBefore].
func ResetAfter() Fault {
	return Fault{wrap: func(_ *Server, next http.Handler) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			met(r, "reset after")
			lost := &lostResponse{header: make(http.Header), request: r}
			defer reset(r)
			next.ServeHTTP(lost, r)
		})
	}}
}

// CutResponse ends the connection when n bytes of the response's body have been
// sent, if it has more. The client has those and then [io.ErrUnexpectedEOF].
func CutResponse(n int64) Fault {
	f := Fault{wrap: func(_ *Server, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			cut := &cutResponse{ResponseWriter: w, request: r, left: n, after: n}
			defer cut.end()
			next.ServeHTTP(cut, r)
		})
	}}
	if n < 0 {
		f.err = fmt.Errorf("a response cannot be cut after %d bytes", n)
	}
	return f
}

// CutRequest resets the connection when n bytes of the request's body have been
// read, if it has more: the server has an incomplete request and refuses it, the
// client an error of the connection. Then the client has sent all of the body
// if there were at most 64 KiB to come; if there were more than 256 KiB, it has
// not, but on a socket the system takes some megabytes.
func CutRequest(n int64) Fault {
	f := Fault{wrap: func(_ *Server, next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			cut := &cutRequest{ReadCloser: r.Body, request: r, left: n, after: n}
			if r.Body != http.NoBody {
				r.Body = cut
			}
			defer cut.end()
			next.ServeHTTP(w, r)
		})
	}}
	if n < 0 {
		f.err = fmt.Errorf("a request cannot be cut after %d bytes", n)
	}
	return f
}

// Around lets a handler stand between the connection and the server, or the next
// fault, for what no other fault does: it may change the request or the response,
// look at them, or answer by itself. The journal has the name.
func Around(name string, around func(next http.Handler) http.Handler) Fault {
	f := Fault{wrap: func(_ *Server, next http.Handler) http.Handler {
		h := around(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			met(r, "%s", name)
			h.ServeHTTP(w, r)
		})
	}}
	if around == nil {
		f.err = errors.New("there is no handler to stand around")
	}
	return f
}

// injected is a fault with what it is for.
type injected struct {
	op    Operation
	calls Calls
	fault Fault
	seen  int
}

func (i *injected) check() error {
	err := i.fault.err
	switch {
	case err != nil:
	case i.fault.wrap == nil:
		err = fmt.Errorf("the zero Fault")
	case i.calls.first < 1 || i.calls.last < i.calls.first:
		err = fmt.Errorf("there are no calls from %d to %d", i.calls.first, i.calls.last)
	case !i.op.known():
		err = fmt.Errorf("no operation %q", i.op)
	default:
		return nil
	}
	return fmt.Errorf("fault for %s: %w", i.op, err)
}

// faults are those of a server.
type faults struct {
	mu   sync.Mutex
	list []*injected
}

// next counts a call and returns the faults that it meets, in the order in which
// they go around each other.
func (f *faults) next(op Operation) []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var met []Fault
	for _, i := range f.list {
		if i.op != op && i.op != AnyOperation {
			continue
		}
		i.seen++
		if i.calls.first <= i.seen && i.seen <= i.calls.last {
			met = append([]Fault{i.fault}, met...)
		}
	}
	return met
}

// Inject makes calls of an operation meet a fault from now on. If a call meets
// several, the one that was injected first comes first; a [Delay] is followed
// by the next.
func (s *Server) Inject(op Operation, calls Calls, fault Fault) {
	s.t.Helper()
	i := &injected{op: op, calls: calls, fault: fault}
	if err := i.check(); err != nil {
		s.t.Fatalf("apitest: %v", err)
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = append(s.faults.list, i)
}

// Heal takes all faults away.
func (s *Server) Heal() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.list = nil
}
