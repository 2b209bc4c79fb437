package middleware

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/ubiops-contrib/transfer/gen/server"
)

// New turns an implementation of the generated interface into a handler that
// serves it under opts.BaseURL. The implementation reports its errors with
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
	contract, err := operations()
	if err != nil {
		return nil, fmt.Errorf("middleware: reading the embedded contract: %w", err)
	}
	h := &handler{mux: http.NewServeMux(), contract: contract, opts: opts}
	h.limiter.limit = opts.RateLimit
	if opts.Memory != nil {
		h.arriving = NewBudget(opts.Memory.Size() / 4)
	}
	server.HandlerWithOptions(impl, server.StdHTTPServerOptions{
		BaseURL:          opts.BaseURL,
		BaseRouter:       h,
		ErrorHandlerFunc: writeBindError,
	})
	if h.routes != len(contract) || h.strangers != nil {
		return nil, fmt.Errorf("middleware: the generated server and the embedded contract differ: "+
			"%d of %d operations have a route, %q are not in the contract", h.routes, len(contract), h.strangers)
	}
	for path, next := range opts.Others {
		h.mux.Handle("GET "+path, &other{limited: strings.HasPrefix(path, opts.BaseURL+"/"), handler: h, next: next})
	}
	return h, nil
}

// handler looks up a request's operation and guards what happens then. It is
// also what the generated code registers its routes with.
type handler struct {
	mux      *http.ServeMux
	contract map[string]*operation
	opts     Options
	limiter  rateLimiter
	arriving *Budget // of JSON bodies that are not whole yet

	routes    int
	strangers []string
}

// HandleFunc adds the route of one operation.
func (h *handler) HandleFunc(pattern string, next func(http.ResponseWriter, *http.Request)) {
	method, path, _ := strings.Cut(pattern, " ")
	op, ok := h.contract[method+" "+strings.TrimPrefix(path, h.opts.BaseURL)]
	if !ok {
		h.strangers = append(h.strangers, pattern)
		return
	}
	h.routes++
	h.mux.Handle(pattern, &route{operation: op, handler: h, next: next})
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
		rw.fail(refusal(rw.Header(), found, r))
	}
}

// refusal is the error for a request without a route. Only the mux knows
// whether another method would have one, so its own answer is looked at.
func refusal(header http.Header, answer http.Handler, r *http.Request) error {
	probe := probe{header: http.Header{}}
	answer.ServeHTTP(&probe, r)
	if probe.status != http.StatusMethodNotAllowed {
		return &Error{Status: http.StatusNotFound, Message: "not found", Detail: "there is nothing at this path"}
	}
	allow := probe.header.Get("Allow")
	header.Set("Allow", allow)
	return &Error{Status: http.StatusMethodNotAllowed, Message: "method not allowed", Detail: "allowed here: " + allow}
}

// probe takes an answer of which only the header matters.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) WriteHeader(status int)      { p.status = status }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }

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
	if err := rt.checkParameters(r); err != nil {
		rw.fail(err)
		return
	}
	release, err := rt.checkBody(rw.ResponseWriter, r)
	if err != nil {
		rw.fail(err)
		return
	}
	defer release()
	rt.next(rw, r)
}

// authenticate returns r with the context that Authenticate made for it.
func (rt *route) authenticate(r *http.Request) (*http.Request, error) {
	c, err := parseAuthorization(r.Header["Authorization"])
	if err != nil {
		return nil, err
	}
	c.Project = r.PathValue("project_name")
	c.Operation = rt.id
	c.Write = rt.method != http.MethodGet
	ctx, err := rt.opts.Authenticate(r.Context(), c)
	if err != nil {
		return nil, fmt.Errorf("checking the token: %w", err)
	}
	if ctx == nil {
		return r, nil
	}
	return r.WithContext(ctx), nil
}
