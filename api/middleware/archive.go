package middleware

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/ubiops-contrib/transfer/gen/server"
)

// Archive is the response to a download: the whole archive or the one byte
// range that was asked for. In the strict interface it is returned as it is;
// elsewhere [ServeArchive] sends it.
//
// A range that the archive does not have is answered with 416. A request for
// several ranges, for a malformed one or in another unit than bytes gets the
// whole archive, as RFC 9110 allows, and so does one whose If-Range names
// another ETag. Other conditions (If-None-Match and the like) are ignored: the
// contract has no response for them.
type Archive struct {
	// Content is read from where the response begins, and closed in the end if
	// it is an [io.Closer]. Its size is where seeking to its end leads.
	Content io.ReadSeeker
	// Name is the file name that is suggested to the client, without
	// directories; "archive.zip" when it is empty.
	Name string
	// ETag changes with the content, for instance its SHA-256 in hex, without
	// quotes. Without one a client cannot resume safely: If-Range then always
	// gets the whole archive.
	ETag string
}

var (
	_ server.ExportsDownloadResponseObject = Archive{}
	_ server.ImportsDownloadResponseObject = Archive{}
)

// VisitExportsDownloadResponse sends the archive.
func (a Archive) VisitExportsDownloadResponse(w http.ResponseWriter) error { return a.visit(w) }

// VisitImportsDownloadResponse sends the archive.
func (a Archive) VisitImportsDownloadResponse(w http.ResponseWriter) error { return a.visit(w) }

// visit gets the request, which the strict interface does not pass on, from
// the writer.
func (a Archive) visit(w http.ResponseWriter) error {
	rw := unwrap(w)
	if rw == nil {
		return errors.New("an Archive needs the ResponseWriter that this package gave to the handler")
	}
	return a.send(w, rw.request)
}

// ServeArchive answers r with an archive, errors included.
func ServeArchive(w http.ResponseWriter, r *http.Request, a Archive) {
	if err := a.send(w, r); err != nil {
		WriteError(w, r, err)
	}
}

// send does what http.ServeContent does, which would hide errors of the
// content, answer 416 in plain text and without Content-Range, and knows
// answers that the contract has not: 304, 412 and several ranges in one body.
func (a Archive) send(w http.ResponseWriter, r *http.Request) error {
	if a.Content == nil {
		return errors.New("the archive to send has no content")
	}
	if c, ok := a.Content.(io.Closer); ok {
		defer func() { _ = c.Close() }() // it was only read
	}
	size, err := a.Content.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("finding the size of the archive: %w", err)
	}
	header := w.Header()
	if a.ETag != "" {
		if strings.ContainsFunc(a.ETag, func(c rune) bool { return c <= ' ' || c == '"' || c > '~' }) {
			return fmt.Errorf("the ETag %q cannot be sent", a.ETag)
		}
		header.Set("Etag", `"`+a.ETag+`"`)
	}
	part, status := byteRange{0, size}, http.StatusOK
	if asked, ok := rangeOf(r.Method, r.Header, header.Get("Etag")); ok {
		if part, ok = asked.within(size); !ok {
			header.Set("Content-Range", fmt.Sprintf("bytes */%d", size))
			return &Error{Status: http.StatusRequestedRangeNotSatisfiable, Message: "the archive has no such bytes",
				Detail: fmt.Sprintf("it has %d", size)}
		}
		status = http.StatusPartialContent
		header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", part.start, part.start+part.length-1, size))
	}
	body, err := a.open(r.Method, part)
	if err != nil {
		return err
	}
	if c, ok := body.(io.Closer); ok {
		defer func() { _ = c.Close() }()
	}
	header.Set("Accept-Ranges", "bytes")
	header.Set("Content-Disposition", disposition(a.Name))
	header.Set("Content-Length", strconv.FormatInt(part.length, 10))
	header.Set("Content-Type", "application/zip")
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	n, err := io.Copy(w, body)
	if err == nil && n < part.length {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("sending the archive: after %d of %d bytes: %w", n, part.length, err)
	}
	return nil
}

// open returns a reader of a part of the archive, which the caller closes if it
// is an [io.Closer].
func (a Archive) open(method string, part byteRange) (io.Reader, error) {
	ranges, ok := a.Content.(interface {
		OpenRange(off, n int64) (io.ReadCloser, error)
	})
	if ok && method != http.MethodHead { // which would open it for nothing
		body, err := ranges.OpenRange(part.start, part.length)
		if err != nil {
			return nil, fmt.Errorf("opening the archive: %w", err)
		}
		return body, nil
	}
	if _, err := a.Content.Seek(part.start, io.SeekStart); err != nil {
		return nil, fmt.Errorf("seeking in the archive: %w", err)
	}
	return io.LimitReader(a.Content, part.length), nil
}
