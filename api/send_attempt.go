package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
)

// attempt is one try of a request.
type attempt struct {
	silence // of the server, and the body of its response
	sent    sentBody

	sender *sender
	number int // from 1
	req    *http.Request
}

// attempt begins the nth try of a request. Its error is that of a body that
// cannot be rewound.
func (s *sender) attempt(ctx context.Context, req *http.Request, n int) (*attempt, error) {
	a := &attempt{sender: s, number: n}
	a.req = req.WithContext(a.listen(ctx, s.watch))
	if n > 1 || s.http.Jar != nil { // which adds to the header
		a.req.Header = req.Header.Clone()
	}
	if n > 1 && req.GetBody != nil {
		var err error
		if a.req.Body, err = req.GetBody(); err != nil {
			a.end()
			return nil, err
		}
	}
	a.sent.track(a.req, &a.silence)
	return a, nil
}

// run sends the request once and logs the outcome.
func (a *attempt) run(into any) (*http.Response, error) {
	start := time.Now()
	resp, err := a.send()
	if err == nil && into != nil {
		err = a.decode(resp, into)
	}
	if s := a.sender; s.log.Enabled(a.ctx, slog.LevelDebug) {
		attrs := []slog.Attr{
			slog.String("method", a.req.Method), slog.String("path", s.path(a.req)),
			slog.Int("attempt", a.number), slog.Duration("took", time.Since(start)),
		}
		if resp != nil {
			attrs = append(attrs, slog.Int("status", resp.StatusCode))
		}
		if err != nil {
			attrs = append(attrs, slog.String("error", err.Error()))
		}
		s.log.LogAttrs(a.ctx, slog.LevelDebug, "request", attrs...)
	}
	return resp, err
}

// send returns the response, with an error unless it is a success.
func (a *attempt) send() (*http.Response, error) {
	resp, err := a.exchange()
	a.ease()
	if err = a.explain(err); err != nil {
		// The URL in this error can be one that a redirect led to and that is
		// signed, so only its cause is passed on.
		if ue, ok := errors.AsType[*url.Error](err); ok {
			err = ue.Err
		}
		err = a.sender.mask.error(err)
		if resp != nil { // a redirect was refused
			err = finalError{err}
		}
		return nil, fmt.Errorf("%s %s: %w", a.req.Method, a.sender.path(a.req), err)
	}
	resp.Request = a.req // errors name what was asked, not where a redirect led
	a.ReadCloser, resp.Body = resp.Body, &a.silence
	if report, ok := a.ctx.Value(traceKey{}).(func(Response)); ok {
		report(a.sender.response(resp, a.number))
	}
	if resp.StatusCode/100 != 2 {
		err := a.sender.refusal(resp, a.number)
		_ = resp.Body.Close()
		return resp, err
	}
	return resp, nil
}

// exchange is one exchange of net/http, which does not return from a cancelled
// request before the Read of its body has returned. A body that can be rewound
// is a file or memory and a Read of it soon returns. Any other may block for ever, so
// it is left behind; what it then still yields goes nowhere.
func (a *attempt) exchange() (*http.Response, error) {
	if a.req.Body == nil || a.req.GetBody != nil {
		return a.sender.http.Do(a.req)
	}
	type result struct {
		resp *http.Response
		err  error
	}
	done := make(chan result)
	go func() {
		resp, err := a.sender.http.Do(a.req)
		select {
		case done <- result{resp, err}:
		case <-a.ctx.Done():
			if err == nil {
				_ = resp.Body.Close()
			}
		}
	}()
	select {
	case r := <-done:
		return r.resp, r.err
	case <-a.ctx.Done():
		return nil, a.ctx.Err()
	}
}

// outcome is what is known of the attempt after an error.
func (a *attempt) outcome(ctx context.Context, err error) outcome {
	whole, broken := a.sent.result()
	return outcome{
		method: a.req.Method, err: err, whole: whole, ended: ctx.Err() != nil,
		rewindable: (a.req.Body == nil || a.req.GetBody != nil) && broken == nil, // a broken source would fail again
	}
}

