package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/client"
)

const (
	// maxJSON bounds a JSON answer. An import of 10,000 versions is about
	// 10 MiB; the bound is only there to end an answer that never ends.
	maxJSON = 256 << 20
	// maxDrain is how much is read of a body that nobody wants, so that its
	// connection can be used again.
	maxDrain = 64 << 10
)

// drain reads a little of a body before it is closed. What goes wrong here
// costs a connection and nothing else.
func drain(body io.Reader) { _, _ = io.CopyN(io.Discard, body, maxDrain) }

// fetch makes a call and returns the JSON value that it answers.
func fetch[T any](c *Client, call func(*client.Client) (*http.Response, error)) (*T, error) {
	v, _, err := fetchLimited[T](c, call)
	return v, err
}

// fetchLimited returns what the answer says about the rate limit as well.
func fetchLimited[T any](c *Client, call func(*client.Client) (*http.Response, error)) (*T, *RateLimit, error) {
	var v *T
	calls := *c.calls
	calls.Client = using{c.send, func(resp *http.Response) error {
		body := &notedBody{ReadCloser: resp.Body}
		v = new(T)
		if err := readJSON(body, maxJSON, v); err != nil {
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
	drain(resp.Body)
	_ = resp.Body.Close()
	return v, parseRateLimit(resp.Header), nil
}

// notedBody notes how reading a body failed.
type notedBody struct {
	io.ReadCloser
	err error
}

func (b *notedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// readJSON reads exactly one JSON value, which is not null, of at most limit bytes.
func readJSON(body io.ReadCloser, limit int64, v any) error {
	dec := jsontext.NewDecoder(http.MaxBytesReader(nil, body, limit))
	if dec.PeekKind() == 'n' {
		return errors.New("it is null")
	}
	err := json.UnmarshalDecode(dec, v)
	switch {
	case err == io.EOF: //nolint:errorlint // a wrapped one would be something else: a value cut short
		return errors.New("it is empty")
	case err != nil:
		return tooLarge(err)
	}
	if _, err := dec.ReadToken(); err == nil {
		return errors.New("more follows after the value")
	} else if !errors.Is(err, io.EOF) {
		return tooLarge(err)
	}
	return nil
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
	drain(resp.Body)
	_ = resp.Body.Close()
	return nil
}
