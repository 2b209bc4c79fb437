package middleware

import (
	"bytes"
	"io"
	"mime"
	"net/http"

	"github.com/ubiops-contrib/transfer/api/internal/contract"
)

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
