package serve

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/ubiops-contrib/transfer/api/server"
)

// NewConnections returns what limits connections: the ConnContext and ConnState of
// a server, and what is around its handler.
func NewConnections(most, perClient int) (func(context.Context, net.Conn) context.Context, func(net.Conn, http.ConnState), func(http.Handler) http.Handler) {
	c := newConnections(most, perClient)
	return c.accept, c.note, c.guard
}

// AddProjects does with a server what serve does with the values of --project and
// --import.
func AddProjects(ctx context.Context, s *server.Server, out io.Writer, values, imports []string) (err error) {
	projects, err := (&serveFlags{projects: values, imports: imports}).openProjects()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeProjects(projects)) }()
	for _, p := range projects {
		if err := p.add(ctx, s, true, out); err != nil {
			return err
		}
	}
	return nil
}

// NewMetrics returns the metrics of serve, of a server with options.
func NewMetrics(opts server.Options) (*server.Server, error) {
	m := newMetrics()
	opts.Metrics = m
	s, err := server.New(opts)
	if err == nil {
		m.watch(s.Stats)
	}
	return s, err
}

// BrokenMetrics serves the metrics of a server whose storage cannot be read.
func BrokenMetrics() http.Handler {
	m := newMetrics()
	m.watch(func(context.Context) (server.Stats, error) {
		return server.Stats{}, errors.New("the database is locked")
	})
	return m
}
