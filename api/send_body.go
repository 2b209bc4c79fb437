package api

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// sentBody notes how much of the body of an attempt the transport took. What it
// did not take cannot have arrived, so it errs on the side of "sent".
type sentBody struct {
	length int64
	quiet  *silence

	mu    sync.Mutex // the transport may read on after the response has come
	whole bool
	err   error // of the source
}

// track puts itself around the body of req. Until all of that is sent, the
// server has nothing to say.
func (s *sentBody) track(req *http.Request, quiet *silence) {
	if req.Body == nil || req.Body == http.NoBody {
		req.Body, s.whole = nil, true
		return
	}
	quiet.ease()
	s.length, s.quiet = req.ContentLength, quiet
	req.Body = &trackedBody{ReadCloser: req.Body, sent: s}
	if open := req.GetBody; open != nil {
		req.GetBody = func() (io.ReadCloser, error) {
			quiet.ease()
			body, err := open()
			if err != nil {
				return nil, err
			}
			return &trackedBody{ReadCloser: body, sent: s}, nil
		}
	}
}

// result reports whether the transport took the whole body, and how the source failed.
func (s *sentBody) result() (whole bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.whole, s.err
}

type trackedBody struct {
	io.ReadCloser
	sent  *sentBody
	read  int64
	ended bool
}

func (b *trackedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	s := b.sent
	s.mu.Lock()
	defer s.mu.Unlock()
	if ended := s.quiet.ctx.Err(); ended != nil { // nobody waits for what comes now
		return 0, ended
	}
	ended := errors.Is(err, io.EOF)
	if ended || b.read >= s.length {
		s.whole = true
		if !b.ended { // once: after it the response may have begun
			b.ended = true
			s.quiet.await(headerTimeout)
		}
	}
	if err != nil && !ended && s.err == nil {
		s.err = err
	}
	return n, err
}
