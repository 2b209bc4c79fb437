package api

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// script is a server that does one step after the other, the last one again and again,
// and notes when it was asked.
type script struct {
	steps []http.HandlerFunc
	mu    sync.Mutex
	asked []time.Time
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	step := s.steps[min(len(s.asked), len(s.steps)-1)]
	s.asked = append(s.asked, time.Now())
	s.mu.Unlock()
	step(w, r)
}

// scripted hands f a client of a server that does these steps.
func scripted(t *testing.T, steps []http.HandlerFunc, f func(t *testing.T, c *Client, s *script)) {
	t.Helper()
	s := &script{steps: steps}
	watched(t, s.ServeHTTP, func(t *testing.T, c *Client) { f(t, c, s) })
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

// taken makes the server read the whole request before it does a step.
func taken(step http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		step(w, r)
	}
}

func says(status int, headers ...string) http.HandlerFunc {
	return taken(func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		reply(status, "application/json", `{"error": "not now"}`)(w, r)
	})
}

func steps(s ...http.HandlerFunc) []http.HandlerFunc { return s }

// request is what a server saw of one.
type request struct{ method, uri, contentType, body string }

// recorded returns a client and its last request; the response is always the
// same.
func recorded(t *testing.T, status int, answer string) (*Client, *request) {
	seen := &request{}
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("reading the request: %v", err)
		}
		*seen = request{r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), string(body)}
		reply(status, "application/json", answer)(w, r)
	})
	return c, seen
}

// job answers one status after the other, the last one again and again, and notes when
// it was asked.
func job(t *testing.T, statuses ...string) (*Client, *[]time.Duration) {
	t.Helper()
	start, asked := time.Now(), &[]time.Duration{}
	hc := &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
		if err := req.Context().Err(); err != nil {
			return nil, err
		}
		status := statuses[min(len(*asked), len(statuses)-1)]
		*asked = append(*asked, time.Since(start))
		header := http.Header{}
		status, remaining, _ := strings.Cut(status, " remaining ")
		if remaining != "" {
			header = http.Header{"X-Ratelimit-Remaining": {remaining}, "X-Ratelimit-Reset": {"42"}}
		}
		if code, err := strconv.Atoi(status); err == nil {
			return &http.Response{StatusCode: code, Body: http.NoBody, Header: header}, nil
		} else if status == "broken" {
			return nil, io.ErrUnexpectedEOF
		}
		body := fmt.Sprintf(`{"id": "x", "status": %q, "error_message": "why"}`, status)
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Header: header}, nil
	})}
	c, err := NewClient(WithToken("t0k3n"), WithEnv(nil), WithHTTPClient(hc), WithRetry(RetryPolicy{MaxAttempts: 1}))
	if err != nil {
		t.Fatal(err)
	}
	return c, asked
}
