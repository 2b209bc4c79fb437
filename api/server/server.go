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
	"os"
	"regexp"
	"sync"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server/internal/blob"
	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// BaseURL is the path that the API is served under, as on the platform.
const BaseURL = "/v2.1"

// Options says how a server behaves. The zero value is a server with the
// defaults.
type Options struct {
	// MaxArchive limits the size of an archive in bytes; 0 means 64 GiB.
	MaxArchive int64
	// OnConflict says what an import does with an object that exists already;
	// empty means [plan.Fail].
	OnConflict plan.OnConflict
	// Workers is the number of exports and imports that are carried out at
	// once; 0 means 2.
	Workers int
	// Links fetches the archives of imports from a link. Nil means a client
	// that reaches public addresses only.
	Links *http.Client
	// Now is the clock; nil means [time.Now].
	Now func() time.Time
	// Log takes what happens; nil drops it. No body, token, link or value of a
	// variable is ever logged.
	Log *slog.Logger
}

const (
	defaultMaxArchive = 64 << 30
	defaultWorkers    = 2
)

// A Server is a running server. Make it with [New].
type Server struct {
	handler http.Handler
	engine  *engine.Engine
	store   store.Store
	blobs   *blob.Folder
	folder  string
	stop    context.CancelFunc
	workers sync.WaitGroup
}

// New starts a server without projects. The caller closes it.
func New(opts Options) (*Server, error) {
	switch opts.OnConflict {
	case "", plan.Fail, plan.Skip, plan.Overwrite:
	default:
		return nil, fmt.Errorf("OnConflict: %q is none of fail, skip and overwrite", opts.OnConflict)
	}
	if opts.MaxArchive < 0 || opts.Workers < 0 {
		return nil, errors.New("MaxArchive and Workers cannot be negative")
	}
	if opts.MaxArchive == 0 {
		opts.MaxArchive = defaultMaxArchive
	}
	if opts.Workers == 0 {
		opts.Workers = defaultWorkers
	}
	if opts.Links == nil {
		opts.Links = engine.NewLinkClient()
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	folder, err := os.MkdirTemp("", "ubiops-transfer-")
	if err != nil {
		return nil, fmt.Errorf("folder for archives: %w", err)
	}
	blobs, err := blob.NewFolder(folder)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &Server{store: store.NewMemory(), blobs: blobs, folder: folder, stop: stop}
	s.engine = &engine.Engine{
		Store: s.store, Blobs: blobs, Links: opts.Links, MaxArchive: opts.MaxArchive,
		OnConflict: opts.OnConflict, Now: opts.Now, Log: opts.Log,
	}
	s.handler, err = middleware.NewStrict(&operations{s.engine}, middleware.Options{
		BaseURL:      BaseURL,
		Authenticate: s.authenticate,
		MaxUpload:    opts.MaxArchive,
		OnError: func(r *http.Request, status int, err error) {
			if status >= http.StatusInternalServerError {
				opts.Log.ErrorContext(r.Context(), "request failed", "method", r.Method, "path", r.URL.Path, "status", status, "error", err)
			}
		},
	})
	if err != nil {
		stop()
		return nil, errors.Join(err, blobs.Close(), os.RemoveAll(folder))
	}
	for range opts.Workers {
		s.workers.Go(func() { s.engine.Work(ctx) })
	}
	return s, nil
}

// Close stops the work in the background and removes all archives.
func (s *Server) Close() error {
	s.stop()
	s.workers.Wait()
	return errors.Join(s.blobs.Close(), os.RemoveAll(s.folder))
}

// ServeHTTP serves the API under [BaseURL].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// projectName is what the platform documents, and the contract has.
var projectName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)

// AddProject adds an empty project. It fails when the name is not one that a
// project can have, or taken.
func (s *Server) AddProject(ctx context.Context, name string) error {
	if !projectName.MatchString(name) {
		return fmt.Errorf("project %q: a name has up to 64 lower-case letters, digits and dashes and starts with a letter", name)
	}
	return s.store.Update(ctx, func(tx store.Tx) error {
		switch _, err := tx.Project(name); {
		case err == nil:
			return fmt.Errorf("project %q exists already", name)
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
		return tx.PutProject(store.Project{Name: name})
	})
}

// AddToken makes a token for a project and returns it, without the word that
// stands before it in the header. The name is shown as the creator of exports
// and imports. A token that may not write reads only.
func (s *Server) AddToken(ctx context.Context, project, name string, write bool) (string, error) {
	var random [20]byte
	if _, err := rand.Read(random[:]); err != nil {
		return "", err
	}
	token := hex.EncodeToString(random[:])
	err := s.store.Update(ctx, func(tx store.Tx) error {
		if _, err := tx.Project(project); err != nil {
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

// Content returns what a project holds, with the values of secrets. It is there
// for tests: over HTTP nobody sees those. The members zip hold keys of this
// server, not paths.
func (s *Server) Content(ctx context.Context, project string) (archive.Content, error) {
	var content archive.Content
	err := s.store.View(ctx, func(tx store.Tx) error {
		p, err := tx.Project(project)
		content = p.Content
		return err
	})
	return content, err
}
