package api

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"mime/multipart"
	"net/http"
	"net/textproto"
)

// form is the multipart/form-data body of imports_create: a beginning that
// ends in the header of the file, the archive, and an end. Without an archive
// everything is in the beginning and the end.
type form struct {
	contentType string
	prefix, end []byte
	archive     *upload // nil for a link or an export
}

// newForm writes the small fields before the file, so that a server knows them
// when the archive comes.
func newForm(source ImportSource, set choices) (*form, error) {
	if source.err != nil {
		return nil, source.err
	}
	f := &form{}
	var buf bytes.Buffer
	w := multipart.NewWriter(&buf)
	f.contentType = w.FormDataContentType()
	if set.skipConfirmation {
		if err := w.WriteField("skip_confirmation", "true"); err != nil {
			return nil, err
		}
	}
	switch {
	case source.field != "":
		if err := w.WriteField(source.field, source.text); err != nil {
			return nil, err
		}
	case source.open != nil:
		archive, err := source.open()
		if err != nil {
			return nil, err
		}
		archive.progress = set.progress
		f.archive = archive
		if _, err := w.CreatePart(fileHeader(archive.name)); err != nil {
			f.close()
			return nil, err
		}
	default:
		return nil, errors.New("the import has no source: use FromReader, FromFile, FromLink or FromExport")
	}
	middle := buf.Len()
	if err := w.Close(); err != nil {
		f.close()
		return nil, err
	}
	f.prefix, f.end = buf.Bytes()[:middle], buf.Bytes()[middle:]
	if f.archive != nil && f.archive.size > math.MaxInt64-int64(buf.Len()) {
		f.close()
		return nil, fmt.Errorf("the size of the archive is %d, which is too large", f.archive.size)
	}
	return f, nil
}

func fileHeader(name string) textproto.MIMEHeader {
	return textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("file", cmp.Or(name, "archive.zip"))},
		"Content-Type":        {"application/zip"},
	}
}

type formBody struct {
	io.Reader
	io.Closer
}

// open returns the form from its beginning, for an attempt.
func (f *form) open() (io.ReadCloser, error) {
	prefix, end := bytes.NewReader(f.prefix), bytes.NewReader(f.end)
	if f.archive == nil {
		return io.NopCloser(io.MultiReader(prefix, end)), nil
	}
	archive, err := f.archive.open()
	if err != nil {
		return nil, err
	}
	return formBody{io.MultiReader(prefix, archive, end), archive}, nil
}

// describe gives net/http the exact length and, if that is possible, a way to
// begin again. It makes net/http ask before it sends an archive: a server that
// refuses the token or the size says so before gigabytes have gone through.
func (f *form) describe(req *http.Request) {
	req.ContentLength = int64(len(f.prefix) + len(f.end))
	if f.archive != nil {
		req.ContentLength += f.archive.size
		req.Header.Set("Expect", "100-continue")
	}
	if f.archive == nil || f.archive.seeker != nil {
		req.GetBody = f.open
	}
}

// sent reports, after a success, whether the server was given the whole form.
func (f *form) sent() error {
	if f.archive == nil {
		return nil
	}
	return f.archive.result()
}

// close ends the upload: from here on the archive is not read any more.
func (f *form) close() {
	if f.archive != nil {
		f.archive.stop()
	}
}