// decode reads the body of a success to its end, and closes it: exactly one JSON
// value, which is not null. A body that breaks off is a failed attempt too.
func (a *attempt) decode(resp *http.Response, into any) error {
	defer func() { _ = resp.Body.Close() }()
	v := reflect.ValueOf(into).Elem()
	v.SetZero() // of what an attempt before has left
	body := jsonBody{Reader: resp.Body, limit: a.sender.limit}
	err := body.decode(into)
	switch {
	case err != nil && body.read == 0 && body.broken == nil:
		err = errors.New("it is empty")
	case err == nil && v.IsNil():
		err = errors.New("it is null")
	}
	if err == nil {
		return nil
	}
	unusable := a.sender.unusable(resp, a.number, "the body is not the expected JSON", err)
	unusable.broken = body.broken != nil
	return unusable
}

// A JSON document may become this much memory, by a rough count: what a response
// without content does, and some times the size of one with content.
const (
	objectWeight = 512 // bytes that a JSON object becomes, at least
	freeWeight   = 64 << 20
	weightFactor = 16 // bytes for each one of the document
)

var errHeavy = errors.New("it has more objects than a response of its size can have")

var brace, quote = []byte("{"), []byte(`"`)

// jsonBody bounds a JSON body: its bytes and what they become, since a few
// kilobytes, compressed, can be millions of empty objects. It notes how reading
// failed.
type jsonBody struct {
	io.Reader
	limit   int64
	read    int64
	objects int64
	text    bool // inside a JSON string
	escaped bool // after a backslash in it
	broken  error
}

// heads are buffers for the start of a body, which most often is all of it.
var heads = sync.Pool{New: func() any { return new([4 << 10]byte) }}

// decode reads the body to its end, unless what comes before is wrong. A body that
// comes with one Read is decoded in one piece, which is faster.
func (b *jsonBody) decode(into any) error {
	head := heads.Get().(*[4 << 10]byte)
	defer heads.Put(head)
	n, err := b.Read(head[:])
	if b.broken == nil && errors.Is(err, io.EOF) {
		return json.Unmarshal(head[:n], into)
	}
	return json.UnmarshalRead(io.MultiReader(bytes.NewReader(head[:n]), b), into) // which meets err again
}

func (b *jsonBody) Read(p []byte) (int, error) {
	if b.broken != nil {
		return 0, b.broken
	}
	n, err := b.Reader.Read(p)
	b.read += int64(n)
	if err != nil && err != io.EOF {
		b.broken = err
	}
	b.count(p[:n])
	switch {
	case b.read > b.limit:
		return 0, fmt.Errorf("it is larger than %d bytes; see WithMaxJSON", b.limit)
	case b.objects*objectWeight > freeWeight+b.read*weightFactor:
		return 0, errHeavy
	}
	return n, err
}

// count counts the objects that begin in p.
func (b *jsonBody) count(p []byte) {
	if b.escaped || bytes.IndexByte(p, '\\') >= 0 {
		b.countEscaped(p)
		return
	}
	for len(p) > 0 { // without a backslash, each quote begins or ends a string
		before, after, found := bytes.Cut(p, brace)
		b.text = b.text != (bytes.Count(before, quote)%2 == 1)
		if found && !b.text {
			b.objects++
		}
		p = after
	}
}

// countEscaped does the same for any text.
func (b *jsonBody) countEscaped(p []byte) {
	for len(p) > 0 {
		end := 0
		switch {
		case b.escaped:
			b.escaped = false
		case b.text: // most of a response is
			for end < len(p) && p[end] != '"' && p[end] != '\\' {
				end++
			}
			if end < len(p) {
				b.text, b.escaped = p[end] == '\\', p[end] == '\\'
			}
		default:
			if end = bytes.IndexByte(p, '"'); end < 0 {
				end = len(p)
			}
			b.text = end < len(p)
			b.objects += int64(bytes.Count(p[:end], brace))
		}
		p = p[min(end+1, len(p)):]
	}
}
