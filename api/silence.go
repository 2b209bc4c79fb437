package api

import (
	"context"
	"errors"
	"io"
	"time"
)

const (
	headerTimeout = 2 * time.Minute // from the end of a request on
	stallTimeout  = time.Minute     // between two bytes of an answer
)

var errSilent = errors.New("the server has gone silent")

// silence ends an attempt at which the server says nothing any more. Exchanges
// have no limit in time, since archives are large, and not every transport has
// one for the header: a connection that is open and dead would be waited for as
// long as the context lasts. It is also the body of the answer, of which every
// read has its time; that which the caller takes between two reads does not count.
type silence struct {
	io.ReadCloser // set once there is an answer

	ctx   context.Context
	end   context.CancelCauseFunc
	timer *time.Timer
}

// listen begins with the time for the header. The attempt needs the context.
func listen(ctx context.Context) (context.Context, *silence) {
	s := &silence{}
	s.ctx, s.end = context.WithCancelCause(ctx)
	s.timer = time.AfterFunc(headerTimeout, func() { s.end(errSilent) })
	return s.ctx, s
}

// explain puts errSilent in the place of what the transport makes of it.
func (s *silence) explain(err error) error {
	if err != nil && err != io.EOF && errors.Is(context.Cause(s.ctx), errSilent) { //nolint:errorlint // as readers return it
		return errSilent
	}
	return err
}

func (s *silence) Read(p []byte) (int, error) {
	s.timer.Reset(stallTimeout)
	n, err := s.ReadCloser.Read(p)
	s.timer.Stop()
	return n, s.explain(err)
}

func (s *silence) Close() error {
	defer s.end(nil)
	return s.ReadCloser.Close()
}
