package api

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// ErrDownloadSize says that the server has another number of bytes than the
// archive should have. A body that merely ends too early is an
// [io.ErrUnexpectedEOF].
var ErrDownloadSize = errors.New("the archive does not have the expected size")

// Download is an archive on its way from the server.
type Download struct {
	// Body streams the archive. Where it ends before Size bytes, Read fails with
	// an error that wraps [io.ErrUnexpectedEOF], and where it goes on after them
	// with [ErrDownloadSize]; where Size is -1, an end that HTTP itself does not
	// notice is not noticed here either. It fails too where no byte comes for a
	// minute. The caller closes it, at any time.
	Body io.ReadCloser
	// Size is the number of bytes, or -1 where the server does not tell and
	// [ExpectSize] was not given.
	Size int64
	// FileName is what the server suggests to call the file, reduced to a name
	// without a directory that common file systems accept and that ends in .zip,
	// or else made from the id. It is never empty.
	FileName string
}

// DownloadOption is a choice for the Download and DownloadFile methods of
// [ExportsService] and [ImportsService].
type DownloadOption func(*downloadChoices)

type downloadChoices struct {
	size                   int64 // -1 where it is not known
	progress               Progress
	overwrite, keepPartial bool
	writer                 func(io.Writer) io.Writer // for tests that fill the disk
}

// ExpectSize says how many bytes the archive has, as the Size of a detail does.
// A download of another size is an error, also where the server does not tell
// how much it sends. The default: Download believes the server's Content-Length,
// and DownloadFile asks for the detail first. A negative size stands for the
// default.
func ExpectSize(bytes int64) DownloadOption {
	return func(c *downloadChoices) { c.size = max(bytes, -1) }
}

// DownloadProgress has p told how far a download is. What was there from an
// earlier call counts as done.
func DownloadProgress(p Progress) DownloadOption {
	return func(c *downloadChoices) { c.progress = p }
}

func downloadChoicesOf(opts []DownloadOption) downloadChoices {
	c := downloadChoices{size: -1}
	for _, opt := range opts {
		opt(&c)
	}
	return c
}

// download opens the whole archive.
func (r *remoteArchive) download(ctx context.Context, set downloadChoices) (*Download, error) {
	a, err := r.fetch(ctx, span{size: set.size})
	if err != nil {
		return nil, err
	}
	a.body.meter = meter{tell: set.progress, total: a.size}
	return &Download{Body: a.body, Size: a.size, FileName: a.name}, nil
}

// checkedBody holds a body to its length, whichever transport it comes from.
// Its errors count from the beginning of the archive.
type checkedBody struct {
	io.ReadCloser
	read, size int64 // of the archive
	where      string
	meter      meter
}

func (b *checkedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	ended := err == io.EOF //nolint:errorlint // wrapped, it is no end
	if b.size >= 0 && int64(n) > b.size-b.read {
		n, ended, err = int(b.size-b.read), false, fmt.Errorf("%w: it goes on", ErrDownloadSize)
	}
	b.read += int64(n)
	b.meter.add(n)
	switch {
	case err == nil:
		return n, nil
	case ended && (b.size < 0 || b.read == b.size):
		b.meter.end()
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
