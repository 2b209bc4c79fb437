package cli

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/local"
)

// sandbox is a server in this process, on a free local port. It keeps everything in
// a temporary folder.
type sandbox struct {
	server *server.Server
	host   string
	closes []func() error
}

func openSandbox(ctx context.Context) (_ *sandbox, err error) {
	folder, err := os.MkdirTemp("", "ubiops-transfer-")
	if err != nil {
		return nil, err
	}
	b := &sandbox{closes: []func() error{func() error { return os.RemoveAll(folder) }}}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.close())
		}
	}()
	storage, err := local.Open(ctx, folder, local.Options{})
	if err != nil {
		return nil, err
	}
	if b.server, err = server.New(server.Options{Storage: storage}); err != nil { //nolint:contextcheck // it lives until close
		return nil, err
	}
	b.closes = append(b.closes, b.server.Close)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	b.host = "http://" + listener.Addr().String() + server.BaseURL
	web := &http.Server{Handler: b.server, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	b.closes = append(b.closes, func() error {
		err := web.Close()
		if serveErr := <-served; !errors.Is(serveErr, http.ErrServerClosed) {
			err = errors.Join(err, serveErr)
		}
		return err
	})
	return b, nil
}

// close ends the server and removes what it has kept.
func (b *sandbox) close() (err error) {
	for len(b.closes) > 0 {
		last := len(b.closes) - 1
		err = errors.Join(err, b.closes[last]())
		b.closes = b.closes[:last]
	}
	return err
}

// project makes an empty project.
func (b *sandbox) project(ctx context.Context, name string) (api.Project, error) {
	if err := b.server.AddProject(ctx, name); err != nil {
		return api.Project{}, err
	}
	token, err := b.server.AddToken(ctx, name, "sandbox", true)
	if err != nil {
		return api.Project{}, err
	}
	client, err := api.NewClient(api.WithHost(b.host), api.WithToken(token))
	if err != nil {
		return api.Project{}, err
	}
	return client.Project(name), nil
}
