package middleware

import (
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

const (
	rateWindow = time.Minute
	// maxSources is how many addresses are counted one by one in a window;
	// further ones are counted by their /16, so that a flood costs a bounded
	// amount of memory.
	maxSources = 1 << 16
)

// rateLimiter counts requests in fixed windows that all sources share, so
// that nothing has to be cleaned up one by one.
type rateLimiter struct {
	limit int

	mu    sync.Mutex
	ends  time.Time // of the window
	count map[netip.Prefix]int
}

// admit counts a request, describes the limit in the header of the response, and
// returns the error to answer with if the limit is exceeded.
func (l *rateLimiter) admit(header http.Header, r *http.Request) error {
	if l.limit == 0 {
		return nil
	}
	used, reset := l.take(Client(r.RemoteAddr))
	header.Set("x-ratelimit-limit", strconv.Itoa(l.limit))
	header.Set("x-ratelimit-remaining", strconv.Itoa(max(0, l.limit-used)))
	header.Set("x-ratelimit-reset", strconv.Itoa(reset))
	if used <= l.limit {
		return nil
	}
	return &Error{Status: http.StatusTooManyRequests, Message: "too many requests", RetryAfter: time.Duration(reset) * time.Second,
		Detail: "at most " + strconv.Itoa(l.limit) + " a minute are taken; try again in " + strconv.Itoa(reset) + " s"}
}

// take counts a request and returns how many there were in the window and the
// seconds until it ends, rounded up.
func (l *rateLimiter) take(from netip.Prefix) (used, reset int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if !now.Before(l.ends) {
		l.ends = now.Add(rateWindow)
		l.count = make(map[netip.Prefix]int)
	}
	if _, known := l.count[from]; !known && len(l.count) >= maxSources && from.Bits() > 16 {
		from = netip.PrefixFrom(from.Addr(), 16).Masked()
	}
	l.count[from]++
	return l.count[from], int((l.ends.Sub(now) + time.Second - 1) / time.Second)
}

// Client is what the requests and connections of one client have in common, by
// the remote address that net/http tells: the IPv4 address, or the /64 that an
// IPv6 address lies in, all of which one client has. Whatever has no such address
// shares the zero value.
func Client(remote string) netip.Prefix {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	addr := ap.Addr().Unmap().WithZone("")
	return netip.PrefixFrom(addr, min(addr.BitLen(), 64)).Masked()
}
