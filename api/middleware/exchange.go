package middleware

import (
	"log/slog"
	"net/http"
	"time"
)

// Exchange is what became of a request, for logs and metrics.
type Exchange struct {
	Operation string // as in "exports_create"; empty outside the contract
	Status    int    // of the response; 0 if the connection was broken off before one
	Broken    bool   // whether the response was broken off
	GaveUp    bool   // whether the client went away; the status is StatusGaveUp if that was before the response
	Received  int64  // bytes of the body that were read
	Sent      int64  // bytes of the body that were sent, as far as net/http took them
	Duration  time.Duration

	// Unknown are the names of the query parameters that the contract does not
	// have, sorted: they were ignored, and may be misspelt. There are ten at most,
	// each cut after 64 bytes.
	Unknown []string
}

// LogValue is the exchange as a group of attributes, for slog.
func (e Exchange) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("operation", e.Operation), slog.Int("status", e.Status),
		slog.Int64("received", e.Received), slog.Int64("sent", e.Sent), slog.Duration("duration", e.Duration),
	}
	if e.Broken {
		attrs = append(attrs, slog.Bool("broken", true))
	}
	if e.GaveUp {
		attrs = append(attrs, slog.Bool("gave_up", true))
	}
	if len(e.Unknown) > 0 {
		attrs = append(attrs, slog.Any("unknown_parameters", e.Unknown))
	}
	return slog.GroupValue(attrs...)
}

// done reports a request to OnDone. It is deferred, so that it sees what ended
// in a panic as well.
func (h *handler) done(rw *response, body *pacedBody, began time.Time) {
	e := Exchange{Status: rw.status, Broken: rw.broken, Received: body.read, Sent: rw.sent, Duration: time.Since(began), Unknown: rw.unknown}
	if rw.operation != nil {
		e.Operation = rw.operation.ID
	}
	e.GaveUp = e.Status == StatusGaveUp || e.Broken && rw.request.Context().Err() != nil
	if e.Status == 0 && !e.Broken {
		e.Status = http.StatusOK // which net/http sends if the handler does not
	}
	h.opts.OnDone(rw.request, e)
}

// other is a route of Options.Others.
type other struct {
	*handler
	limited bool
	next    http.Handler
}

func (o *other) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if o.limited {
		if err := o.limiter.admit(w.Header(), r); err != nil {
			WriteError(w, r, err)
			return
		}
	}
	o.next.ServeHTTP(w, r)
}
