package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	maxBody    = 64 << 20 // bytes of a response that are read
	maxWaits   = 5        // for a rate limit, in a row
	cleanUpFor = 30 * time.Second
)

// probe is what a check asks the server with.
type probe struct {
	*suite
	ctx      context.Context //nolint:containedctx // it lives as long as one check
	last     *exchange
	observed []string
	undo     []func(context.Context) error
}

// exchange is a request and its response.
type exchange struct {
	status int
	header http.Header
	body   []byte
	cut    error // how the body ended, if not well
	curl   string
}

// ended ends a check early.
type ended struct {
	outcome Outcome
	message string
}

// carryOut runs a check and takes away what it has made, in reverse order.
func (p *probe) carryOut(ctx context.Context, run func(*probe)) (outcome Outcome, message string) {
	outcome = Pass
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpFor)
		defer cancel()
		for i := len(p.undo) - 1; i >= 0; i-- {
			if err := p.undo[i](ctx); err != nil && outcome == Pass {
				outcome, message = Error, err.Error()
			}
		}
	}()
	defer func() {
		switch e := recover().(type) {
		case nil:
		case ended:
			outcome, message = e.outcome, e.message
		default:
			panic(e)
		}
	}()
	run(p)
	return outcome, message
}

func (p *probe) fail(format string, args ...any) { panic(ended{Fail, fmt.Sprintf(format, args...)}) }
func (p *probe) skip(format string, args ...any) { panic(ended{Skip, fmt.Sprintf(format, args...)}) }

// observe notes what nobody documents. It must not tell where it was.
func (p *probe) observe(format string, args ...any) {
	p.observed = append(p.observed, fmt.Sprintf(format, args...))
}

// request is what is sent beside method and path.
type request struct {
	body        []byte
	contentType string
	shown       string // of the body, as arguments of curl
	header      [][2]string
	project     string // another one
	base        string // another one
}

// send sends a request below the project, and holds the response against the
// contract. A path may have a query.
func (p *probe) send(method, path string, r *request) *exchange {
	x, err := p.try(method, path, r)
	_, dialing := errors.AsType[*net.OpError](err)
	switch {
	case err != nil && context.Cause(p.ctx) != nil:
		p.fail("no response in time")
	case err != nil && dialing:
		panic(ended{Error, err.Error()})
	case err != nil:
		p.fail("no response: %v", err)
	}
	plain, _, _ := strings.Cut(path, "?")
	if err := CheckResponse(method, "/projects/p"+plain, x.status, x.header, x.body); err != nil {
		p.fail("%v", err)
	}
	return x
}

// try is send without holding it against anything. It waits for rate limits.
func (p *probe) try(method, path string, r *request) (*exchange, error) {
	for n := 1; ; n++ {
		x, err := p.once(method, path, r)
		if err != nil || x.status != http.StatusTooManyRequests || n == maxWaits {
			return x, err
		}
		if err := sleep(p.ctx, asked(x.header)); err != nil {
			return x, err
		}
	}
}

// asked is how long a response asks to wait, a minute at most.
func asked(header http.Header) time.Duration {
	for _, name := range []string{"Retry-After", "X-Ratelimit-Reset"} {
		if seconds, err := strconv.ParseFloat(header.Get(name), 64); err == nil && seconds >= 0 {
			return time.Duration(min(seconds, 60) * float64(time.Second))
		}
	}
	return time.Second
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (p *probe) once(method, path string, r *request) (*exchange, error) {
	if r == nil {
		r = &request{}
	}
	base, project := p.base, p.opts.Project
	if r.base != "" {
		base = r.base
	}
	if r.project != "" {
		project = r.project
	}
	req, err := http.NewRequestWithContext(p.ctx, method, base+"/projects/"+project+path, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	if err := p.identify(req); err != nil {
		return nil, err
	}
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	for _, h := range r.header {
		if req.Header.Set(h[0], h[1]); h[1] == "" {
			req.Header.Del(h[0])
		}
	}
	p.last = &exchange{curl: curl(req, r)}
	resp, err := p.raw.Client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	p.last.status, p.last.header = resp.StatusCode, resp.Header
	p.last.body, p.last.cut = io.ReadAll(io.LimitReader(resp.Body, maxBody))
	return p.last, nil
}

// curl is a command that repeats a request, with the token from the environment.
func curl(req *http.Request, r *request) string {
	words := []string{"curl", "-sS", "-i"}
	if req.Method != http.MethodGet {
		words = append(words, "-X", req.Method)
	}
	if req.Header.Get("Authorization") != "" {
		words = append(words, `-H "Authorization: $UBIOPS_API_TOKEN"`)
	}
	for _, name := range []string{"Range", "If-Range"} {
		if value := req.Header.Get(name); value != "" {
			words = append(words, quoted(name+": "+value))
		}
	}
	if r.shown != "" {
		words = append(words, r.shown)
	}
	return strings.Join(append(words, "'"+req.URL.String()+"'"), " ")
}

func quoted(header string) string { return "-H '" + header + "'" }
