package middleware

import (
	"io"
	"net/http"
	"strings"
)

// linger keeps the connection for a moment after an answer that came before the
// body had. Closed at once, with bytes on their way, it is reset, and the client
// may never see the answer. net/http does so by itself, but not where the client
// had asked to go on with "Expect: 100-continue".
func (b *pacedBody) linger(w http.ResponseWriter, r *http.Request) {
	if b.read == 0 || b.end || b.read == r.ContentLength || r.Header.Get("Expect") == "" {
		return
	}
	// A reader over its limit is how a handler tells net/http to do it.
	over := http.MaxBytesReader(w, io.NopCloser(strings.NewReader("x")), 0)
	_, _ = over.Read(make([]byte, 1)) // the error is that of the limit
}
