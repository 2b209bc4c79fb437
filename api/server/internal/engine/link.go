package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"code.dny.dev/ssrf"
)

var (
	errNotPublic = errors.New("the address is not public")
	errPort      = errors.New("only the ports 80 and 443 may be used")
	errRedirect  = errors.New("it redirects to something that is not a URL")
	errTooMany   = fmt.Errorf("more than %d redirects", maxRedirects)
)

const (
	defaultLinkTimeout = time.Hour
	linkStall          = time.Minute
	maxRedirects       = 20 // as browsers
)

// Links fetches archives from links.
type Links struct {
	allowed []string // host or host:port, in lower case
	timeout time.Duration
	stall   time.Duration
	http    http.RoundTripper
}

// NewLinks returns links that are fetched by the transport of client or, if
// that is nil, by one that reaches public addresses only, also after name
// resolution and redirects, on the ports of http and https, that uses no proxy
// and sends no credentials. The hosts of allowed may be reached whatever their
// address, on the port that stands there or, without one, on any. timeout
// limits a whole download; 0 means an hour. A link that sends less than 4 KiB a
// second, on average over a minute or over the timeout if that is shorter, is
// given up.
func NewLinks(client *http.Client, allowed []string, timeout time.Duration) *Links {
	timeout = cmp.Or(timeout, defaultLinkTimeout)
	l := &Links{timeout: timeout, stall: min(timeout, linkStall)}
	for _, host := range allowed {
		if strings.HasSuffix(host, "]") { // an address of IPv6 without a port
			host = strings.Trim(host, "[]")
		}
		l.allowed = append(l.allowed, strings.ToLower(host))
	}
	switch {
	case client == nil:
		l.http = l.guarded()
	case client.Transport == nil:
		l.http = http.DefaultTransport
	default:
		l.http = client.Transport
	}
	return l
}

func (l *Links) guarded() *http.Transport {
	free := &net.Dialer{Timeout: 10 * time.Second}
	guarded := &net.Dialer{Timeout: 10 * time.Second, Control: ssrf.New().Safe}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if host, port, err := net.SplitHostPort(addr); err == nil && l.allows(host, port) {
				return free.DialContext(ctx, network, addr)
			}
			return guarded.DialContext(ctx, network, addr)
		},
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  l.stall,
		MaxResponseHeaderBytes: 64 << 10,
		DisableKeepAlives:      true, // the next link leads elsewhere
	}
}

// A LinkError says why an archive could not be fetched from a link. It names the
// host only, since the rest of a link may be a signature.
type LinkError struct {
	Host   string // of the link, or where that redirects to
	Reason string
}

func (e *LinkError) Error() string { return "import_link: " + e.Host + " " + e.Reason }

// Check refuses a link that can be seen to be useless, with an
// [*InvalidError]: not http or https, with credentials, or to an address that
// is not public.
func (l *Links) Check(link string) error {
	u, err := parseLink(link)
	if err != nil {
		return &InvalidError{"import_link: not a URL"}
	}
	if err := l.check(u); err != nil {
		return &InvalidError{"import_link: " + err.Error()}
	}
	return nil
}

func (l *Links) check(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return errors.New("the scheme has to be http or https")
	case u.Hostname() == "":
		return errors.New("there is no host")
	case u.User != nil:
		return errors.New("credentials are not accepted in a link")
	}
	port := u.Port()
	port = cmp.Or(port, map[string]string{"http": "80", "https": "443"}[u.Scheme])
	if l.allows(u.Hostname(), port) {
		return nil
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := ssrf.New(ssrf.WithAnyPort()).Safe(network(addr), netip.AddrPortFrom(addr.WithZone(""), 443).String(), nil); err != nil {
			return errNotPublic
		}
	}
	return nil
}

func (l *Links) allows(host, port string) bool {
	host = strings.ToLower(host)
	return slices.Contains(l.allowed, host) || slices.Contains(l.allowed, net.JoinHostPort(host, port))
}

func network(addr netip.Addr) string {
	if addr.Is4() {
		return "tcp4"
	}
	return "tcp6"
}
