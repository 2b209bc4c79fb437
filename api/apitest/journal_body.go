package apitest

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"sync"
)

const maxNoted = 64 << 10 // bytes of a body or of a form's field

// watchedBody notes what is read of a request's body.
type watchedBody struct {
	io.ReadCloser
	entry *entry
	form  *io.PipeWriter // to whoever reads the form alongside; nil if it is not a form
	read  chan struct{}  // closed when that has ended
	once  sync.Once
}

func newWatchedBody(r *http.Request, e *entry) *watchedBody {
	b := &watchedBody{ReadCloser: r.Body, entry: e}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "multipart/form-data" && params["boundary"] != "" {
		var copied *io.PipeReader
		copied, b.form = io.Pipe()
		b.read = make(chan struct{})
		go func() {
			defer close(b.read)
			// The server says what is wrong with a form; here it is only noted.
			_ = b.readForm(multipart.NewReader(copied, params["boundary"]))
			_, _ = io.Copy(io.Discard, copied)
		}()
	}
	return b
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.entry.note(func(r *Request) {
		r.In += int64(n)
		if b.form == nil {
			r.Body = append(r.Body, p[:min(n, maxNoted-len(r.Body))]...)
		}
	})
	if b.form != nil && n > 0 {
		_, _ = b.form.Write(p[:n]) // fails after end, when nothing is noted any more
	}
	return n, err
}

// end waits until all that was read is noted.
func (b *watchedBody) end() {
	b.once.Do(func() {
		if b.form != nil {
			_ = b.form.Close() // never fails
			<-b.read
		}
	})
}

// readForm notes the fields of a form while it is read by somebody else.
func (b *watchedBody) readForm(form *multipart.Reader) error {
	for {
		part, err := form.NextPart()
		if err != nil {
			return err
		}
		name, file := part.FormName(), part.FileName()
		var value []byte
		if file == "" {
			value, err = io.ReadAll(io.LimitReader(part, maxNoted))
		}
		b.entry.note(func(r *Request) {
			if file != "" {
				r.FileName = file
				return
			}
			form := map[string]string{name: string(value)}
			for k, v := range r.Form { // the test may have a copy
				form[k] = v
			}
			r.Form = form
		})
		size, copyErr := io.Copy(io.Discard, part)
		if file != "" {
			b.entry.note(func(r *Request) { r.FileSize = size })
		}
		if err := errors.Join(err, copyErr); err != nil {
			return err
		}
	}
}
