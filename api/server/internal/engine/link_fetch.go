package engine

import (
	"bufio"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"code.dny.dev/ssrf"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// A link that answers 429 or 503 is asked again so many times, after the wait that
// it asks for or after linkPause, which doubles.
const (
	linkAttempts = 5
	linkPause    = time.Second
	longestPause = time.Minute
)

// linkRate is how many bytes a second a link has to send, as an upload has to.
const linkRate = 4 << 10

// A fetch is the download of one link.
type fetch struct {
	*Links
	outer context.Context //nolint:containedctx // of the job
	ctx   context.Context //nolint:containedctx // ends with the limits of links, too
	stop  context.CancelCauseFunc
	host  string // that is asked now
}

// Fetch keeps the archive of a link in blobs, if it has at most maxSize bytes.
func (l *Links) Fetch(ctx context.Context, link string, maxSize int64, blobs store.Blobs) (store.Blob, error) {
	u, err := parseLink(link)
	if err != nil {
		return store.Blob{}, &InvalidError{"import_link: not a URL"}
	}
	f := &fetch{Links: l, outer: ctx, host: u.Host}
	f.ctx, f.stop = context.WithCancelCause(ctx)
	defer f.stop(nil)
	late := time.AfterFunc(l.timeout, func() { f.stop(fmt.Errorf("took longer than %v", l.timeout)) })
	defer late.Stop()
	resp, err := f.open(u) //nolint:bodyclose // it is closed below
	if err != nil {
		return store.Blob{}, err
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	if resp.ContentLength > maxSize {
		return store.Blob{}, f.fail("has an archive of %d bytes; the limit is %d", resp.ContentLength, maxSize)
	}
	quota := max(1, int64(linkRate*l.stall.Seconds()))
	stalled := time.AfterFunc(l.stall, func() { f.stop(fmt.Errorf("sent less than %d bytes in %v", quota, l.stall)) })
	defer stalled.Stop()
	need := quota
	arrived := readerFunc(func(p []byte) (int, error) {
		n, err := resp.Body.Read(p)
		if need -= int64(n); need <= 0 {
			stalled.Reset(l.stall)
			need = quota
		}
		return n, err
	})
	body, err := f.archive(arrived, resp.Header)
	if err != nil {
		return store.Blob{}, err
	}
	return blobs.Write(f.ctx, func(w io.Writer) error { //nolint:contextcheck // f.ctx is made from ctx
		var n int64
		_, err := io.Copy(w, readerFunc(func(p []byte) (int, error) {
			got, err := body.Read(p)
			if n += int64(got); n > maxSize {
				return got, f.fail("has an archive of more than %d bytes", maxSize)
			}
			if err != nil && err != io.EOF {
				return got, f.fail("broke off after %d bytes: %v", n, f.why(err))
			}
			return got, err
		}))
		return err
	})
}

// open asks until the link returns something to download.
func (f *fetch) open(u *url.URL) (*http.Response, error) {
	for attempt, pause := 1, linkPause; ; attempt, pause = attempt+1, 2*pause {
		resp, err := f.follow(u)
		if err != nil {
			return nil, f.fail("cannot be reached: %v", f.why(err))
		}
		if resp.StatusCode == http.StatusOK {
			return resp, nil
		}
		_ = resp.Body.Close()
		busy := resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable
		if !busy || attempt == linkAttempts {
			return nil, f.fail("answered %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
		}
		if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
			pause = time.Duration(seconds) * time.Second
		}
		pause = min(pause, longestPause)
		select {
		case <-time.After(pause):
		case <-f.ctx.Done():
			return nil, f.fail("answered %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
		}
	}
}

// follow sends the request and follows redirects itself, since net/http does not
// parse all that other clients do.
func (f *fetch) follow(u *url.URL) (*http.Response, error) {
	for redirects := 0; ; redirects++ {
		if redirects > maxRedirects {
			return nil, errTooMany
		}
		f.host = u.Host
		req, err := http.NewRequestWithContext(f.ctx, http.MethodGet, u.String(), nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("Accept-Encoding", "identity")
		resp, err := f.http.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		switch resp.StatusCode {
		case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		default:
			return resp, nil
		}
		_ = resp.Body.Close()
		to, err := parseLink(resp.Header.Get("Location"))
		if err != nil || resp.Header.Get("Location") == "" {
			return nil, errRedirect
		}
		if to = u.ResolveReference(to); to.Host != "" {
			f.host = to.Host
		}
		if err := f.check(to); err != nil {
			return nil, err
		}
		u = to
	}
}

// archive returns the bytes as they were before they were compressed for the
// transfer. A web page is an error: share links of file services lead to one.
func (f *fetch) archive(arrived io.Reader, header http.Header) (io.Reader, error) {
	var body io.Reader
	var err error
	switch encoding := strings.ToLower(header.Get("Content-Encoding")); encoding {
	case "", "identity":
		body = arrived
	case "gzip", "x-gzip":
		body, err = gzip.NewReader(arrived)
	case "deflate":
		body, err = zlib.NewReader(arrived)
	default:
		return nil, f.fail("sends the archive in the Content-Encoding %.40q, which is not understood", encoding)
	}
	if err != nil {
		return nil, f.fail("broke off after 0 bytes: %v", f.why(err))
	}
	buffered := bufio.NewReaderSize(body, 32<<10)
	begin, err := buffered.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, f.fail("broke off after %d bytes: %v", buffered.Buffered(), f.why(err))
	}
	if strings.HasPrefix(http.DetectContentType(begin), "text/html") {
		return nil, f.fail("leads to a web page and not to an archive; a link that a file service shares often does, the one of its download button does not")
	}
	return buffered, nil
}

func (f *fetch) fail(format string, args ...any) error {
	if f.outer.Err() != nil {
		return f.outer.Err() // the server stops, or the import was deleted
	}
	return &LinkError{Host: f.host, Reason: fmt.Sprintf(format, args...)}
}

// why says what ended the transfer, without the link.
func (f *fetch) why(err error) error {
	switch {
	case f.outer.Err() == nil && f.ctx.Err() != nil:
		return context.Cause(f.ctx)
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork):
		return errNotPublic // which one it is, stays private
	case errors.Is(err, ssrf.ErrProhibitedPort):
		return errPort
	}
	return err
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
