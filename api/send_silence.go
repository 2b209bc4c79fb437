package api

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

const (
	headerTimeout = 2 * time.Minute // from the end of a request on
	stallTimeout  = time.Minute     // between two bytes of a response
)

var errSilent = errors.New("the server has gone silent")

// silence ends an attempt during which the server no longer says anything. Exchanges
// have no time limit, since archives are large, and not every transport has
// one for the header: a connection that is open and dead would be waited for as
// long as the context lasts. It is also the body of the response: each Read has
// a time limit of its own, and the time between two of them does not count.
type silence struct {
	io.ReadCloser // set once there is a response

	ctx      context.Context
	cancel   context.CancelCauseFunc
	watch    *watchdog
	deadline atomic.Int64 // in nanoseconds of Unix time; 0 while the server has nothing to say
}

// listen starts the time for the header and returns the context of the attempt.
func (s *silence) listen(ctx context.Context, w *watchdog) context.Context {
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	s.watch = w
	w.add(s)
	s.await(headerTimeout)
	return s.ctx
}

// await gives the server this long to say something.
func (s *silence) await(d time.Duration) {
	s.deadline.Store(time.Now().Add(d).UnixNano())
	s.watch.wake()
}

// ease gives the server all the time it needs.
func (s *silence) ease() { s.deadline.Store(0) }

// end releases what the attempt holds.
func (s *silence) end() {
	s.watch.remove(s)
	s.cancel(nil)
}

// explain returns errSilent in place of what the transport makes of it.
func (s *silence) explain(err error) error {
	if err != nil && err != io.EOF && errors.Is(context.Cause(s.ctx), errSilent) { //nolint:errorlint // as readers return it
		return errSilent
	}
	return err
}

func (s *silence) Read(p []byte) (int, error) {
	s.await(stallTimeout)
	n, err := s.ReadCloser.Read(p)
	s.ease()
	return n, s.explain(err)
}

func (s *silence) Close() error {
	defer s.end()
	return s.ReadCloser.Close()
}

// watchdog looks after the attempts of a client with one timer: one for each
// would wake another thread for each, which costs a small call a tenth of its
// time. The timer rings before any deadline can have passed, is wound up for the
// rest, and stays silent while nothing is awaited.
type watchdog struct {
	wound atomic.Bool

	mu       sync.Mutex
	attempts map[*silence]struct{}
	rings    time.Time // when the timer does, if it is wound up
}

func newWatchdog() *watchdog { return &watchdog{attempts: map[*silence]struct{}{}} }

func (w *watchdog) add(s *silence) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.attempts[s] = struct{}{}
	// A bubble of testing/synctest has a time of its own.
	if left := time.Until(w.rings); left < 0 || left > stallTimeout {
		w.wind(stallTimeout)
	}
}

func (w *watchdog) remove(s *silence) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.attempts, s)
}

// wake winds the timer up if it is silent.
func (w *watchdog) wake() {
	if w.wound.Load() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.wound.Load() {
		w.wind(stallTimeout) // the shortest time that a server ever gets
	}
}

func (w *watchdog) wind(d time.Duration) {
	w.wound.Store(true)
	w.rings = time.Now().Add(d)
	time.AfterFunc(d, w.ring)
}

func (w *watchdog) ring() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wound.Store(false) // before the deadlines are read: whoever sets one later winds it up
	now, next := time.Now().UnixNano(), time.Duration(0)
	for s := range w.attempts {
		deadline := s.deadline.Load()
		if deadline == 0 {
			continue
		}
		left := time.Duration(deadline - now)
		if left <= 0 {
			s.cancel(errSilent)
			delete(w.attempts, s)
		} else if next == 0 || left < next {
			next = left
		}
	}
	if next > 0 {
		w.wind(min(next, stallTimeout))
	}
}
