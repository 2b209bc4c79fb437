package middleware

import (
	"bufio"
	"bytes"
	"io"
)

const formBuffer = 64 << 10 // bytes

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
