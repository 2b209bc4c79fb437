package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/server"
)

// hostedProject is a project that serve was asked for.
type hostedProject struct {
	name    string
	path    string // of the archive; empty without one
	archive *os.File
	size    int64

	warnings []*archive.Finding
}

// openProjects reads the values of --project and opens their archives, before
// anything is changed.
func openProjects(values []string) (projects []hostedProject, err error) {
	defer func() {
		if err != nil {
			closeProjects(projects)
		}
	}()
	seen := map[string]bool{}
	for _, value := range values {
		p := hostedProject{}
		var given bool
		p.name, p.path, given = strings.Cut(value, "=")
		if seen[p.name] {
			return projects, fmt.Errorf("%s is given twice", p.name)
		}
		seen[p.name] = true
		if given {
			if err := p.open(); err != nil {
				return projects, fmt.Errorf("%s: %w", p.name, err)
			}
		}
		projects = append(projects, p)
	}
	return projects, nil
}

// open opens the archive and checks it.
func (p *hostedProject) open() error {
	f, err := os.Open(p.path)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		var a *archive.Archive
		if a, err = archive.Open(f, info.Size()); err == nil {
			p.warnings = a.Warnings()
		}
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", p.path, settings.OneLine(err)), f.Close())
	}
	p.archive, p.size = f, info.Size()
	return nil
}

func closeProjects(projects []hostedProject) {
	for _, p := range projects {
		if p.archive != nil {
			_ = p.archive.Close() // it was only read
		}
	}
}

// add makes the project if it is not there, fills it if it is empty, and
// prints a token for it if it is new and nobody else gives tokens.
func (p *hostedProject) add(ctx context.Context, s *server.Server, tokens bool, out io.Writer) error {
	err := s.AddProject(ctx, p.name)
	fresh := err == nil
	if err != nil && !errors.Is(err, server.ErrProjectExists) {
		return err
	}
	if p.archive != nil {
		for _, warning := range p.warnings {
			fmt.Fprintf(out, "%s: %s\n", p.path, warning)
		}
		content, err := s.Content(ctx, p.name)
		if err == nil && IsEmpty(content) {
			err = s.Load(ctx, p.name, p.archive, p.size)
		}
		if err != nil {
			return err
		}
	}
	switch {
	case !tokens:
		return nil
	case !fresh:
		fmt.Fprintf(out, "project %s is there already, with the token that its first start printed; --token-file gives it others\n", p.name)
		return nil
	}
	token, err := s.AddToken(ctx, p.name, "serve", true)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "token for project %s: %s\n", p.name, token)
	return nil
}

// IsEmpty reports whether a content has no object.
func IsEmpty(c archive.Content) bool {
	return len(c.Deployments)+len(c.Pipelines)+len(c.Environments)+len(c.Services)+len(c.EnvironmentVariables) == 0
}
