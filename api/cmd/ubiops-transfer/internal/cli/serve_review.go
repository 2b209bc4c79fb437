package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/cmd/ubiops-transfer/internal/review"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// reviewPath is where serve has the reviews of the imports of its projects.
const reviewPath = "/review/"

// reviews makes the site of a server, at the URL at which others reach it. The site
// reaches it in this process, as a client with the reader's own token does.
func reviews(ctx context.Context, s http.Handler, url string, mode plan.OnConflict) (http.Handler, func() error) {
	within := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	web := &http.Server{Handler: received(s), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = web.Serve(within) }() // it ends by Close
	transport := &http.Transport{DialContext: within.dial}
	site := review.NewSite(ctx, reviewPath, func(ctx context.Context, from, project, token string) (*review.Account, error) {
		return account(ctx, &http.Client{Transport: sentBy{transport, from}}, url, project, token, mode)
	})
	return site.Handler(), func() error { return errors.Join(site.Close(), web.Close()) }
}

// readerHeader has the address of the reader that a request within the process is for,
// so that each has a rate limit of their own.
const readerHeader = "X-Reader"

type sentBy struct {
	http.RoundTripper
	reader string
}

func (s sentBy) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set(readerHeader, s.reader)
	return s.RoundTripper.RoundTrip(req)
}

// received serves what comes by a sentBy.
func received(s http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		req.RemoteAddr = req.Header.Get(readerHeader)
		req.Header.Del(readerHeader)
		s.ServeHTTP(w, req)
	})
}

// account signs in to a project of the server.
func account(ctx context.Context, hc *http.Client, url, project, token string, mode plan.OnConflict) (*review.Account, error) {
	if token == "" {
		return nil, errors.New("a token has to be given")
	}
	_, rest, _ := strings.Cut(url, "://")
	c, err := api.NewClient(api.WithEnv(nil), api.WithHost("http://"+rest), api.WithToken(token), api.WithHTTPClient(hc), api.WithUserAgent("ubiops-transfer review"))
	if err != nil {
		return nil, err
	}
	p := c.Project(project)
	waiting := func(ctx context.Context) (list []review.Waiting, err error) {
		imports, err := p.Imports.List(ctx, api.ImportsIn(models.ImportStatusConfirmation))
		for _, i := range imports {
			w := review.Waiting{ID: i.ID, Created: i.CreationDate.Format(time.RFC3339)}
			if size, ok := i.Size.Get(); ok {
				w.Size = strconv.FormatInt(size, 10)
			}
			list = append(list, w)
		}
		return list, err
	}
	if _, err := waiting(ctx); err != nil {
		if _, ok := errors.AsType[*api.Error](err); ok {
			return nil, errors.New("there is no such project, or the token is not one of it")
		}
		return nil, err
	}
	return &review.Account{Host: url, Project: project, Waiting: waiting, Review: func(ctx context.Context, id string) (*review.Review, func() error, error) {
		cmd := &cobra.Command{}
		cmd.SetContext(ctx)
		cmd.SetOut(io.Discard)
		cmd.SetErr(io.Discard)
		s := &session{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
		r := &reviewing{id: id, projectReader: &projectReader{session: s, cmd: cmd, project: p, host: url, name: project, note: "ubiops-transfer review"},
			subject: review.Subject{Archive: "of import " + id, Wish: review.Wish{OnConflict: mode}, Back: reviewPath, Left: untouched(id), Replaces: review.NeverReplaces}}
		if mode == plan.Overwrite {
			r.subject.Replaces = review.DoesReplace
		}
		made, closes, err := r.opened() //nolint:contextcheck // its command has it
		return made, closes, inWords(err)
	}}, nil
}

// inWords says what an error means to a reader who knows no requests.
func inWords(err error) error {
	switch {
	case errors.Is(err, api.ErrForbidden):
		return errors.New("the token may only read, and a review needs one that may write: sign out, and in again")
	case errors.Is(err, api.ErrNotFound):
		return errors.New("it was deleted meanwhile")
	}
	return err
}

// opened opens the review of an import that exists, and returns what closes it.
func (r *reviewing) opened() (made *review.Review, closes func() error, err error) {
	ctx := r.cmd.Context()
	if detail, err := r.project.Imports.Get(ctx, r.id); err != nil {
		return nil, nil, err
	} else if detail.Status != models.ImportStatusConfirmation {
		return nil, nil, fmt.Errorf("it does not wait for a decision any more: it is %s", detail.Status)
	}
	r.in = &input{resources: resources{ctx: ctx}}
	err = r.in.spool(func(w io.Writer) error { return importJob.stream(ctx, r.project, r.id, w) })
	if err == nil {
		made, err = r.open(ctx)
	}
	if err != nil {
		return nil, nil, r.in.close(err)
	}
	return made, func() error { return r.in.close(r.forget()) }, nil
}

// pipes are connections within a process.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case p.conns <- far:
		return near, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
