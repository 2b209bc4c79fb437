package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"os"
	"slices"

	"github.com/ubiops-contrib/transfer/gen/client"
)

// Client calls the Imports & Exports API of one host with one token. Make it
// with [NewClient]; it is safe for use by several goroutines at once.
type Client struct {
	Exports *ExportsService // the operations under /projects/{project}/exports
	Imports *ImportsService // the operations under /projects/{project}/imports

	raw   *client.Client
	calls *client.Client // raw, over the sender
	send  *sender

	home    string  // origin of the base URL
	options options // as they were resolved
}

// NewClient returns a client for the hosted platform, or for the host that the
// options or the environment name.
//
// A token is needed: from [WithToken], else from the environment variable
// UBIOPS_API_TOKEN. The host comes from [WithHost], else from UBIOPS_API_HOST,
// else it is [DefaultHost]. A variable is read only where its option is not
// given, an empty one counts as not set, and both obey the rules of their
// options. Nothing else is read from the environment by this package; the
// default transport asks [http.ProxyFromEnvironment].
//
// The error joins everything that is wrong with the options, and never
// contains the token. Nothing is sent.
func NewClient(opts ...Option) (*Client, error) {
	o := options{lookup: os.LookupEnv}
	for _, opt := range opts {
		opt(&o)
	}
	return newClient(o)
}

// With returns a client with other options, for one call or many: what is not
// given stays as it is in c, connections are shared, and the environment is not
// read. So a call gets a policy of its own:
//
//	once, err := client.With(api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
//
// Errors are those of [NewClient]. Another host needs [WithToken] as well: a
// token is not taken to an origin that it was not meant for.
func (c *Client) With(opts ...Option) (*Client, error) {
	o := c.options
	for _, opt := range opts {
		opt(&o)
	}
	o.lookup = nil
	moved, err := newClient(o)
	if err == nil && moved.home != c.home && o.token == c.options.token {
		return nil, errors.New("WithHost: the token is for another host; use WithToken too")
	}
	return moved, err
}

func newClient(o options) (*Client, error) {
	set, err := o.resolve()
	if err != nil {
		return nil, err
	}
	if o.http == nil {
		o.http = &http.Client{Transport: defaultTransport()}
	}
	hc := *o.http
	base := set.base.String()
	o.token, o.host, o.http = &set.authorization, &base, new(hc)
	hc.CheckRedirect = checkRedirect(set.base, hc.CheckRedirect)
	hc.Transport = discreet{cmp.Or(hc.Transport, http.DefaultTransport)}

	agent := cmp.Or(set.userAgent, defaultUserAgent)
	identify := client.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
		req.Header.Set("Authorization", set.authorization)
		req.Header.Set("User-Agent", agent)
		req.Header.Set("Accept", "application/json")
		return nil
	})
	send := newSender(&hc, set)
	raw, rawErr := client.NewClient(base, client.WithHTTPClient(&hc), identify)
	calls, callsErr := client.NewClient(base, client.WithHTTPClient(send), identify)
	if err := errors.Join(rawErr, callsErr); err != nil {
		return nil, err
	}
	return assemble(Client{raw: raw, calls: calls, send: send, home: origin(set.base), options: o}), nil
}

func assemble(c Client) *Client {
	c.Exports = &ExportsService{client: &c}
	c.Imports = &ImportsService{client: &c}
	return &c
}

const minSecret = 4 // bytes; what is shorter could be a part of anything

// masking returns a client whose errors and logs hide these texts as well.
func (c *Client) masking(secrets []string) *Client {
	secrets = slices.DeleteFunc(slices.Clone(secrets), func(s string) bool { return len(s) < minSecret })
	if len(secrets) == 0 {
		return c
	}
	masked := *c
	masked.send = c.send.masking("[secret]", secrets...)
	return assemble(masked)
}

// Raw returns the generated client, with the host, the token, the user agent
// and the redirect rules of c. It is for what the services do not offer: it
// answers the [http.Response] as it came, whatever its status, sends everything
// once, and checks no path elements. Its ...WithResponse wrapper in gen/client is
// not advisable: it reads whole downloads into memory and can lose the status of
// a broken answer.
func (c *Client) Raw() *client.Client { return c.raw }
