package middleware

import (
	"bytes"
	"io"
)

const maxPartHeader = 64 << 10 // bytes

// partHeaders is the body of a form whose parts have headers of a limited
// length. multipart.Reader would hold up to 10 MB of each.
type partHeaders struct {
	io.ReadCloser
	boundary []byte // the end of a line and the boundary
	inside   bool   // a header is being read
	length   int    // bytes of it so far
	rest     []byte // the last bytes, in which what is looked for may have begun
	err      error
}

func newPartHeaders(body io.ReadCloser, boundary string) *partHeaders {
	return &partHeaders{
		ReadCloser: body,
		boundary:   []byte("\n--" + boundary),
		rest:       []byte("\n"), // the first boundary needs none before it
	}
}

func (h *partHeaders) Read(p []byte) (int, error) {
	if h.err != nil {
		return 0, h.err
	}
	n, err := h.ReadCloser.Read(p)
	data := append(h.rest, p[:n]...) //nolint:gocritic // both are the same buffer
	rest := h.scan(data)
	h.rest = append(data[:0], rest...)
	if h.length > maxPartHeader || len(h.rest) > maxPartHeader {
		h.err = badForm("the header of a part is longer than %d bytes", maxPartHeader)
		return 0, h.err
	}
	return n, err
}

// scan goes through what has come and returns what has to be seen again
// together with what follows.
func (h *partHeaders) scan(data []byte) (rest []byte) {
	for {
		if h.inside {
			end := endOfHeader(data)
			if end < 0 {
				rest = data[max(0, len(data)-len("\n\r")):]
				h.length += len(data) - len(rest)
				return rest
			}
			if h.length += end; h.length > maxPartHeader {
				return nil
			}
			h.inside, h.length, data = false, 0, data[end:]
		}
		at := bytes.Index(data, h.boundary)
		if at < 0 {
			return data[max(0, len(data)-len(h.boundary)+1):]
		}
		// White space may follow a boundary, and then the line has to end.
		line := bytes.TrimLeft(data[at+len(h.boundary):], " \t")
		if len(line) == 0 || string(line) == "\r" {
			return data[at:]
		}
		h.inside = line[0] == '\n' || bytes.HasPrefix(line, []byte("\r\n"))
		data = line
	}
}

// endOfHeader returns where the empty line begins that ends a header, with the
// end of line that a boundary may follow; or -1.
func endOfHeader(data []byte) int {
	lf, crlf := bytes.Index(data, []byte("\n\n")), bytes.Index(data, []byte("\n\r\n"))
	switch {
	case crlf >= 0 && (lf < 0 || crlf < lf):
		return crlf + len("\n\r")
	case lf >= 0:
		return lf + len("\n")
	}
	return -1
}
