package docs

import (
	"bytes"
	"net/http"
	"strconv"
	"time"
)

// sendTimeout is how long a client may take to read the page.
const sendTimeout = time.Minute

// ServeHTTP serves the page, with an ETag.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(sendTimeout)) // if it has one
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", p.Policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-cache")
	header.Set("ETag", strconv.Quote(p.etag))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(p.HTML))
}
