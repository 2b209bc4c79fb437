package middleware

import (
	"io"
	"net/http"
	"strings"
)

// linger keeps the connection for a moment after a response that came before the
// body had. If it is closed at once, with bytes on their way, it is reset, and the client
// may never see the response. net/http does so by itself, but not if the client had
// asked to continue with "Expect: 100-continue".
func (b *pacedBody) linger(w http.ResponseWriter, r *http.Request) {
	if b.read == 0 || b.end || b.read == r.ContentLength || r.Header.Get("Expect") == "" {
		return
	}
	// A handler tells net/http to do so by a reader over its limit.
	over := http.MaxBytesReader(w, io.NopCloser(strings.NewReader("x")), 0)
	_, _ = over.Read(make([]byte, 1)) // the error is that of the limit
}
