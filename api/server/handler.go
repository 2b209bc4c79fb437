package server

import (
	"net/http"

	"github.com/ubiops-contrib/transfer/api/middleware"
)

// newHandler puts the operations of the contract and what stands outside of it
// behind one middleware.
func (s *Server) newHandler(opts Options) (http.Handler, error) {
	log := requestLog{opts.Log, &s.damaged}
	inner, err := middleware.NewStrict(&operations{s.engine}, middleware.Options{
		BaseURL:      BaseURL,
		Authenticate: s.authenticate,
		MaxUpload:    opts.MaxArchive,
		RateLimit:    opts.RateLimit,
		Others:       s.outside(opts.Metrics),
		OnError:      log.failed,
		OnDone: func(r *http.Request, e middleware.Exchange) {
			log.done(r, e)
			if opts.Metrics != nil {
				opts.Metrics.Request(e)
			}
		},
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.inFlight.Add(1)
		defer s.inFlight.Add(-1)
		inner.ServeHTTP(w, log.begin(w, r))
	}), err
}

// ServeHTTP serves the API under [BaseURL]. Outside of the contract it answers
//
//   - GET /livez: 200 while the process runs;
//   - GET /readyz: 200, or 503 with one word that says what is missing, in a
//     second at most;
//   - GET /metrics: what [Options.Metrics] shows, if that is set;
//   - GET /openapi.yaml: the contract, with this server in servers;
//   - GET /v2.1/status and, for a token, GET /v2.1/projects, which the official
//     command asks.
//
// None but the last needs a token: whoever serves it to strangers keeps
// /metrics from them.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
