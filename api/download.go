package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/ubiops-contrib/transfer/gen/client"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// errNoSuchPart says that the server does not send the part that was asked for,
// or sends one of another archive.
var errNoSuchPart = errors.New("the response is not the part of the archive that was asked for")

// Download is an archive on its way from the server.
type Download struct {
	// Body streams the archive. If it ends before Size bytes, Read fails with
	// an error that wraps [io.ErrUnexpectedEOF], and if there are more, with
	// [ErrArchiveSize]; if Size is -1, an end that HTTP itself does not notice
	// is not noticed here either. It fails too if no byte comes for a minute.
	// The caller closes it, at any time.
	Body io.ReadCloser
	// Size is the number of bytes, or -1 if the server does not say.
	Size int64
	// FileName is what the server suggests to call the file, reduced to a name
	// without a directory that common file systems accept and that ends in .zip,
	// or else made from the id. It is never empty.
	FileName string
}

// remoteArchive is the archive of one export or import on the server.
type remoteArchive struct {
	scope
	job, id string // job is "export" or "import"
}

// span is what is asked for of an archive: everything from a byte on.
type span struct {
	from int64
	etag string // of the bytes before from; "" if the server told none
	size int64  // of the archive, -1 if it is not known
}

// remoteBody is an archive, or its end, with the body open.
type remoteBody struct {
	*checkedBody
	from int64  // 0 if it is the whole, though a part was asked for
	size int64  // of the archive, -1 if it is not known
	etag string // as it was sent
	name string // never empty
}

// download opens the whole archive.
func (r remoteArchive) download(ctx context.Context) (*Download, error) {
	b, err := r.fetch(ctx, span{size: -1})
	if err != nil {
		return nil, err
	}
	return &Download{Body: b.checkedBody, Size: b.size, FileName: b.name}, nil
}

// fetch asks for a span and checks what the headers say about it.
func (r remoteArchive) fetch(ctx context.Context, s span) (*remoteBody, error) {
	req, err := r.request()
	if err != nil {
		return nil, err
	}
	s.ask(req)
	resp, err := r.send.do(ctx, req, nil)
	if refused, ok := errors.AsType[*Error](err); ok && refused.StatusCode == http.StatusRequestedRangeNotSatisfiable && s.from > 0 {
		return nil, fmt.Errorf("%w: %w", errNoSuchPart, err)
	}
	if err != nil {
		return nil, err
	}
	b, why, cause := s.classify(resp)
	if why != "" {
		_ = resp.Body.Close()
		return nil, r.send.unusable(resp, 1, why, cause)
	}
	b.name = cmp.Or(suggestedName(resp.Header), fileName(r.job+"-"+r.id), "archive.zip")
	b.checkedBody = &checkedBody{
		ReadCloser: resp.Body, read: b.from, size: b.size,
		where: resp.Request.Method + " " + r.send.path(resp.Request),
	}
	return b, nil
}

// size is what the job says, -1 if that is nothing.
func (r remoteArchive) size(ctx context.Context) (int64, error) {
	if r.job == "import" {
		req, err := r.get(ctx, "imports", r.id)
		job, err := receive[models.ImportDetail](ctx, r.send, req, err)
		if err != nil {
			return -1, err
		}
		return job.Size.Or(-1), nil
	}
	req, err := r.get(ctx, "exports", r.id)
	job, err := receive[models.ExportDetail](ctx, r.send, req, err)
	if err != nil {
		return -1, err
	}
	return job.Size.Or(-1), nil
}

func (r remoteArchive) request() (*http.Request, error) {
	if r.job == "import" {
		return client.NewImportsDownloadRequest(r.send.server, r.project, r.id, nil)
	}
	return client.NewExportsDownloadRequest(r.send.server, r.project, r.id, nil)
}

// ask asks for the archive as it is: a compressed body would have another
// length. Anything else is accepted too, since errors are not archives and
// frameworks answer 406 if they do not know application/zip.
func (s span) ask(req *http.Request) {
	req.Header.Set("Accept", "application/zip, */*;q=0.9")
	req.Header.Set("Accept-Encoding", "identity")
	if s.from > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", s.from))
		if isStrong(s.etag) {
			req.Header.Set("If-Range", s.etag)
		}
	}
}

// isStrong reports whether equal tags mean equal bytes.
func isStrong(etag string) bool { return strings.HasPrefix(etag, `"`) }

// classify says what a response is, or why it cannot be used.
func (s span) classify(resp *http.Response) (b *remoteBody, why string, cause error) {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")) // none or a broken one is fine
	encoding := resp.Header.Get("Content-Encoding")
	switch {
	case resp.StatusCode == http.StatusPartialContent && s.from == 0:
		return nil, "the response is a part of the archive, though the whole was asked for", nil
	case resp.StatusCode == http.StatusNoContent, resp.StatusCode == http.StatusResetContent:
		return nil, "the response has no archive", nil
	case kind == "text/html", kind == jsonType:
		return nil, "the response is " + kind + " and not an archive", nil
	case encoding != "" && !strings.EqualFold(encoding, "identity"):
		return nil, fmt.Sprintf("the response has the content encoding %.40q, though none was asked for", encoding), nil
	}
	b = &remoteBody{size: resp.ContentLength, etag: resp.Header.Get("ETag")}
	if resp.StatusCode != http.StatusPartialContent {
		if s.size >= 0 && b.size >= 0 && b.size != s.size {
			return nil, "the archive cannot be used", fmt.Errorf("%w: it has %d bytes instead of %d", ErrArchiveSize, b.size, s.size)
		}
		b.size = max(b.size, s.size)
		return b, "", nil
	}
	first, last, size, ok := contentRange(resp.Header)
	switch {
	case !ok, first != s.from, last != size-1, s.size >= 0 && size != s.size,
		b.etag != s.etag, b.size >= 0 && b.size != size-first:
		return nil, "the part cannot be used", errNoSuchPart
	}
	b.from, b.size = first, size
	return b, "", nil
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

// checkedBody checks that a body has its length, whichever transport it comes from.
// Its errors count from the beginning of the archive.
type checkedBody struct {
	io.ReadCloser
	read, size int64 // of the archive
	where      string
}

func (b *checkedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	ended := err == io.EOF //nolint:errorlint // wrapped, it is not an end
	if b.size >= 0 && int64(n) > b.size-b.read {
		n, ended, err = int(b.size-b.read), false, fmt.Errorf("%w: there is more", ErrArchiveSize)
	}
	b.read += int64(n)
	switch {
	case err == nil:
		return n, nil
	case ended && (b.size < 0 || b.read == b.size):
		return n, io.EOF
	case ended:
		err = io.ErrUnexpectedEOF
	}
	return n, fmt.Errorf("%s: after %d bytes of %s: %w", b.where, b.read, length(b.size), err)
}

func length(size int64) string {
	if size < 0 {
		return "unknown length"
	}
	return fmt.Sprint(size)
}
