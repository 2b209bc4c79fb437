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

// tokenName is that of tokens that serve makes, and so the creator of what it adds.
const tokenName = "serve"

// hostedProject is a project that serve was asked for.
type hostedProject struct {
	name    string
	filling *given   // what it is filled from; nil for nothing
	imports []*given // that it has from the start
}

// given is an archive that serve was given.
type given struct {
	path      string
	file      *os.File
	temporary bool // the file was packed from a folder
	size      int64
	warnings  []*archive.Finding
}

// openProjects reads the values of --project and --import and opens their archives,
// before anything is changed.
func (f *serveFlags) openProjects() (projects []*hostedProject, err error) {
	named := map[string]*hostedProject{}
	defer func() {
		if err != nil {
			err = errors.Join(err, closeProjects(projects))
		}
	}()
	for _, value := range f.projects {
		name, path, filled := strings.Cut(value, "=")
		if named[name] != nil {
			return projects, fmt.Errorf("%s: %s is given twice", f.from.Of("project"), name)
		}
		p := &hostedProject{name: name}
		projects, named[name] = append(projects, p), p
		if filled {
			if p.filling, err = openGiven(path); err != nil {
				return projects, fmt.Errorf("%s: %s: %w", f.from.Of("project"), name, err)
			}
		}
	}
	for _, value := range f.imports {
		name, path, _ := strings.Cut(value, "=")
		p := named[name]
		if p == nil {
			return projects, fmt.Errorf("%s: %s is none of the projects of %s", f.from.Of("import"), name, f.from.Of("project"))
		}
		opened, err := openGiven(path)
		if err == nil {
			p.imports = append(p.imports, opened)
			if most := f.server.MaxArchive; most > 0 && opened.size > most {
				err = fmt.Errorf("%s has %d bytes, more than %s", path, opened.size, f.from.Of("max-archive"))
			}
		}
		if err != nil {
			return projects, fmt.Errorf("%s: %s: %w", f.from.Of("import"), name, err)
		}
	}
	return projects, nil
}

// openGiven opens an archive, or packs a folder, and checks it.
func openGiven(path string) (*given, error) {
	f, err := os.Open(path) //nolint:gosec // G304: it was given
	if err != nil {
		return nil, err
	}
	g := &given{path: path, file: f}
	if err := g.check(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, settings.OneLine(err)), g.close())
	}
	return g, nil
}

func (g *given) check() error {
	info, err := g.file.Stat()
	if err == nil && info.IsDir() {
		if err = g.pack(); err == nil {
			info, err = g.file.Stat()
		}
	}
	if err != nil {
		return err
	}
	a, err := archive.Open(g.file, info.Size())
	if err != nil {
		return err
	}
	g.size, g.warnings = info.Size(), append(g.warnings, a.Warnings()...)
	return nil
}

// pack makes an archive of the folder.
func (g *given) pack() (err error) {
	root, err := os.OpenRoot(g.path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	packed, err := os.CreateTemp("", "ubiops-transfer-*.zip")
	if err != nil {
		return err
	}
	_ = g.file.Close() // a folder
	g.file, g.temporary = packed, true
	err = archive.Pack(g.file, root.FS(), archive.OnWarning(func(w *archive.Finding) { g.warnings = append(g.warnings, w) }))
	if err == nil {
		_, err = g.file.Seek(0, io.SeekStart)
	}
	return err
}

func (g *given) close() error {
	if g == nil || g.file == nil {
		return nil
	}
	err := g.file.Close()
	if g.temporary {
		err = errors.Join(err, os.Remove(g.file.Name()))
	}
	g.file = nil
	return err
}

// warn prints what of the archive is not read.
func (g *given) warn(out io.Writer) {
	for _, warning := range g.warnings {
		fmt.Fprintf(out, "%s: %s\n", g.path, warning)
	}
}

func closeProjects(projects []*hostedProject) (err error) {
	for _, p := range projects {
		err = errors.Join(err, p.filling.close())
		for _, g := range p.imports {
			err = errors.Join(err, g.close())
		}
	}
	return err
}

// add makes the project if it is not there, fills it if it is empty, and if it is new,
// adds its imports and prints a token for it, unless somebody else gives tokens.
func (p *hostedProject) add(ctx context.Context, s *server.Server, tokens bool, out io.Writer) error {
	err := s.AddProject(ctx, p.name)
	fresh := err == nil
	if err != nil && !errors.Is(err, server.ErrProjectExists) {
		return err
	}
	if p.filling != nil {
		p.filling.warn(out)
		content, err := s.Content(ctx, p.name)
		if err == nil && IsEmpty(content) {
			err = s.Load(ctx, p.name, p.filling.file, p.filling.size)
		}
		if err != nil {
			return err
		}
	}
	if fresh {
		for _, g := range p.imports {
			g.warn(out)
			if _, err := s.AddImport(ctx, p.name, tokenName, g.file); err != nil {
				return fmt.Errorf("%s: %w", g.path, err)
			}
		}
	} else if len(p.imports) > 0 {
		fmt.Fprintf(out, "project %s is there already: --import has given it no import\n", p.name)
	}
	switch {
	case !tokens:
		return nil
	case !fresh:
		fmt.Fprintf(out, "project %s is there already, with the token that its first start printed; --token-file gives it others\n", p.name)
		return nil
	}
	token, err := s.AddToken(ctx, p.name, tokenName, true)
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
