package middleware

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/ubiops-contrib/transfer/api/internal/contract"
	"github.com/ubiops-contrib/transfer/gen/server"
)

// New turns an implementation of the generated interface into a handler that
// serves it under each of opts.BaseURLs. The implementation reports its errors with
// [WriteError].
//
// The error says everything that is wrong with opts.
func New(impl server.ServerInterface, opts Options) (http.Handler, error) {
	opts, err := opts.withDefaults()
	if impl == nil {
		err = errors.Join(errors.New("the implementation is nil"), err)
	}
	if err != nil {
		return nil, fmt.Errorf("middleware: %w", err)
	}
	operations, err := contract.Operations()
	if err != nil {
		return nil, fmt.Errorf("middleware: reading the embedded contract: %w", err)
	}
	h := &handler{mux: http.NewServeMux(), operations: operations, opts: opts}
	h.limiter.limit = opts.RateLimit
	if opts.Memory != nil {
		h.arriving = NewBudget(opts.Memory.Size() / 4)
	}
	for _, base := range opts.BaseURLs {
		at := &under{handler: h, base: base}
		server.HandlerWithOptions(impl, server.StdHTTPServerOptions{
			BaseURL:          base,
			BaseRouter:       at,
			ErrorHandlerFunc: writeBindError,
		})
		if at.routes != len(operations) || at.unknown != nil {
			return nil, fmt.Errorf("middleware: the generated server and the embedded contract differ: "+
				"%d of %d operations have a route, %q are not in the contract", at.routes, len(operations), at.unknown)
		}
	}
	for path, next := range opts.Others {
		h.register("GET "+path, &other{limited: h.inAPI(path), handler: h, next: next})
	}
	if h.conflicts != nil {
		return nil, fmt.Errorf("middleware: routes of BaseURLs and Others mean the same paths: %w", errors.Join(h.conflicts...))
	}
	return h, nil
}

// handler looks up a request's operation and guards what happens then.
type handler struct {
	mux        *http.ServeMux
	conflicts  []error // between routes
	operations map[string]*contract.Operation
	opts       Options
	limiter    rateLimiter
	arriving   *Budget // of JSON bodies that are not whole yet
}

// register adds a route. The mux panics if two routes fit the same path and
// neither is more specific.
func (h *handler) register(pattern string, next http.Handler) {
	defer func() {
		if reason := recover(); reason != nil {
			h.conflicts = append(h.conflicts, fmt.Errorf("%s: %v", pattern, reason))
		}
	}()
	h.mux.Handle(pattern, next)
}

// under is what the generated code registers its routes under one base path
// with.
type under struct {
	*handler
	base    string
	routes  int
	unknown []string // patterns that are not in the contract
}

// HandleFunc adds the route of one operation.
func (u *under) HandleFunc(pattern string, next func(http.ResponseWriter, *http.Request)) {
	method, path, _ := strings.Cut(pattern, " ")
	op, ok := u.operations[method+" "+strings.TrimPrefix(path, u.base)]
	if !ok {
		u.unknown = append(u.unknown, pattern)
		return
	}
	u.routes++
	u.register(pattern, &route{operation: &operation{op}, handler: u.handler, next: next})
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	rw := &response{ResponseWriter: w, request: r, onError: h.opts.OnError, pace: newPace(control.SetWriteDeadline, &h.opts)}
	body := &pacedBody{ReadCloser: r.Body, pace: newPace(control.SetReadDeadline, &h.opts)}
	if r.Body != nil && r.Body != http.NoBody {
		body.pace.wait() // net/http reads on when nobody else has
		r.Body = body
	}
	if h.opts.OnDone != nil {
		defer h.done(rw, body, time.Now())
	}
	defer rw.pace.last()
	defer body.linger(w, r)
	defer rw.recoverPanic()
	// The mux would answer in plain text, or redirect to a cleaned path.
	found, _ := h.mux.Handler(r)
	switch found.(type) {
	case *route, *other:
		h.mux.ServeHTTP(rw, r)
	default:
		rw.fail(h.refusal(rw.Header(), found, r))
	}
}

// route is an operation with the generated code that serves it.
type route struct {
	*operation
	*handler
	next http.HandlerFunc
}

func (rt *route) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rw, ok := w.(*response)
	if !ok { // cannot happen: the mux passes on what handler.ServeHTTP gave it
		panic(fmt.Sprintf("middleware: unexpected response writer %T", w))
	}
	rw.operation = rt.operation
	if rt.opts.Responses != TrustResponses {
		rt.checked(rw, r)
		return
	}
	rt.serve(rw, rw.ResponseWriter, r)
}

// serve answers a request; w is the writer of net/http itself.
func (rt *route) serve(rw *response, w http.ResponseWriter, r *http.Request) {
	if err := rt.limiter.admit(rw.Header(), r); err != nil {
		rw.fail(err)
		return
	}
	r, err := rt.authenticate(r)
	if err != nil {
		rw.fail(err)
		return
	}
	rw.request = r
	query, err := parseQuery(r)
	if err != nil {
		rw.fail(err)
		return
	}
	rw.unknown = rt.unknownParameters(query)
	if r, err = rt.readBooleans(r, query); err != nil {
		rw.fail(err)
		return
	}
	if err := rt.checkParameters(r, query); err != nil {
		rw.fail(err)
		return
	}
	release, err := rt.checkBody(w, r)
	if err != nil {
		rw.fail(err)
		return
	}
	defer release()
	rt.next(rw, r)
}

// authenticate returns r with the context that Authenticate made for it.
func (rt *route) authenticate(r *http.Request) (*http.Request, error) {
	c, err := rt.opts.ReadCredentials(r)
	if err != nil {
		return nil, fmt.Errorf("reading the credentials: %w", err)
	}
	c.Project = r.PathValue("project_name")
	c.Operation = rt.ID
	c.Write = rt.Method != http.MethodGet
	ctx, err := rt.opts.Authenticate(r.Context(), c)
	if err != nil {
		return nil, fmt.Errorf("checking the token: %w", err)
	}
	if ctx == nil {
		return r, nil
	}
	return r.WithContext(ctx), nil
}
