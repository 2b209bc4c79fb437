package apitest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/server"
)

// A Server is the reference server in the process of a test. Make it with
// [New], or with [NewServer] outside a test. Its methods can be called at the
// same time; those that can fail end the test when they do, so call them in its
// own goroutine. Without a test they panic.
type Server struct {
	// URL is the base URL, which ends in /v2.1. Requests to it have to go
	// through HTTPClient.
	URL string
	// HTTPClient reaches this server and nothing else, whatever proxy the
	// environment names. Every request has a connection of its own, so that
	// net/http never sends one again by itself and a fault is met as often as it
	// is injected.
	HTTPClient *http.Client

	t         test
	reference *server.Server
	ctx       context.Context // ends when the server closes
	close     func() error
	pace      pace
	clock     *Clock
	turns     turns
	ids       ids
	journal   journal
	faults    faults
	stepping  sync.Mutex
	entered   map[string]entered // by id; used by the clock alone

	mu       sync.Mutex
	projects []string
	clients  map[string]*api.Client
}

// test is what a server needs of a [testing.TB].
type test interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// New starts a server, which the end of the test closes, after what the test has
// given to Cleanup since; anything wrong then fails the test. If the test has
// failed, its log gets the requests that the server has had. Inside a bubble of
// testing/synctest, t has to be the one of the bubble.
func New(t testing.TB, opts ...Option) *Server {
	t.Helper()
	s, err := begin(t, opts)
	if err != nil {
		t.Fatalf("apitest: New: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("apitest: %v", err)
		}
		if t.Failed() {
			t.Logf("apitest: the requests of this test:\n%s", s.journal.text())
		}
	})
	return s
}

// NewServer is [New] without a test, for Examples and programs: the caller closes the
// server.
func NewServer(opts ...Option) (*Server, error) {
	s, err := begin(&program{}, opts)
	if err != nil {
		return nil, fmt.Errorf("apitest: %w", err)
	}
	return s, nil
}

func begin(t test, opts []Option) (_ *Server, err error) {
	var c config
	for i, opt := range opts {
		if opt == nil {
			return nil, fmt.Errorf("option %d is nil", i+1)
		}
		opt(&c)
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	if len(c.projects) == 0 {
		WithProject(DefaultProject)(&c)
	}
	s := &Server{t: t, pace: c.pace, clock: c.clock, clients: make(map[string]*api.Client), entered: make(map[string]entered)}
	s.faults.list = c.faults
	s.journal.now = time.Now
	if c.clock != nil {
		s.journal.now = c.clock.Now
	}
	if err := s.start(c); err != nil {
		return nil, err
	}
	for _, p := range c.projects {
		if err := s.addProject(p); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return s, nil
}

// Close ends the server: requests that it is serving are cut off. [New] leaves it
// to the end of the test. It may be called again. After [NewServer] its error also
// says what else went wrong meanwhile.
func (s *Server) Close() error { return s.close() }

// program stands in for a test.
type program struct {
	mu   sync.Mutex
	errs []error
}

func (*program) Helper() {}

// Fatalf panics: a program that could continue would have been given an error.
func (*program) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// Errorf keeps what a test would fail with, for Close.
func (p *program) Errorf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errs = append(p.errs, fmt.Errorf(format, args...)) //nolint:err113 // a test's own way of telling
}

func (p *program) err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return errors.Join(p.errs...)
}

// start starts the reference server and what serves it.
func (s *Server) start(c config) (err error) {
	if s.reference, err = server.New(s.options(c.server)); err != nil {
		return err
	}
	var stop context.CancelFunc
	s.ctx, stop = context.WithCancel(context.Background())
	transport := &http.Transport{DisableKeepAlives: true, ExpectContinueTimeout: time.Second}
	memory := newNetwork()
	var listener net.Listener = memory
	host := memoryHost
	if c.loopback {
		if listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil { //nolint:noctx // it returns at once
			stop()
			return fmt.Errorf("%w; %w", err, s.reference.Close())
		}
		host = listener.Addr().String()
	} else {
		transport.DialContext = memory.dial
	}
	s.URL = "http://" + host + server.BaseURL
	s.HTTPClient = &http.Client{Transport: transport}

	var running sync.WaitGroup
	web := &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // broken connections are meant to be
		BaseContext:       func(net.Listener) context.Context { return s.ctx },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				running.Add(1)
			case http.StateClosed, http.StateHijacked:
				running.Done()
			default:
			}
		},
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	s.close = sync.OnceValue(func() error {
		stop()
		transport.CloseIdleConnections()
		err := web.Close()
		if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
			err = errors.Join(err, ended)
		}
		running.Wait()
		err = errors.Join(err, s.reference.Close())
		if p, ok := s.t.(*program); ok {
			err = errors.Join(err, p.err())
		}
		return err
	})
	return nil
}

// options are those of the reference server.
func (s *Server) options(opts server.Options) server.Options {
	if opts.NewID == nil {
		opts.NewID = s.ids.next
	}
	if opts.Now == nil {
		opts.Now = s.ids.date
		if s.clock != nil {
			opts.Now = s.clock.Now
		}
	}
	if opts.OnBadResponse == nil {
		opts.OnBadResponse = func(err error) { s.t.Errorf("apitest: %v", err) }
	}
	if s.pace.kind != inBackground {
		opts.OnStep = s.onStep
	}
	if s.pace.kind > inBackground {
		opts.Workers = cmp.Or(opts.Workers, defaultWorkers)
		opts.ProjectWorkers = -1 // a test expects the order of its own calls
		s.turns.workers = opts.Workers
	}
	if s.pace.kind == byTime && s.clock != nil {
		s.clock.follow(s.catchUp)
	}
	return opts
}

// serve handles a request: the journal is around the faults, and those around
// the reference server.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	to := subjectOf(r)
	w, r, done := s.journal.begin(w, r, to.operation)
	defer done()
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := s.beforeRead(r.Context(), to); err != nil {
			s.t.Errorf("apitest: %s: project %q: %v", to.operation, to.project, err)
			middleware.WriteError(w, r, &middleware.Error{Status: http.StatusConflict, Message: err.Error()})
			return
		}
		s.reference.ServeHTTP(w, r)
		s.afterDelete(to)
	})
	for _, fault := range s.faults.next(to.operation) {
		h = fault.around(s, h)
	}
	h.ServeHTTP(w, r)
}
