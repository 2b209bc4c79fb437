package middleware_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/middleware"
)

func limited(n int) func(*middleware.Options) {
	return func(o *middleware.Options) { o.RateLimit = n }
}

func callFrom(t *testing.T, h http.Handler, source, target string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "GET", target, nil)
	r.Header.Set("Authorization", token)
	r.RemoteAddr = source
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return readAnswer(t, w.Result())
}

func wantLimit(t *testing.T, got answer, limit, remaining, reset string) {
	t.Helper()
	for name, want := range map[string]string{"limit": limit, "remaining": remaining, "reset": reset} {
		if value := got.header.Get("x-ratelimit-" + name); value != want {
			t.Errorf("x-ratelimit-%s is %q instead of %q", name, value, want)
		}
	}
}

func TestRatelimit_theRateLimitIsPerMinuteAndTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := strict(t, stub{}, limited(2))
		got := callFrom(t, h, "192.0.2.1:1000", exports)
		wantStatus(t, got, http.StatusOK)
		wantLimit(t, got, "2", "1", "60")
		if after := got.header.Get("Retry-After"); after != "" {
			t.Errorf("Retry-After is %q under the limit", after)
		}
		time.Sleep(19500 * time.Millisecond)
		got = callFrom(t, h, "192.0.2.1:1001", exports+"?status=odd")
		wantError(t, got, http.StatusBadRequest)
		wantLimit(t, got, "2", "0", "41")
		got = callFrom(t, h, "192.0.2.1:1002", exports)
		wantText(t, wantError(t, got, http.StatusTooManyRequests), "too many requests", "at most 2", "in 41 s")
		wantLimit(t, got, "2", "0", "41")
		if after := got.header.Get("Retry-After"); after != "41" {
			t.Errorf("Retry-After is %q", after)
		}
		wantStatus(t, callFrom(t, h, "192.0.2.2:1000", exports), http.StatusOK)
		time.Sleep(40500 * time.Millisecond)
		got = callFrom(t, h, "192.0.2.1:1003", exports)
		wantStatus(t, got, http.StatusOK)
		wantLimit(t, got, "2", "1", "60")
	})
}

func TestRatelimit_theRateLimitIsCountedBeforeTheToken(t *testing.T) {
	t.Parallel()
	asked := 0
	h := strict(t, stub{}, limited(3), func(o *middleware.Options) {
		o.Authenticate = func(context.Context, middleware.Credentials) (context.Context, error) {
			asked++
			return nil, &middleware.Error{Status: http.StatusUnauthorized}
		}
	})
	for range 3 {
		wantError(t, callFrom(t, h, "192.0.2.1:1", exports), http.StatusUnauthorized)
	}
	wantError(t, callFrom(t, h, "192.0.2.1:1", exports), http.StatusTooManyRequests)
	if asked != 3 {
		t.Errorf("Authenticate was asked %d times", asked)
	}
}

func TestRatelimit_whatIsOneSource(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		one, other string
		same       bool
	}{
		{"192.0.2.1:1", "192.0.2.1:2", true},
		{"192.0.2.1:1", "[::ffff:192.0.2.1]:2", true},
		{"192.0.2.1:1", "192.0.2.2:1", false},
		{"[2001:db8:0:1::1]:1", "[2001:db8:0:1:ffff::2]:1", true},
		{"[2001:db8:0:1::1]:1", "[2001:db8:0:2::1]:1", false},
		{"[fe80::1%eth0]:1", "[fe80::2%eth1]:1", true},
		{"pipe", "@", true},
		{"pipe", "0.0.0.0:1", false},
	} {
		h := strict(t, stub{}, limited(1))
		wantStatus(t, callFrom(t, h, test.one, exports), http.StatusOK)
		want := http.StatusOK
		if test.same {
			want = http.StatusTooManyRequests
		}
		if got := callFrom(t, h, test.other, exports); got.status != want {
			t.Errorf("%s after %s: %d instead of %d", test.other, test.one, got.status, want)
		}
	}
}

func TestRatelimit_withoutARouteOrALimitThereAreNoRateLimitHeaders(t *testing.T) {
	t.Parallel()
	for _, got := range []answer{
		callFrom(t, strict(t, stub{}, limited(1)), "192.0.2.1:1", base+"/nowhere"),
		callFrom(t, strict(t, stub{}), "192.0.2.1:1", exports),
	} {
		wantLimit(t, got, "", "", "")
	}
}

// In a flood, new sources are counted by network, and those from before keep
// their own count.
func TestRatelimit_aFloodFromManyAddressesIsCountedInBoundedMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		take, sources := middleware.NewRateLimiter()
		take("192.0.2.1:1")
		for i := range 100_000 {
			take(fmt.Sprintf("[2001:db8:%x:%x::1]:1", i>>16, i&0xffff))
		}
		if got := sources(); got > 1<<16+1 {
			t.Errorf("%d sources are remembered", got)
		}
		if used := take("192.0.2.1:2"); used != 2 {
			t.Errorf("the first source has %d requests instead of 2", used)
		}
		if used := take("[2001:ffff::1]:1"); used < 30_000 {
			t.Errorf("a late neighbour of the flood has %d requests", used)
		}
		time.Sleep(time.Minute)
		if used := take("[2001:ffff::1]:1"); used != 1 || sources() != 1 {
			t.Errorf("a new window begins with %d requests and %d sources", used, sources())
		}
	})
}
