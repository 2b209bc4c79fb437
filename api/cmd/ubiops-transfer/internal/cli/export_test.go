package cli

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server"
)

// Size reads a size.
var Size = size

// NewConnections returns what limits connections: the ConnContext and ConnState of
// a server, and what is around its handler.
func NewConnections(most, perClient int) (func(context.Context, net.Conn) context.Context, func(net.Conn, http.ConnState), func(http.Handler) http.Handler) {
	c := newConnections(most, perClient)
	return c.accept, c.note, c.guard
}

// AddProjects does with a server what serve does with the values of --project.
func AddProjects(ctx context.Context, s *server.Server, out io.Writer, values ...string) error {
	projects, err := openProjects(values)
	if err != nil {
		return err
	}
	defer closeProjects(projects)
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

// ProfileJSON returns what profile list prints of a profile.
func ProfileJSON() (string, error) {
	text, err := jsonText(shown("p", profile{Token: "secret"}))
	return string(text), err
}

// RunsJSON returns what journal list prints of a run that knows everything.
func RunsJSON() (string, error) {
	r := run{Key: "0123456789abcdef", ID: "a", Command: "copy", Host: "https://api.ubiops.com/v2.1", Project: "p", PID: 1, Started: time.Unix(0, 0).UTC(),
		Export: "e", Archive: plan.File{SHA256: "s", Size: 1}, Before: []string{}, Import: "i", Plan: &plan.Plan{}}
	text, err := jsonText([]runLine{r.line()})
	return string(text), err
}

// CameBack compares an archive with what was wanted, as a drill does.
func CameBack(ctx context.Context, path string, wanted archive.Content) ([]string, error) {
	lines, _, err := (&session{}).cameBack(ctx, path, nil, wanted)
	return lines, err
}
