package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/gen/client"
)

const (
	// maxJSON bounds a JSON answer. An import of 10,000 versions is about
	// 10 MiB; the bound is only there to end an answer that never ends.
	maxJSON = 256 << 20
	// maxDrain is how much is read of the body of a success that nobody wants, so
	// that its connection can be used again.
	maxDrain = 64 << 10
)

// fetch makes a call and returns the JSON value that it answers.
func fetch[T any](c *Client, call func(*client.Client) (*http.Response, error)) (*T, error) {
	v, _, err := fetchLimited[T](c, call)
	return v, err
}

// fetchLimited returns what the answer says about the rate limit as well.
func fetchLimited[T any](c *Client, call func(*client.Client) (*http.Response, error)) (*T, *RateLimit, error) {
	var v *T
	calls := *c.calls
	calls.Client = using{c.send, func(resp *http.Response) (err error) {
		body := notedBody{ReadCloser: resp.Body}
		if v, err = readJSON[T](&body, maxJSON); err != nil {
			unusable := c.send.unusable(resp, "the body is not the expected JSON", err)
			unusable.broken = body.err != nil
			return unusable
		}
		return nil
	}}
	resp, err := call(&calls)
	if err != nil {
		return nil, nil, err
	}
	_ = resp.Body.Close() // it was read to its end
	return v, parseRateLimit(resp.Header), nil
}

// notedBody notes whether there was anything in a body, and how reading it failed.
type notedBody struct {
	io.ReadCloser
	some bool
	err  error
}

func (b *notedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.some = b.some || n > 0
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// readJSON reads a body to its end: exactly one JSON value, which is not null,
// of at most limit bytes.
func readJSON[T any](body *notedBody, limit int64) (*T, error) {
	var v *T // which null leaves nil
	err := json.UnmarshalRead(http.MaxBytesReader(nil, body, limit), &v)
	switch {
	case err != nil && !body.some && body.err == nil:
		return nil, errors.New("it is empty")
	case err != nil:
		return nil, tooLarge(err)
	case v == nil:
		return nil, errors.New("it is null")
	}
	return v, nil
}

// tooLarge puts the reader's error about its bound in terms of an answer.
func tooLarge(err error) error {
	if limit, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fmt.Errorf("it is larger than %d bytes", limit.Limit)
	}
	return err
}

// perform makes a call whose answer has no body that matters.
func perform(c *Client, call func(*client.Client) (*http.Response, error)) error {
	calls := *c.calls
	calls.Client = c.send
	resp, err := call(&calls)
	if err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, resp.Body, maxDrain) // what goes wrong costs a connection
	_ = resp.Body.Close()
	return nil
}
