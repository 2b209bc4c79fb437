package api

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// Names of the environment variables that [NewClient] reads.
//
//nolint:gosec // G101: the name of a variable, not a token
const (
	EnvToken = "UBIOPS_API_TOKEN"
	EnvHost  = "UBIOPS_API_HOST"
)

// DefaultHost is the base URL of the hosted platform.
const DefaultHost = "https://api.ubiops.com/v2.1"

const (
	defaultUserAgent = "ubiops-transfer-go (+https://github.com/ubiops-contrib/transfer)"
	defaultMaxJSON   = 64 << 20
)

// Option changes how [NewClient] makes a client. If an option is given
// twice, the last one counts.
type Option func(*options)

type options struct {
	token, host, userAgent *string
	http                   *http.Client
	httpGiven              bool
	lookup                 func(string) (string, bool)
	retry                  RetryPolicy
	log                    *slog.Logger
	logGiven               bool
	maxJSON                *int64
}

// WithToken sets the token, instead of the environment variable
// UBIOPS_API_TOKEN. It is sent as it is if it reads "Token <token>" or "Bearer
// <jwt>"; a value without a space gets the prefix "Token ". Refused are an
// empty token, a doubled prefix ("Token Token ..."), any other prefix, a space
// at its beginning or end, and characters that are not printable ASCII, such as
// a line break at the end. Tokens of the platform belong to one project.
func WithToken(token string) Option { return func(o *options) { o.token = &token } }

// WithHost sets the base URL, instead of the environment variable
// UBIOPS_API_HOST. "https://" is put before a value without a scheme, and
// "/v2.1" after a path that does not end in a version, such as "/v2" or
// "/prefix/v2.1"; a version that is given is kept. Plain http is accepted for
// localhost, 127.0.0.0/8 and ::1 only. A user name, a query or a fragment is
// refused.
func WithHost(baseURL string) Option { return func(o *options) { o.host = &baseURL } }

// WithHTTPClient sets what sends the requests. The client is copied, never
// changed; its transport, cookie jar and timeout are used as they are, and its
// CheckRedirect is asked before the rules for redirects that the package
// comment gives. So proxies and certificate authorities are those of its
// transport, as anywhere. Mind that its Timeout also ends uploads and downloads.
//
// The default is a clone of [http.DefaultTransport] that waits at most two
// minutes for the header of a response, counted from the end of the request. A whole
// exchange has no limit, since archives can be large; see the package
// comment about servers that go silent, which holds for any transport.
func WithHTTPClient(hc *http.Client) Option {
	return func(o *options) { o.http, o.httpGiven = hc, true }
}

// WithUserAgent sets the header User-Agent, instead of a text that names this
// module.
func WithUserAgent(agent string) Option { return func(o *options) { o.userAgent = &agent } }

// WithRetry sets how often and how long a call is tried. Which requests may be
// sent again is a matter of safety, described in the package comment; the
// policy only limits how often. The default is the zero [RetryPolicy], which
// stands for 5 attempts within 5 minutes.
func WithRetry(policy RetryPolicy) Option { return func(o *options) { o.retry = policy } }

// WithLogger sets where every attempt is logged, at the level debug: method,
// path, status, duration and error, but no body, no query and no token. Without
// it nothing is logged.
func WithLogger(log *slog.Logger) Option {
	return func(o *options) { o.log, o.logGiven = log, true }
}

// WithMaxJSON sets how many bytes a JSON response may have, after it was
// decompressed. The default is 64 MiB; an import of 10,000 versions has about
// 10 MiB. What has so many objects that they would take more than 64 MiB and 16
// times its bytes in memory is refused as well. In the worst case, measured, a
// process has 1.7 GiB for a response of 64 MiB, of versions of 30 bytes each; one
// that talks to hosts that it does not trust sets less.
func WithMaxJSON(bytes int64) Option { return func(o *options) { o.maxJSON = &bytes } }

// WithEnv sets how environment variables are looked up, instead of
// [os.LookupEnv]. With nil none is read.
func WithEnv(lookup func(name string) (value string, ok bool)) Option {
	return func(o *options) { o.lookup = lookup }
}

// settings are options that were found valid.
type settings struct {
	base          *url.URL
	authorization string
	userAgent     string
	limit         int64 // bytes of a JSON response
	retry         RetryPolicy
	log           *slog.Logger
}

// resolve asks the environment for what is not given and checks everything.
func (o *options) resolve() (*settings, error) {
	var errs []error
	set := &settings{log: o.log, userAgent: defaultUserAgent, limit: defaultMaxJSON}

	host, from, given := o.value(o.host, "WithHost", EnvHost)
	if !given {
		host = DefaultHost
	}
	base, err := parseHost(host)
	if err != nil {
		errs = append(errs, fmt.Errorf("%s: %w", from, err))
	}
	set.base = base

	if token, from, given := o.value(o.token, "WithToken", EnvToken); !given {
		errs = append(errs, errors.New("no token: use WithToken or set "+EnvToken))
	} else if set.authorization, err = parseToken(token); err != nil {
		errs = append(errs, fmt.Errorf("%s: %w", from, err))
	}

	if o.httpGiven && o.http == nil {
		errs = append(errs, errors.New("WithHTTPClient: the client is nil"))
	}
	if o.userAgent != nil {
		set.userAgent = *o.userAgent
		if strings.TrimSpace(set.userAgent) == "" {
			errs = append(errs, errors.New("WithUserAgent: the user agent is empty"))
		} else if strings.ContainsFunc(set.userAgent, unicode.IsControl) {
			errs = append(errs, errors.New("WithUserAgent: the user agent contains a control character"))
		}
	}
	if o.maxJSON != nil {
		if set.limit = *o.maxJSON; set.limit <= 0 {
			errs = append(errs, fmt.Errorf("WithMaxJSON: %d bytes are not enough for a response", set.limit))
		}
	}
	if set.retry, err = o.retry.complete(); err != nil {
		errs = append(errs, fmt.Errorf("WithRetry: %w", err))
	}
	if o.logGiven && o.log == nil {
		errs = append(errs, errors.New("WithLogger: the logger is nil"))
	} else if !o.logGiven {
		set.log = slog.New(slog.DiscardHandler)
	}
	return set, errors.Join(errs...)
}

// value returns what an option says, or else its variable, and which of the two.
func (o *options) value(option *string, optionName, variable string) (value, from string, given bool) {
	if option != nil {
		return *option, optionName, true
	}
	if o.lookup != nil {
		if v, ok := o.lookup(variable); ok && v != "" {
			return v, variable, true
		}
	}
	return "", variable, false
}
