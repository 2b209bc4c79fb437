package server

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"sync/atomic"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

const requestIDHeader = "X-Request-Id"

// requestID is what an id of the client must look like to be used.
var requestID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$`)

// requestLog makes one line of each request. It never sees bodies, and takes
// from a request only what is named here: no header, and from the query only
// the names of parameters that are ignored. Those deserve a warning: ?al=true
// would export next to nothing.
type requestLog struct {
	log     *slog.Logger
	damaged *atomic.Int64 // requests that found stored data changed
}

// record is what the log has about a request before it is over.
type record struct {
	id  string
	err error
}

type recordKey struct{}

// begin gives the request an id, which the response carries.
func (requestLog) begin(w http.ResponseWriter, r *http.Request) *http.Request {
	id := r.Header.Get(requestIDHeader)
	if !requestID.MatchString(id) {
		id = rand.Text()
	}
	w.Header().Set(requestIDHeader, id)
	return r.WithContext(context.WithValue(r.Context(), recordKey{}, &record{id: id}))
}

// failed keeps an error for the line if the server, and not the request, is
// at fault.
func (requestLog) failed(r *http.Request, status int, err error) {
	if rec, ok := r.Context().Value(recordKey{}).(*record); ok && (status >= http.StatusInternalServerError || status < http.StatusBadRequest) {
		rec.err = err
	}
}

// done writes the line.
func (l requestLog) done(r *http.Request, e middleware.Exchange) {
	rec, known := r.Context().Value(recordKey{}).(*record)
	damaged := known && errors.Is(rec.err, store.ErrDamaged)
	if damaged {
		l.damaged.Add(1)
	}
	level := slog.LevelInfo
	switch {
	case e.Status >= http.StatusInternalServerError, damaged:
		level = slog.LevelError
	case e.Broken && !e.GaveUp, len(e.Unknown) > 0:
		level = slog.LevelWarn
	}
	if !l.log.Enabled(r.Context(), level) {
		return
	}
	source, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		source = r.RemoteAddr
	}
	attrs := []slog.Attr{
		slog.String("method", clip(r.Method)), slog.String("path", clip(r.URL.Path)),
		slog.Any("", e), slog.String("source", source),
	}
	if known {
		attrs = append(attrs, slog.String("id", rec.id))
		if rec.err != nil {
			attrs = append(attrs, slog.Any("error", rec.err))
		}
	}
	l.log.LogAttrs(r.Context(), level, "request", attrs...)
}

// clip bounds what a client chose, so that it cannot flood the log.
func clip(text string) string { return text[:min(len(text), 300)] }
