package middleware

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	defaultMaxJSONBody  = 16 << 20
	jsonMemoryFactor    = 12
	defaultMinRate      = 4 << 10
	defaultMinRateAfter = 30 * time.Second
)

// defaultBaseURLs are the two paths that the platform has the API under.
var defaultBaseURLs = []string{"/v2.1", "/v2"}

// Options says how a handler serves the API.
type Options struct {
	// BaseURLs are the paths that the API lies under, the same under each; nil
	// stands for "/v2.1" and "/v2", as in the contract: clients use both. "/"
	// serves it without a prefix.
	BaseURLs []string

	// ReadCredentials returns the credentials in a request, for another scheme than
	// Token and Bearer: a header of its own, a cookie, a client certificate. Nil
	// stands for the function [ReadCredentials]. Project, Operation and Write are
	// filled in afterwards. An error ends the request as one of Authenticate does.
	ReadCredentials func(r *http.Request) (Credentials, error)

	// Authenticate checks a token and is required; [Tokens] has one to start
	// with. It is called for every request that has a route, before anything
	// else is looked at. The
	// context that it returns becomes the request's, so that it can carry who
	// is asking; nil leaves the request's own.
	//
	// An [*Error] that it returns or wraps is the response: 401 for a token that
	// is not known, 403 for one that may not do this, 404 for a project that
	// it does not see. Any other error is answered with 500.
	Authenticate func(ctx context.Context, c Credentials) (context.Context, error)

	// MaxJSONBody is the size in bytes that a JSON body may have; a larger one
	// is answered with 413. 0 stands for 16 MiB, four times what confirms an
	// import of a thousand deployments with five versions each. Such a body
	// is held in memory while it is checked.
	MaxJSONBody int64

	// MaxJSONMemory is what a JSON body may become in memory, in bytes, by an
	// estimate from its size and the number of its values and objects; one that
	// becomes more is answered with 413. 0 stands for 12 times MaxJSONBody, so that
	// only bodies of very many very small values are refused.
	MaxJSONMemory int64

	// Memory is what the requests to operations share, by project: JSON bodies by
	// the same estimate, and what Cost says. One that finds too little waits, and is
	// answered with 503 and Retry-After when that takes 10 seconds. Bodies that are
	// still arriving share a quarter of the same size beside it, so that slow
	// clients keep nobody from working. Small requests, below 256 KiB, ask for
	// nothing. Nil sets no limit.
	Memory *Budget

	// Cost, if it is set, says how many bytes of memory the implementation needs
	// for a request to an operation, beside its body; for instance for the rows
	// that it reads and the response that it makes of them. It is called after the
	// body has arrived, and its error is answered as one of the implementation.
	Cost func(r *http.Request, operation string) (int64, error)

	// MaxUpload is the size in bytes that the whole form of imports_create may
	// have; a larger one is answered with 413. 0 means that there is no limit.
	MaxUpload int64

	// RateLimit is how many requests a minute one client may send, 0 any
	// number. A client is an IPv4 address or the /64 that an IPv6 address lies
	// in; behind a proxy all are one. Every response of a route under BaseURLs
	// then carries x-ratelimit-limit, x-ratelimit-remaining and
	// x-ratelimit-reset, the seconds until everybody may start anew; over the
	// limit the response is 429, before a token is looked at, with the same seconds
	// in Retry-After.
	RateLimit int

	// MinRate is how many bytes a second, on average over MinRateAfter, a
	// request's body has to arrive with and a response has to be taken with. A
	// body that is slower is answered with 408, a response is broken off. 0
	// stands for 4 KiB; a negative number sets no limit.
	//
	// It works with the deadlines of the connection, so it takes the place of
	// ReadTimeout and WriteTimeout of [http.Server], which limit whole
	// transfers; without deadlines it does nothing. An
	// implementation may rest between reads and writes; over HTTP/2, where a
	// deadline is felt at once, for less than MinRateAfter.
	MinRate int64

	// MinRateAfter is the time over which MinRate is measured, and so for how
	// long a client may send or take nothing. 0 stands for 30 seconds.
	MinRateAfter time.Duration

	// Others are further routes, by their whole path, as in "/livez" or
	// "/v2/projects/{name}", of which r.PathValue("name") is a part. They are
	// served for GET and HEAD, without Authenticate, and report errors with
	// [WriteError]. Such a handler can look at a token with
	// [ReadCredentials].
	Others map[string]http.Handler

	// OnDone, if it is set, is called for every request when it is over, however
	// it ended; for a broken one after OnError.
	OnDone func(r *http.Request, e Exchange)

	// Responses says whether the responses of the implementation are checked
	// too, and what is done about one that breaks the contract. It is for
	// tests: it takes time, and memory for JSON. The default is not to.
	Responses ResponseCheck

	// OnError, if it is set, is called for every request that ends in an error:
	// the status that was sent and the error with what the response withholds.
	// A status below 400 means that the response had begun and was broken off, or,
	// with [ErrResponse] inside and [ReportResponses], that it was sent as it is.
	// It does not see bodies, tokens or the values of rejected fields, unless
	// the errors of the implementation hold them.
	OnError func(r *http.Request, status int, err error)
}

