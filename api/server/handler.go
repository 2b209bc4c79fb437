package server

import (
	"errors"
	"net/http"

	"github.com/ubiops-contrib/transfer/api/middleware"
)

// newHandler puts the operations of the contract, and the routes beside it,
// behind one middleware.
func (s *Server) newHandler(opts Options) (http.Handler, error) {
	log := requestLog{opts.Log, &s.damaged}
	responses := middleware.TrustResponses
	if opts.OnBadResponse != nil {
		responses = middleware.ReportResponses
	}
	inner, err := middleware.NewStrict(&operations{s.engine}, middleware.Options{
		BaseURLs:     BaseURLs(),
		Authenticate: s.authenticate,
		MaxJSONBody:  opts.MaxJSONBody,
		Memory:       s.forRequests,
		Cost:         s.cost,
		MaxUpload:    opts.MaxArchive,
		RateLimit:    opts.RateLimit,
		Others:       s.outside(opts.Metrics),
		Responses:    responses,
		OnError: func(r *http.Request, status int, err error) {
			if errors.Is(err, middleware.ErrResponse) {
				opts.OnBadResponse(err)
			}
			log.failed(r, status, err)
		},
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

// cost is the memory for what an operation reads and returns.
func (s *Server) cost(r *http.Request, operation string) (int64, error) {
	ctx, project := r.Context(), r.PathValue("project_name")
	var bytes int64
	var err error
	switch operation {
	case "exports_get":
		bytes, err = s.engine.Cost(ctx, project, canonical(r.PathValue("export_id")), false)
	case "imports_get":
		bytes, err = s.engine.Cost(ctx, project, canonical(r.PathValue("import_id")), false)
	case "imports_update":
		bytes, err = s.engine.Cost(ctx, project, canonical(r.PathValue("import_id")), true)
	case "exports_create":
		bytes, err = s.engine.Cost(ctx, project, "", true)
	}
	return bytes, answer(err, "project")
}

// ServeHTTP serves the API under each of [BaseURLs]. Beside the contract it
// answers
//
//   - GET /livez: 200 while the process runs;
//   - GET /readyz: 200, or 503 with one word that says what is missing, in a
//     second at most;
//   - GET /metrics: what [Options.Metrics] shows, if that is set;
//   - GET /openapi.yaml: the contract, with this server in servers;
//   - what the official command asks for, under each of [BaseURLs]: GET /status, and
//     for a token GET /user, GET /projects and GET /projects/{name}. GET /user
//     is also answered without a base path, by a redirect: the command signs in
//     there when its host has no version.
//
// Only the routes that are said to be for a token need one: if strangers can reach
// the server, keep /metrics from them.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
