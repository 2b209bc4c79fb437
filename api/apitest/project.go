package apitest

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/archive"
)

// DefaultProject is the project of a server that is not told which to have.
const DefaultProject = "demo"

// AddProject adds a project with what the seeds hold, as [WithProject] does.
func (s *Server) AddProject(name string, seeds ...Seed) {
	s.t.Helper()
	if err := s.addProject(projectSeeds{name, seeds}); err != nil {
		s.t.Fatalf("apitest: AddProject: %v", err)
	}
}

func (s *Server) addProject(p projectSeeds) error {
	if err := s.reference.AddProject(s.ctx, p.name); err != nil {
		return err
	}
	for i, seed := range p.seeds {
		if seed.load == nil {
			return fmt.Errorf("project %q: seed %d is the zero Seed", p.name, i+1)
		}
		if err := seed.load(s.ctx, s.reference, p.name); err != nil {
			return fmt.Errorf("project %q: seed %d: %w", p.name, i+1, err)
		}
	}
	for _, write := range []bool{true, false} {
		if err := s.reference.PutToken(s.ctx, p.name, creator(write), token(p.name, write), write); err != nil {
			return fmt.Errorf("project %q: %w", p.name, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.projects = append(s.projects, p.name)
	return nil
}

// creator is what exports and imports are created by.
func creator(write bool) string {
	if write {
		return "apitest"
	}
	return "apitest-read-only"
}

func token(project string, write bool) string { return "token-of-" + creator(write) + "-" + project }

// Token returns the token that may do everything in a project.
func (s *Server) Token(project string) string { return s.known(project, true) }

// ReadOnlyToken returns a token of a project that may only read.
func (s *Server) ReadOnlyToken(project string) string { return s.known(project, false) }

func (s *Server) known(project string, write bool) string {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.projects, project) {
		s.t.Fatalf("apitest: there is no project %q, only %q", project, s.projects)
	}
	return token(project, write)
}

// Client returns a client for a project. It reads nothing from the environment.
// The options come after those that it needs for this server. Without any, it
// is the same client each time.
func (s *Server) Client(project string, opts ...api.Option) *api.Client {
	s.t.Helper()
	return s.client(s.Token(project), opts)
}

// Project returns what the client of a project, as Client returns it, does in
// that project.
func (s *Server) Project(name string, opts ...api.Option) api.Project {
	s.t.Helper()
	return s.Client(name, opts...).Project(name)
}

// ReadOnlyClient returns a client for a project whose token may only read.
func (s *Server) ReadOnlyClient(project string, opts ...api.Option) *api.Client {
	s.t.Helper()
	return s.client(s.ReadOnlyToken(project), opts)
}

func (s *Server) client(token string, opts []api.Option) *api.Client {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.clients[token]; c != nil && len(opts) == 0 {
		return c
	}
	c, err := api.NewClient(slices.Concat([]api.Option{
		api.WithEnv(nil), api.WithHost(s.URL), api.WithHTTPClient(s.HTTPClient), api.WithToken(token),
	}, opts)...)
	if err != nil {
		s.t.Fatalf("apitest: %v", err)
	}
	if len(opts) == 0 {
		s.clients[token] = c
	}
	return c
}

// Content returns what a project holds, as an archive with everything in it and
// the values of secrets, until the server closes: its Content has the objects,
// its OpenPackage the bytes of a package, and [archive.Diff] compares it with
// another one.
func (s *Server) Content(project string) *archive.Archive {
	s.t.Helper()
	var zip bytes.Buffer
	if err := s.reference.Save(s.ctx, project, &zip); err != nil {
		s.t.Fatalf("apitest: Content of %q: %v", project, err)
	}
	a, err := archive.Open(bytes.NewReader(zip.Bytes()), int64(zip.Len()))
	if err != nil {
		s.t.Fatalf("apitest: Content of %q: %v", project, err)
	}
	return a
}
