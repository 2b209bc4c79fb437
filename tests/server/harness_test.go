package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/server"
	"github.com/ubiops-contrib/transfer/api/server/local"
)

const rounds = 7

// size is the amount of work: the full one, or one for every day.
func size(full, small int) int {
	if os.Getenv("SERVER_BENCH") == "full" {
		return full
	}
	return small
}

// memoryDir is a directory on a memory file system if there is one, so that
// the disk does not add noise.
func memoryDir(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "server-*") //nolint:usetesting // b.TempDir is on the disk
	if err != nil {
		b.Logf("the data are on the disk: %v", err)
		return b.TempDir()
	}
	b.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			b.Error(err)
		}
	})
	return dir
}

// host is a server on a memory file system, behind HTTP on the loopback, with
// a project p.
type host struct {
	*server.Server
	*api.Client
	jobs  *jobs
	data  string
	url   string // of the project
	token string
	close func() error
}

// start starts a server with the data in a folder.
func start(b *testing.B, data string) *host {
	b.Helper()
	h, err := tryStart(b, data)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := h.close(); err != nil {
			b.Error(err)
		}
	})
	return h
}

func tryStart(b *testing.B, data string) (*host, error) {
	b.Helper()
	h := &host{jobs: newJobs(), data: data}
	storage, err := local.Open(b.Context(), data, local.Options{})
	if err != nil {
		return nil, err
	}
	s, err := server.New(server.Options{Storage: storage, Log: slog.New(h.jobs)})
	if err != nil {
		return nil, err
	}
	h.Server = s
	web := httptest.NewServer(h.Server)
	h.url = web.URL + server.BaseURL + "/projects/p"
	h.close = func() error {
		close(h.jobs.over)
		web.Close()
		return s.Close()
	}
	err = h.AddProject(b.Context(), "p")
	if err != nil && !errors.Is(err, server.ErrProjectExists) {
		return nil, errors.Join(err, h.close())
	}
	h.token, err = h.AddToken(b.Context(), "p", "tester", true)
	if err == nil {
		h.Client, err = api.NewClient(api.WithHost(web.URL+server.BaseURL), api.WithToken(h.token), api.WithEnv(nil))
	}
	if err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

// load fills the project from an archive.
func (h *host) load(ctx context.Context, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return h.Load(ctx, "p", file, info.Size())
}

// send sends a request and reads the response into to.
func send(ctx context.Context, client *http.Client, method, url, token string, header http.Header, body io.Reader, length int64, to io.Writer) error {
	r, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return err
	}
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Authorization", "Token "+token)
	r.ContentLength = length
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		text, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("%s %s: %s %s", method, url, resp.Status, bytes.TrimSpace(text))
	}
	_, err = io.Copy(to, resp.Body)
	return err
}

func get(ctx context.Context, client *http.Client, url, token string, to io.Writer) error {
	return send(ctx, client, http.MethodGet, url, token, nil, nil, 0, to)
}

func dataOf(dir string) string { return filepath.Join(dir, "data") }
