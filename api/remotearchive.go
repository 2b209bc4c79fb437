package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/ubiops-contrib/transfer/gen/client"
)

// errNoSuchPart says that the server does not send the part that was asked for,
// or sends one of another archive.
var errNoSuchPart = errors.New("the answer is not the part of the archive that was asked for")

// remoteArchive is the archive of one export or import on the server.
type remoteArchive struct {
	client            *Client
	kind, project, id string // kind is "export" or "import"
	open              func(context.Context, client.RequestEditorFn) (*http.Response, error)
	detailSize        func(context.Context) (int64, error) // -1 where the detail has none
}

// span is what is asked for of an archive: everything from a byte on.
type span struct {
	from int64
	etag string // of the bytes before from; "" where the server told none
	size int64  // of the archive, -1 where it is not known
}

// answer is an archive, or its end, with the body open.
type answer struct {
	body *checkedBody
	from int64  // 0 where it is the whole, though a part was asked for
	size int64  // of the archive, -1 where it is not known
	etag string // as it was sent
	name string // never empty
}

// edit asks for the archive as it is: a compressed body would have another
// length. Anything else is accepted too, since errors are no archives and
// frameworks answer 406 where they know no application/zip.
func (s span) edit(_ context.Context, req *http.Request) error {
	req.Header.Set("Accept", "application/zip, */*;q=0.9")
	req.Header.Set("Accept-Encoding", "identity")
	if s.from > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", s.from))
		if isStrong(s.etag) {
			req.Header.Set("If-Range", s.etag)
		}
	}
	return nil
}

// isStrong reports whether equal tags mean equal bytes.
func isStrong(etag string) bool { return strings.HasPrefix(etag, `"`) }

// fetch asks for a span and checks what the headers say about it.
func (r *remoteArchive) fetch(ctx context.Context, s span) (*answer, error) {
	resp, err := r.open(ctx, s.edit)
	if refused, ok := errors.AsType[*Error](err); ok && refused.StatusCode == http.StatusRequestedRangeNotSatisfiable && s.from > 0 {
		return nil, fmt.Errorf("%w: %w", errNoSuchPart, err)
	}
	if err != nil {
		return nil, err
	}
	a, why, cause := s.judge(resp)
	if why != "" {
		_ = resp.Body.Close()
		return nil, r.client.send.unusable(resp, why, cause)
	}
	a.name = cmp.Or(suggestedName(resp.Header), fileName(r.kind+"-"+r.id), "archive.zip")
	a.body = &checkedBody{
		ReadCloser: resp.Body, read: a.from, size: a.size,
		where: resp.Request.Method + " " + r.client.send.path(resp.Request),
	}
	return a, nil
}

// judge says what an answer is, or why it is of no use.
func (s span) judge(resp *http.Response) (a *answer, why string, cause error) {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")) // no or a broken type is no objection
	encoding := resp.Header.Get("Content-Encoding")
	switch {
	case resp.StatusCode == http.StatusPartialContent && s.from == 0:
		return nil, "the answer is a part of the archive, though the whole was asked for", nil
	case resp.StatusCode == http.StatusNoContent, resp.StatusCode == http.StatusResetContent:
		return nil, "the answer has no archive", nil
	case kind == "text/html", kind == jsonType:
		return nil, "the answer is " + kind + " and no archive", nil
	case encoding != "" && !strings.EqualFold(encoding, "identity"):
		return nil, fmt.Sprintf("the answer has the content encoding %.40q, though none was asked for", encoding), nil
	}
	a = &answer{size: resp.ContentLength, etag: resp.Header.Get("ETag")}
	if resp.StatusCode != http.StatusPartialContent {
		if s.size >= 0 && a.size >= 0 && a.size != s.size {
			return nil, "the archive is of no use", fmt.Errorf("%w: it has %d bytes instead of %d", ErrDownloadSize, a.size, s.size)
		}
		a.size = max(a.size, s.size)
		return a, "", nil
	}
	first, last, size, ok := contentRange(resp.Header)
	switch {
	case !ok, first != s.from, last != size-1, s.size >= 0 && size != s.size,
		a.etag != s.etag, a.size >= 0 && a.size != size-first:
		return nil, "the part is of no use", errNoSuchPart
	}
	a.from, a.size = first, size
	return a, "", nil
}

// contentRange reads a header such as "bytes 10-99/100".
func contentRange(h http.Header) (first, last, size int64, ok bool) {
	positions, total, _ := strings.Cut(strings.TrimPrefix(h.Get("Content-Range"), "bytes "), "/")
	from, to, _ := strings.Cut(positions, "-")
	var errs [3]error
	for i, number := range []struct {
		text string
		to   *int64
	}{{from, &first}, {to, &last}, {total, &size}} {
		n, err := strconv.ParseUint(number.text, 10, 63)
		*number.to, errs[i] = int64(n), err
	}
	return first, last, size, errors.Join(errs[:]...) == nil
}
