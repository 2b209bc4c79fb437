package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"

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
	set, err := resolve(opts)
	if err != nil {
		return nil, err
	}
	hc := &http.Client{Transport: defaultTransport()}
	if set.http != nil {
		copied := *set.http
		hc = &copied
	}
	hc.CheckRedirect = checkRedirect(set.base, hc.CheckRedirect)

	agent := cmp.Or(set.userAgent, defaultUserAgent)
	identify := client.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
		req.Header.Set("Authorization", set.authorization)
		req.Header.Set("User-Agent", agent)
		req.Header.Set("Accept", "application/json")
		return nil
	})
	send := newSender(hc, set.base, set.authorization)
	raw, rawErr := client.NewClient(set.base.String(), client.WithHTTPClient(hc), identify)
	calls, callsErr := client.NewClient(set.base.String(), client.WithHTTPClient(send), identify)
	if err := errors.Join(rawErr, callsErr); err != nil {
		return nil, err
	}
	c := &Client{raw: raw, calls: calls, send: send}
	c.Exports = &ExportsService{client: c}
	c.Imports = &ImportsService{client: c}
	return c, nil
}

// Raw returns the generated client, with the host, the token, the user agent
// and the redirect rules of c. It is for what the services do not offer: it
// answers the [http.Response] as it came, whatever its status, and checks no
// path elements. Its ...WithResponse wrapper in gen/client is not advisable: it
// reads whole downloads into memory and can lose the status of a broken answer.
func (c *Client) Raw() *client.Client { return c.raw }
