package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api"
)

// cut breaks off after some bytes, and says so before it does.
type cut struct {
	io.Reader
	closer io.Closer
	then   func()
}

func (c *cut) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if err == io.EOF {
		c.then()
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (c *cut) Close() error { return c.closer.Close() }

// The file gets a name with the time in it, which is another one each time.
func TestADownloadIntoAFolderContinuesAfterItWasKilled(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	export, err := p.project(t, p.source).Exports.Create(t.Context(), api.Everything())
	if err != nil {
		t.Fatal(err)
	}
	p.target = p.source
	folder := t.TempDir()
	args := []string{"exports", "download", export.ID, "-o", folder}
	arrived := make(chan struct{})
	p.change(nil, func(r *http.Response) error {
		if strings.HasSuffix(r.Request.URL.Path, "/download") {
			r.Body = &cut{io.LimitReader(r.Body, 512<<10), r.Body, func() {
				arrived <- struct{}{}
				<-arrived
			}}
		}
		return nil
	})
	cmd := p.start(t, args...)
	p.await(t, cmd, arrived)
	for parts := []string(nil); len(parts) == 0 || sizeOf(t, parts[0]) == 0; { // until the process has written some of it
		if parts, err = filepath.Glob(filepath.Join(folder, ".download-*.part")); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("it was not killed")
	}
	close(arrived)
	var ranges []string
	p.change(func(r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/download") {
			ranges = append(ranges, r.Header.Get("Range"))
		}
	}, nil)
	p.exits(t, 0, args...)
	p.change(nil, nil)
	if len(ranges) != 1 || !strings.HasPrefix(ranges[0], "bytes=") || ranges[0] == "bytes=0-" {
		t.Errorf("it asks for %q", ranges)
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 || !strings.HasPrefix(left[0].Name(), "export_"+export.ID+"_") {
		t.Errorf("the folder has %v, error %v", left, err)
	}
}

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
