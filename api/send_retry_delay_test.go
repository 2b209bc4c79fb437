package api

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"
)

func TestRetryDelay_aCallWaitsAsLongAsTheServerAsks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		step  http.HandlerFunc
		delay time.Duration
	}{
		"reset of the limit": {says(429, "X-Ratelimit-Reset", "42"), 42 * time.Second},
		"seconds":            {says(503, "Retry-After", "7", "X-Ratelimit-Reset", "42"), 7 * time.Second},
		"date": {func(w http.ResponseWriter, r *http.Request) {
			says(429, "Retry-After", time.Now().Add(9*time.Second).UTC().Format(http.TimeFormat))(w, r)
		}, 9 * time.Second},
		"too long": {says(429, "Retry-After", "3600"), defaultRetry.MaxDelay},
		"nonsense": {says(429, "Retry-After", "31536000", "X-Ratelimit-Reset", "NaN"), defaultRetry.MinDelay},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scripted(t, steps(tc.step, pending), func(t *testing.T, c *Client, s *script) {
				if _, err := c.Project("p").Exports.Get(t.Context(), "x"); err != nil {
					t.Fatal(err)
				}
				// The server delays its responses by 100 ms.
				if d := s.asked[1].Sub(s.asked[0]); d < tc.delay || d > tc.delay+time.Second {
					t.Errorf("sent again after %v, want %v", d, tc.delay)
				}
			})
		})
	}
}

func TestRetryDelay_aTotalTimeIsKept(t *testing.T) {
	t.Parallel()
	scripted(t, steps(says(429, "Retry-After", "100")), func(t *testing.T, c *Client, s *script) {
		start := time.Now()
		_, err := c.Project("p").Exports.Get(t.Context(), "x")
		limited, ok := errors.AsType[*Error](err)
		if !ok || !errors.Is(err, ErrRateLimited) || limited.RetryAfter != 100*time.Second || limited.Attempts != 3 || s.count() != 3 {
			t.Errorf("sent %d times: %v", s.count(), err)
		}
		if took := time.Since(start); took > defaultRetry.MaxElapsed {
			t.Errorf("took %v", took)
		}
	})
}

func TestRetryDelay_theContextEndsADelayAtOnce(t *testing.T) {
	t.Parallel()
	scripted(t, steps(says(429, "Retry-After", "60")), func(t *testing.T, c *Client, s *script) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		_, err := c.Project("p").Exports.Create(ctx, Selection{})
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, ErrRateLimited) || time.Since(start) != 3*time.Second || s.count() != 1 {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}
