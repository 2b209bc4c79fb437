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
	"time"

	"code.dny.dev/ssrf"

	"github.com/ubiops-contrib/transfer/api/server/internal/blob"
)

// NewLinkClient returns a client that reaches public addresses only, also after
// name resolution and redirects, on the ports of http and https. It uses no
// proxy and sends no credentials.
func NewLinkClient() *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: ssrf.New().Safe}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:           dialer.DialContext,
			TLSHandshakeTimeout:   10 * time.Second,
			ResponseHeaderTimeout: 30 * time.Second,
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) >= 5 {
				return errors.New("more than 5 redirects")
			}
			return checkURL(req.URL)
		},
	}
}

// CheckLink refuses a link that can be told to be useless by itself, with an
// [*InvalidError]: not http or https, with credentials, or to an address that
// is not public.
func CheckLink(link string) error {
	u, err := url.Parse(link)
	if err != nil {
		return &InvalidError{"import_link: not a URL"}
	}
	return checkURL(u)
}

func checkURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return &InvalidError{"import_link: the scheme has to be http or https"}
	case u.Hostname() == "":
		return &InvalidError{"import_link: there is no host"}
	case u.User != nil:
		return &InvalidError{"import_link: credentials are not accepted in a link"}
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		if err := ssrf.New(ssrf.WithAnyPort()).Safe(network(addr), netip.AddrPortFrom(addr.WithZone(""), 443).String(), nil); err != nil {
			return &InvalidError{"import_link: the address is not public"}
		}
	}
	return nil
}

func network(addr netip.Addr) string {
	if addr.Is4() {
		return "tcp4"
	}
	return "tcp6"
}

// fetch gets an archive. Its errors name the host only: a link may be signed.
func (e *Engine) fetch(ctx context.Context, link string) (blob.Info, error) {
	u, err := url.Parse(link)
	if err != nil {
		return blob.Info{}, &InvalidError{"import_link: not a URL"}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return blob.Info{}, fmt.Errorf("import_link: %s cannot be asked", u.Host)
	}
	resp, err := e.Links.Do(req)
	if err != nil {
		return blob.Info{}, fmt.Errorf("import_link: %s cannot be reached: %w", u.Host, withoutURL(err))
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	if resp.StatusCode != http.StatusOK {
		return blob.Info{}, fmt.Errorf("import_link: %s answered %s", u.Host, resp.Status)
	}
	return e.Blobs.Write(ctx, func(w io.Writer) error {
		n, err := io.Copy(w, io.LimitReader(resp.Body, e.MaxArchive+1))
		switch {
		case err != nil:
			return fmt.Errorf("import_link: the download from %s broke off after %d bytes: %w", u.Host, n, withoutURL(err))
		case n > e.MaxArchive:
			return fmt.Errorf("import_link: the archive is larger than %d bytes", e.MaxArchive)
		}
		return nil
	})
}

// withoutURL takes the URL out of an error of net/http.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
