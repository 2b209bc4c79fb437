package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/ubiops-contrib/transfer/api/cmd/internal/settings"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/local"
)

// serve serves until ctx ends.
func serve(ctx context.Context, f *serveFlags, stdout, stderr io.Writer) (err error) {
	f.server.Log = newLogger(stderr, f)
	f.limitMemory()
	// Everything wrong with the arguments is found before anything is made.
	projects, err := f.openProjects()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeProjects(projects)) }()
	var tokens []byte
	if f.tokenFile != "" {
		if tokens, err = readTokens(f.tokenFile); err != nil {
			return fmt.Errorf("%s: %s: %w", f.from.Of("token-file"), f.tokenFile, settings.OneLine(err))
		}
	}
	listener, err := listen(ctx, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ignoreClosed(listener.Close())) }()

	counted := newMetrics()
	f.server.Metrics = counted
	if f.server.Storage, err = f.open(ctx); err != nil {
		return err
	}
	s, err := server.New(f.server) //nolint:contextcheck // it lives until Close
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	pages, err := withDocs(ctx, s)
	if err != nil {
		return err
	}
	counted.watch(s.Stats)
	for _, p := range projects {
		if err := p.add(ctx, s, f.tokenFile == "", stdout); err != nil {
			return fmt.Errorf("%s: %s: %w", f.from.Of("project"), p.name, settings.OneLine(err))
		}
	}
	if err := closeProjects(projects); err != nil { // nothing is left of them if this process is killed
		return err
	}
	if err := putTokens(ctx, s, tokens); err != nil {
		return fmt.Errorf("%s: %s: %w", f.from.Of("token-file"), f.tokenFile, settings.OneLine(err))
	}
	scheme := "http"
	if f.tlsCert != "" {
		scheme = "https"
	}
	url := fmt.Sprintf("%s://%s%s", scheme, listener.Addr(), server.BaseURL)
	site := strings.TrimSuffix(url, server.BaseURL)
	fmt.Fprintf(stdout, "documentation %s/\n", site)
	for _, b := range f.beside {
		handler, end := b.New(ctx, s, url, f.server.OnConflict)
		defer func() { err = errors.Join(err, end()) }()
		pages = under(b.Path, handler, pages)
		fmt.Fprintf(stdout, "%s %s%s\n", b.Name, site, b.Path)
	}
	fmt.Fprintf(stdout, "serving %s\n", url)
	return f.serveUntil(ctx, listener, s, pages)
}

// under serves a handler under a path, and whatever else next serves.
func under(path string, handler, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch {
		case strings.HasPrefix(req.URL.Path, path):
			handler.ServeHTTP(w, req)
		case req.URL.Path+"/" == path:
			http.Redirect(w, req, path, http.StatusSeeOther)
		default:
			next.ServeHTTP(w, req)
		}
	})
}

func (f *serveFlags) open(ctx context.Context) (server.Storage, error) {
	if f.useOther {
		return f.other.Open(ctx, f.server.Log)
	}
	storage, err := local.Open(ctx, f.data, local.Options{Log: f.server.Log})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.from.Of("data"), settings.OneLine(err))
	}
	return storage, nil
}

// limitMemory makes the runtime collect garbage in time, and gives half of the memory
// to requests and jobs: the other half is for small requests, the database, and garbage.
func (f *serveFlags) limitMemory() {
	f.server.Memory = f.memory / 2
	if f.goMemoryLimit == "" { // otherwise the runtime has read it
		debug.SetMemoryLimit(f.memory / 4 * 3)
	}
}

func newLogger(w io.Writer, f *serveFlags) *slog.Logger {
	opts := &slog.HandlerOptions{Level: f.logLevel}
	if f.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

func listen(ctx context.Context, f *serveFlags) (net.Listener, error) {
	var config *tls.Config
	if f.tlsCert != "" {
		certificate, err := tls.LoadX509KeyPair(f.tlsCert, f.tlsKey)
		if err != nil {
			return nil, fmt.Errorf("%s and %s: %w", f.from.Of("tls-cert"), f.from.Of("tls-key"), err)
		}
		config = &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.from.Of("listen"), err)
	}
	if config != nil {
		listener = tls.NewListener(listener, config)
	}
	return listener, nil
}

// serveUntil serves until ctx ends, and then finishes what is being served. The
// handler has what s serves, and pages beside it.
func (f *serveFlags) serveUntil(ctx context.Context, listener net.Listener, s *server.Server, handler http.Handler) error {
	log := f.server.Log
	proxies := trusted(f.trustedProxies)
	limited := newConnections(f.maxConnections, f.clientConnections)
	limited.proxies = proxies
	web := &http.Server{
		Handler:           proxies.guard(limited.guard(handler)),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ConnContext:       limited.accept,
		ConnState:         limited.note,
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	log.InfoContext(ctx, "stopping", "timeout", f.shutdownTimeout)
	s.Drain()
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.shutdownTimeout)
	defer cancel()
	err := web.Shutdown(limit)
	if errors.Is(err, context.DeadlineExceeded) {
		log.WarnContext(ctx, "requests were cut off")
		err = web.Close()
	}
	if serveErr := <-served; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return ignoreClosed(err)
}

// ignoreClosed is for a listener that the server has closed already.
func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