// basePath is what each of BaseURLs may look like: whole segments of characters
// that neither a pattern nor a URL gives a meaning.
var basePath = regexp.MustCompile(`^(/[A-Za-z0-9._~-]*[A-Za-z0-9_~-])*$`)

// otherPath is what a path in Others may look like: the same, and segments that
// stand for any.
var otherPath = regexp.MustCompile(`^(/([A-Za-z0-9._~-]*[A-Za-z0-9_~-]|\{[a-z_]+\}))+$`)

func (o Options) withDefaults() (Options, error) {
	var errs []error
	if o.ReadCredentials == nil {
		o.ReadCredentials = ReadCredentials
	}
	if len(o.BaseURLs) == 0 {
		o.BaseURLs = defaultBaseURLs
	}
	given := o.BaseURLs
	o.BaseURLs = make([]string, len(given))
	for i, base := range given {
		base = strings.TrimSuffix(base, "/")
		switch {
		case given[i] == "" || !basePath.MatchString(base):
			errs = append(errs, fmt.Errorf("%q in BaseURLs is not a path such as /v2.1", given[i]))
		case slices.Contains(o.BaseURLs[:i], base):
			errs = append(errs, fmt.Errorf("%q is in BaseURLs more than once", given[i]))
		}
		o.BaseURLs[i] = base
	}
	if o.Authenticate == nil {
		errs = append(errs, errors.New("the function Authenticate is missing"))
	}
	for _, limit := range []struct {
		name  string
		value int64
	}{{"MaxJSONBody", o.MaxJSONBody}, {"MaxJSONMemory", o.MaxJSONMemory}, {"MaxUpload", o.MaxUpload}, {"RateLimit", int64(o.RateLimit)}} {
		if limit.value < 0 {
			errs = append(errs, fmt.Errorf("the %s %d is negative", limit.name, limit.value))
		}
	}
	o.MaxJSONBody = cmp.Or(o.MaxJSONBody, defaultMaxJSONBody)
	o.MaxJSONMemory = cmp.Or(o.MaxJSONMemory, jsonMemoryFactor*o.MaxJSONBody)
	o.MinRate = cmp.Or(o.MinRate, defaultMinRate)
	if o.MinRateAfter < 0 {
		errs = append(errs, fmt.Errorf("the MinRateAfter %v is negative", o.MinRateAfter))
	}
	o.MinRateAfter = cmp.Or(o.MinRateAfter, defaultMinRateAfter)
	if o.Responses < TrustResponses || o.Responses > RefuseResponses {
		errs = append(errs, fmt.Errorf("%d is not a ResponseCheck", o.Responses))
	}
	for path, other := range o.Others {
		if !otherPath.MatchString(path) || other == nil {
			errs = append(errs, fmt.Errorf("the path %q in Others is not a path such as /livez, or has no handler", path))
		}
	}
	return o, errors.Join(errs...)
}
