package middleware

import (
	"bufio"
	"bytes"
	"io"
	"mime"
	"net/http"

	"github.com/ubiops-contrib/transfer/api/internal/contract"
)

const formBuffer = 64 << 10 // bytes

// checkBody checks the body of a request, or, if it is a form, only
// prepares it to be read as a stream. w is the writer of net/http itself:
// MaxBytesReader tells it to close the connection. What it returns frees
// the memory of the request; it is nil if there is an error.
func (rt *route) checkBody(w http.ResponseWriter, r *http.Request) (release func(), err error) {
	switch rt.Body {
	case contract.JSONBody:
		return rt.takeJSON(w, r)
	case contract.FormBody:
		boundary, err := formBoundary(r.Header.Get("Content-Type"))
		if err != nil {
			return nil, err
		}
		if most := rt.opts.MaxUpload; most > 0 {
			if r.ContentLength > most {
				return nil, &http.MaxBytesError{Limit: most}
			}
			r.Body = http.MaxBytesReader(w, r.Body, most)
		}
		r.Body = newPartHeaders(newWholeForm(r.Body, boundary), boundary)
	case contract.NoBody:
	}
	return rt.admit(r, 0)
}

// takeJSON reads and checks a JSON body.
func (rt *route) takeJSON(w http.ResponseWriter, r *http.Request) (release func(), err error) {
	data, arrived, err := rt.readJSON(w, r)
	if err != nil {
		return nil, err
	}
	admitted := func() {}
	free := func() {
		admitted()
		arrived()
	}
	cost, err := costOf(data, rt.opts.MaxJSONMemory)
	if err == nil {
		if admitted, err = rt.admit(r, cost); err == nil {
			err = rt.checkJSON(data)
		}
	}
	if err != nil {
		free()
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(data))
	r.ContentLength = int64(len(data))
	return free, nil
}

func formBoundary(contentType string) (string, error) {
	detail := ""
	kind, params, err := mime.ParseMediaType(contentType)
	switch {
	case contentType == "":
		detail = "the header Content-Type is missing"
	case err != nil:
		detail = "the header Content-Type is malformed"
	case kind != "multipart/form-data":
		detail = "the Content-Type is not multipart/form-data"
	case params["boundary"] == "":
		detail = "the Content-Type has no boundary"
	default:
		return params["boundary"], nil
	}
	return "", &Error{Status: http.StatusBadRequest, Message: "the body has to be a multipart form", Detail: detail}
}

// wholeForm is the body of a form that fails when it ends without the closing
// boundary. multipart.Reader would otherwise take an end inside the header of
// a part for the end of the form, and the fields that follow would be lost.
type wholeForm struct {
	io.Reader
	io.Closer
	end  []byte // the closing boundary
	tail []byte // the last bytes that were read
}

// newWholeForm reads ahead: multipart.Reader asks for 4 KiB at a time, which
// would be a system call each.
func newWholeForm(body io.ReadCloser, boundary string) *wholeForm {
	return &wholeForm{
		Reader: bufio.NewReaderSize(body, formBuffer),
		Closer: body,
		end:    []byte("--" + boundary + "--"),
	}
}

func (f *wholeForm) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	keep := len(f.end) + 64 // white space may follow the boundary
	f.tail = append(f.tail, p[max(0, n-keep):n]...)
	f.tail = append(f.tail[:0], f.tail[max(0, len(f.tail)-keep):]...)
	if err == io.EOF && len(f.tail) > 0 && !bytes.Contains(f.tail, f.end) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
