package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"

	"github.com/ubiops-contrib/transfer/gen/client"
)

// Client calls the Imports & Exports API of one host with one token. Make it
// with [NewClient]; it is safe for use by several goroutines at once.
type Client struct {
	raw  *client.Client
	send *sender

	home    string  // origin of the base URL
	options options // as they were resolved
}

// Project is what a client does in one project. Make it with [Client.Project].
type Project struct {
	Exports *ExportsService // the operations under /projects/{project}/exports
	Imports *ImportsService // the operations under /projects/{project}/imports
}

// NewClient returns a client for the hosted platform, or for the host that the
// options or the environment name.
//
// A token is needed: from [WithToken], else from the environment variable
// UBIOPS_API_TOKEN. The host comes from [WithHost], else from UBIOPS_API_HOST,
// else it is [DefaultHost]. A variable is read only if its option is not given,
// an empty one counts as not set, and both obey the rules of their options.
// This package reads nothing else from the environment; the default transport
// asks [http.ProxyFromEnvironment].
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

// With returns a client with other options: what is not given stays as it is
// in c, connections are shared, and the environment is not read:
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

	send := newSender(&hc, set)
	raw, err := client.NewClient(base, client.WithHTTPClient(&hc),
		client.WithRequestEditorFn(func(_ context.Context, req *http.Request) error {
			send.identify(req)
			return nil
		}))
	if err != nil {
		return nil, err
	}
	return &Client{raw: raw, send: send, home: origin(set.base), options: o}, nil
}

// Project returns what c does in the project of this name. The name is checked
// by each call: an empty one, "." and ".." are errors before anything is sent.
// Tokens of the platform belong to one project.
func (c *Client) Project(name string) Project {
	in := scope{send: c.send, project: name}
	return Project{Exports: &ExportsService{in}, Imports: &ImportsService{in}}
}

// Raw returns the generated client, with the host, the token, the user agent
// and the redirect rules of c. It is for what the services do not offer: it
// returns the [http.Response] as it came, whatever its status, sends everything
// once, and checks no path elements.
func (c *Client) Raw() *client.Client { return c.raw }

// scope is the project that a service works in.
type scope struct {
	send    *sender
	project string
}

// check refuses a project, and an id below it, that would change which path is
// called. The generated requests escape all other characters.
func (s scope) check(what, id string) error {
	return errors.Join(pathElement("project name", s.project), pathElement(what, id))
}

// get makes the request of exports_get or imports_get as the generated client does,
// at a third of its cost, since jobs are read again and again.
func (s scope) get(ctx context.Context, jobs, id string) (*http.Request, error) {
	path := "projects/" + url.PathEscape(s.project) + "/" + jobs + "/" + url.PathEscape(id)
	return http.NewRequestWithContext(ctx, http.MethodGet, s.send.server+path, nil)
}

func pathElement(what, value string) error {
	switch value {
	case "":
		return fmt.Errorf("the %s is empty", what)
	case ".", "..":
		return fmt.Errorf("the %s is %q, which would lead to another path", what, value)
	}
	return nil
}
