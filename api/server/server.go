package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// BaseURL is the documented path that the API is served under. See [BaseURLs].
const BaseURL = "/v2.1"

// BaseURLs returns the paths that the API is served under, the same under each:
// those of the platform, [BaseURL] first.
func BaseURLs() []string { return []string{BaseURL, "/v2"} }

// A Server is a running server. Make it with [New].
type Server struct {
	handler http.Handler
	engine  *engine.Engine
	store   store.Home
	tokens  tokenCache
	stop    context.CancelFunc
	running sync.WaitGroup
	closing sync.Once
	closed  error

	log                  *slog.Logger
	inFlight             atomic.Int64 // requests
	damaged              atomic.Int64 // downloads
	draining             atomic.Bool
	ready                func(context.Context) error
	forRequests, forJobs *middleware.Budget

	checking chan struct{} // holds a token while ready is asked
}

// New starts a server: without projects, or with what opts.Storage holds. The
// caller closes it. The server owns the storage and closes it, also if New
// fails.
func New(opts Options) (_ *Server, err error) {
	home := store.Home(opts.Storage)
	if home == nil {
		home = store.NewMemory()
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &Server{stop: stop, store: home, log: opts.Log, checking: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if opts, err = opts.withDefaults(); err != nil {
		return nil, err
	}
	s.log, s.ready = opts.Log, s.usable
	s.forRequests, s.forJobs = middleware.NewBudget(opts.Memory/2), middleware.NewBudget(opts.Memory/2)
	s.engine = &engine.Engine{
		Store: home, Blobs: home.Blobs(), Links: engine.NewLinks(opts.Links, opts.AllowLinkHosts, opts.LinkTimeout),
		MaxDocuments: opts.MaxDocuments, ProjectWorkers: opts.ProjectWorkers, ProjectLinks: projectLinks(opts),
		Memory:     s.forJobs,
		MaxArchive: opts.MaxArchive, OnConflict: opts.OnConflict, RefuseEmpty: opts.EmptyConfirmation == ConfirmRefuse,
		Now: opts.Now, NewID: opts.NewID, Log: opts.Log, OnStep: opts.OnStep,
	}
	if opts.Metrics != nil {
		s.engine.OnJob = func(kind store.JobKind, end engine.End, took time.Duration) {
			opts.Metrics.Job(string(kind), string(end), took)
		}
	}
	if s.handler, err = s.newHandler(opts); err != nil {
		return nil, err
	}
	s.running.Go(func() { s.work(ctx, opts.Workers) })
	s.running.Go(func() { s.sweepNowAndThen(ctx) })
	return s, nil
}

// workAgain is how long to wait before trying to start the jobs again.
const workAgain = time.Second

// work carries out jobs until ctx ends. The database may be busy when it
// starts.
func (s *Server) work(ctx context.Context, n int) {
	for {
		err := s.engine.Work(ctx, n)
		if ctx.Err() != nil {
			return
		}
		s.log.ErrorContext(ctx, "jobs do not run", "again", workAgain, "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(workAgain):
		}
	}
}

// Close stops the work in the background, which continues when a server opens
// the same data again. Without [Options.Storage] everything is gone. Requests
// that are still being served fail.
func (s *Server) Close() error {
	s.closing.Do(func() { s.closed = s.close() })
	return s.closed
}

func (s *Server) close() error {
	s.stop()
	s.running.Wait()
	return s.store.Close()
}

// projectName is the rule of the documentation and the contract.
var projectName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)

// ErrProjectExists is the error of [Server.AddProject] for a name that is taken.
var ErrProjectExists = errors.New("it exists already")

// AddProject adds an empty project. It fails if a project cannot have the
// name, and with [ErrProjectExists] if it is taken.
func (s *Server) AddProject(ctx context.Context, name string) error {
	if !projectName.MatchString(name) {
		return fmt.Errorf("project %q: a name has up to 64 lower-case letters, digits and dashes and starts with a letter", name)
	}
	_, err := s.store.Update(ctx, func(tx store.Tx) error {
		switch err := tx.Project(name); {
		case err == nil:
			return fmt.Errorf("project %q: %w", name, ErrProjectExists)
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		return tx.AddProject(name)
	})
	return err
}

// AddToken makes a token for a project and returns it, without the word that
// stands before it in the header. The name is shown as the creator of exports
// and imports. A token that may not write can only read.
func (s *Server) AddToken(ctx context.Context, project, name string, write bool) (string, error) {
	var random [20]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", err
	}
	token := hex.EncodeToString(random[:])
	_, err := s.store.Update(ctx, func(tx store.Tx) error {
		if err := tx.Project(project); err != nil {
			return fmt.Errorf("project %q: %w", project, err)
		}
		return tx.PutToken(store.Token{Hash: sha256.Sum256([]byte(token)), Project: project, Name: name, Write: write})
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// Load adds everything in an archive to a project, without an import and so
// without its label. Objects of the same name are replaced.
func (s *Server) Load(ctx context.Context, project string, r io.ReaderAt, size int64) error {
	a, err := archive.Open(r, size)
	if err != nil {
		return err
	}
	return s.engine.Load(ctx, project, a)
}

// AddImport adds an import of an archive to a project, as imports_create does, but of
// any size, and returns its id: it is scanned, and waits for its confirmation. The name
// is shown as its creator. A project that is not there, or an error of archive, is an
// error, and nothing is kept.
func (s *Server) AddImport(ctx context.Context, project, name string, archive io.Reader) (id string, err error) {
	file, err := s.engine.Blobs.Write(ctx, func(w io.Writer) error {
		_, err := io.Copy(w, archive)
		return err
	})
	if err != nil {
		return "", err
	}
	added, err := s.engine.CreateImport(ctx, project, name, engine.Source{File: file}, false)
	if err != nil {
		return "", fmt.Errorf("project %q: %w", project, err)
	}
	return added.ID, nil
}

// Save writes everything in a project as an archive, with the values of
// secrets: the way back of [Server.Load]. It is there for tests.
func (s *Server) Save(ctx context.Context, project string, w io.Writer) error {
	return s.engine.Save(ctx, project, w)
}

// Jobs returns every export and import of a project with its status, in the
// order in which they were created. It is there for tests.
func (s *Server) Jobs(ctx context.Context, project string) ([]Job, error) {
	return s.engine.Jobs(ctx, project)
}

// Content returns what a project holds, with the values of secrets. It is there
// for tests: over HTTP nobody sees those. The members zip hold keys of this
// server, not paths.
func (s *Server) Content(ctx context.Context, project string) (archive.Content, error) {
	var content archive.Content
	err := s.store.View(ctx, func(tx store.Tx) (err error) {
		content, err = tx.Content(project)
		return err
	})
	return content, err
}
