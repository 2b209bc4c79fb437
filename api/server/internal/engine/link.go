package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"code.dny.dev/ssrf"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

var (
	errNotPublic = errors.New("the address is not public")
	errPort      = errors.New("only the ports 80 and 443 may be used")
	errRedirect  = errors.New("it redirects to something that is not a URL")
)

const (
	defaultLinkTimeout = time.Hour
	linkStall          = time.Minute
	maxRedirects       = 5
)

// Links fetches archives from links.
type Links struct {
	allowed []string // host or host:port, in lower case
	timeout time.Duration
	stall   time.Duration
	client  *http.Client
}

// NewLinks returns links that are fetched by client or, if that is nil, by one
// that reaches public addresses only, also after name resolution and redirects,
// on the ports of http and https, that uses no proxy and sends no credentials.
// The hosts of allowed may be reached whatever their address, on the port that
// stands there or, without one, on any. timeout limits a whole download; 0 means
// an hour. A link that sends nothing for a minute, or for the timeout if that is
// shorter, is given up.
func NewLinks(client *http.Client, allowed []string, timeout time.Duration) *Links {
	if timeout == 0 {
		timeout = defaultLinkTimeout
	}
	l := &Links{timeout: timeout, stall: min(timeout, linkStall), client: new(http.Client)}
	for _, host := range allowed {
		if strings.HasSuffix(host, "]") { // an address of IPv6 without a port
			host = strings.Trim(host, "[]")
		}
		l.allowed = append(l.allowed, strings.ToLower(host))
	}
	if client != nil {
		*l.client = *client
	} else {
		l.client.Transport = l.guarded()
	}
	l.client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if len(via) >= maxRedirects {
			return fmt.Errorf("more than %d redirects", maxRedirects)
		}
		req.Header.Del("Referer") // the link may be signed
		return l.check(req.URL)
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

// A LinkError tells why an archive could not be had from a link. It names the
// host only, since the rest of a link may be a signature.
type LinkError struct {
	Host   string // of the link, or where that redirects to
	Reason string
}

func (e *LinkError) Error() string { return "import_link: " + e.Host + " " + e.Reason }

// Check refuses a link that can be told to be useless by itself, with an
// [*InvalidError]: not http or https, with credentials, or to an address that
// is not public.
func (l *Links) Check(link string) error {
	u, err := url.Parse(link)
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
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
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

// Fetch keeps the archive of a link in blobs, if it has at most maxSize bytes.
func (l *Links) Fetch(ctx context.Context, link string, maxSize int64, blobs store.Blobs) (store.Blob, error) {
	u, err := url.Parse(link)
	if err != nil {
		return store.Blob{}, &InvalidError{"import_link: not a URL"}
	}
	outer := ctx
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	late := time.AfterFunc(l.timeout, func() { stop(fmt.Errorf("took longer than %v", l.timeout)) })
	defer late.Stop()
	// why tells what ended ctx, where that ended the transfer.
	why := func(err error) error {
		if outer.Err() == nil && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedNetwork) {
			return errNotPublic // which one it is, is nobody's business
		}
		if errors.Is(err, ssrf.ErrProhibitedPort) {
			return errPort
		}
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the URL
		}
		if strings.Contains(err.Error(), "Location header") {
			return errRedirect // net/http quotes it
		}
		return err
	}
	host := u.Host
	fail := func(format string, args ...any) error {
		if outer.Err() != nil {
			return outer.Err() // the server stops, or the import was deleted
		}
		return &LinkError{Host: host, Reason: fmt.Sprintf(format, args...)}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return store.Blob{}, fail("cannot be asked")
	}
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := l.client.Do(req)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			if last, err := url.Parse(e.URL); err == nil && last.Host != "" {
				host = last.Host
			}
		}
		return store.Blob{}, fail("cannot be reached: %v", why(err))
	}
	host = resp.Request.URL.Host
	defer resp.Body.Close() //nolint:errcheck // only read
	switch {
	case resp.StatusCode != http.StatusOK:
		return store.Blob{}, fail("answered %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	case resp.ContentLength > maxSize:
		return store.Blob{}, fail("has an archive of %d bytes; the limit is %d", resp.ContentLength, maxSize)
	}
	stalled := time.AfterFunc(l.stall, func() { stop(fmt.Errorf("sent nothing for %v", l.stall)) })
	defer stalled.Stop()
	return blobs.Write(ctx, func(w io.Writer) error {
		var n int64
		body := readerFunc(func(p []byte) (int, error) {
			got, err := resp.Body.Read(p)
			stalled.Reset(l.stall)
			if n += int64(got); n > maxSize {
				return got, fail("has an archive of more than %d bytes", maxSize)
			}
			if err != nil && err != io.EOF {
				return got, fail("broke off after %d bytes: %v", n, why(err))
			}
			return got, err
		})
		_, err := io.Copy(w, body)
		return err
	})
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
