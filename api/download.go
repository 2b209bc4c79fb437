package api

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode"

	"github.com/ubiops-contrib/transfer/gen/client"
)

// Download is an archive on its way from the server.
type Download struct {
	// Body streams the archive. Where it ends before Size bytes, Read fails with
	// an error that wraps [io.ErrUnexpectedEOF]; where Size is -1, an end that
	// HTTP itself does not notice is not noticed here either. The caller closes
	// it, at any time.
	Body io.ReadCloser
	// Size is the number of bytes, or -1 where the server does not tell.
	Size int64
	// FileName is what the server suggests to call the file, reduced to a name
	// without a directory that common file systems accept, or else made from the
	// id. It is never empty.
	FileName string
}

const maxFileName = 200 // bytes; common file systems take 255

// acceptArchive asks for the archive as it is: a compressed body would have
// another length. Anything else is accepted too, since errors are no archives
// and frameworks answer 406 where they know no application/zip.
func acceptArchive(_ context.Context, req *http.Request) error {
	req.Header.Set("Accept", "application/zip, */*;q=0.9")
	req.Header.Set("Accept-Encoding", "identity")
	return nil
}

// download makes a call and returns the archive that it answers, with the body open.
func download(c *Client, fallback string, call func(*client.Client) (*http.Response, error)) (*Download, error) {
	resp, err := call(c.calls)
	if err != nil {
		return nil, err
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")) // no or a broken type is no objection
	why := ""
	switch {
	case resp.StatusCode == http.StatusPartialContent:
		why = "the answer is a part of the archive, though the whole was asked for"
	case resp.StatusCode == http.StatusNoContent, resp.StatusCode == http.StatusResetContent:
		why = "the answer has no archive"
	case kind == "text/html", kind == jsonType:
		why = "the answer is " + kind + " and no archive"
	}
	if why != "" {
		drain(resp.Body)
		_ = resp.Body.Close()
		return nil, c.send.unusable(resp, why, nil)
	}
	d := &Download{Size: resp.ContentLength, FileName: cmp.Or(fileName(fallback), "archive.zip")}
	if _, params, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition")); err == nil {
		if name := fileName(params["filename"]); name != "" {
			d.FileName = name
		}
	}
	where := resp.Request.Method + " " + c.send.path(resp.Request)
	d.Body = &checkedBody{ReadCloser: resp.Body, size: d.Size, where: where}
	return d, nil
}

// checkedBody holds a body to its length, whichever transport it comes from.
type checkedBody struct {
	io.ReadCloser
	read, size int64
	where      string
}

func (b *checkedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if err == nil || err == io.EOF && (b.size < 0 || b.read == b.size) {
		return n, err
	}
	if err == io.EOF {
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

// fileName reduces a foreign name to one that stays in its directory: the part
// behind the last separator of any system, without characters that cannot be
// seen or that Windows reserves, and without dots or spaces around it. It is
// empty where nothing is left, or too much.
func fileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.Trim(name, ". ")
	if len(name) > maxFileName {
		return ""
	}
	return name
}
