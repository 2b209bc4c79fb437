package middleware

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// freeBytes is what a request takes without asking, so that small ones never
	// wait.
	freeBytes = 256 << 10
	// maxMemoryWait is how long a request waits for memory.
	maxMemoryWait = 10 * time.Second
)

// How much memory the parts of a JSON body become, measured with its schema's
// value of any and with the models: the larger of both, rounded up.
const (
	costPerByte   = 3
	costPerValue  = 64
	costPerObject = 640 // most of it for those that become a model
)

// borrow takes memory for a request, until what it returns is called.
func borrow(r *http.Request, budget *Budget, size int64) (release func(), err error) {
	if budget == nil || size <= freeBytes {
		return func() {}, nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), maxMemoryWait)
	defer cancel()
	release, err = budget.Acquire(ctx, r.PathValue("project_name"), size)
	if err == nil {
		return release, nil
	}
	if r.Context().Err() == nil {
		err = &Error{Status: http.StatusServiceUnavailable, Message: "the server is busy with other large requests; try again later",
			RetryAfter: maxMemoryWait / 2, Err: err}
	}
	return func() {}, err
}

// admit takes the memory that serving r needs beside its body.
func (rt *route) admit(r *http.Request, body int64) (release func(), err error) {
	size := body
	if rt.opts.Cost != nil {
		beside, err := rt.opts.Cost(r, rt.ID)
		if err != nil {
			return func() {}, fmt.Errorf("estimating the size of the response: %w", err)
		}
		size += beside
	}
	return borrow(r, rt.opts.Memory, size)
}

// costOf estimates what a JSON text becomes in memory, or returns a
// [*Error] if that is more than most. It reads the text only as far as it is
// valid.
func costOf(data []byte, most int64) (int64, error) {
	cost := costPerByte * int64(len(data))
	// A check for duplicates has to remember the names.
	dec := jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true))
	for cost <= most {
		switch token, err := dec.ReadToken(); {
		case err != nil:
			return cost, nil //nolint:nilerr // whoever decodes it tells where and why
		case token.Kind() == '{':
			cost += costPerObject
		case token.Kind() != '}' && token.Kind() != ']':
			cost += costPerValue
		}
	}
	return 0, &Error{Status: http.StatusRequestEntityTooLarge, Message: "the body has too many values",
		Detail: fmt.Sprintf("they would take more than %d MiB of memory, the most that a body of %d bytes may become here", most>>20, len(data))}
}

// readJSON reads a whole JSON body. The memory that it takes grows with what
// arrives until it is that of a small request, and is asked for then.
func (rt *route) readJSON(w http.ResponseWriter, r *http.Request) (data []byte, release func(), err error) {
	most := rt.opts.MaxJSONBody
	if r.ContentLength > most {
		return nil, nil, &http.MaxBytesError{Limit: most}
	}
	body := http.MaxBytesReader(w, r.Body, most)
	release = func() {}
	var read bytes.Buffer
	n, err := read.ReadFrom(io.LimitReader(body, freeBytes))
	if err == nil && n == freeBytes {
		whole := r.ContentLength
		if whole < 0 {
			whole = most
		}
		if release, err = borrow(r, rt.arriving, whole); err != nil {
			return nil, nil, err
		}
		read.Grow(int(max(0, r.ContentLength-n)) + bytes.MinRead)
		_, err = read.ReadFrom(body)
	}
	if err == nil {
		return read.Bytes(), release, nil
	}
	release()
	if isAnswer(err) {
		return nil, nil, fmt.Errorf("reading the body: %w", err)
	}
	return nil, nil, &Error{Status: http.StatusBadRequest, Message: "the body did not arrive whole", Err: err}
}
