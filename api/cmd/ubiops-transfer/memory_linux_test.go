package main

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

const mib = 1 << 20

// zeros is an endless reader.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// largeArchive writes an archive of packages that are 32 MiB each.
func largeArchive(t *testing.T, path string, size int64) {
	t.Helper()
	const each = 32 * mib
	versions := map[string]models.DeploymentVersion{}
	for i := range size / each {
		name := fmt.Sprintf("v%d", i)
		versions[name] = models.DeploymentVersion{Zip: models.Value(archive.VersionPackagePath("d", name))}
	}
	c := archive.Content{Deployments: map[string]models.Deployment{"d": {InputType: new(models.DataStructure("plain")), OutputType: new(models.DataStructure("plain")), Versions: versions}}}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	err = archive.Write(file, c, func(string) (io.ReadCloser, error) {
		r, w := io.Pipe()
		go func() {
			code := zip.NewWriter(w)
			entry, err := code.CreateHeader(&zip.FileHeader{Name: "deployment_package/data", Method: zip.Store})
			if err == nil {
				_, err = io.Copy(entry, io.LimitReader(zeros{}, each))
			}
			w.CloseWithError(errors.Join(err, code.Close()))
		}()
		return r, nil
	})
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
}

// breaking stands before a host: no download is longer than each bytes.
func breaking(t *testing.T, host string, each int64) (string, *atomic.Int64) {
	t.Helper()
	base, err := url.Parse(host)
	if err != nil {
		t.Fatal(err)
	}
	var broken atomic.Int64
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		ErrorLog: log.New(io.Discard, "", 0),
		Rewrite:  func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: base.Scheme, Host: base.Host}) },
		ModifyResponse: func(r *http.Response) error {
			if strings.HasSuffix(r.Request.URL.Path, "/download") && r.ContentLength > each {
				r.Body = &cut{io.LimitReader(r.Body, each), r.Body, func() { broken.Add(1) }}
			}
			return nil
		},
	})
	t.Cleanup(proxy.Close)
	return proxy.URL + base.Path, &broken
}

// Its long form is a backup of BACKUP_MIB over a connection that breaks every 100
// MiB.
func TestABackupTakesLittleMemoryOverAConnectionThatBreaks(t *testing.T) {
	t.Parallel()
	size, each := int64(64*mib), int64(10*mib)
	if text, ok := os.LookupEnv("BACKUP_MIB"); ok {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		size, each = n*mib, 100*mib
	}
	source := filepath.Join(t.TempDir(), "source.zip")
	largeArchive(t, source, size)
	p := placesOf(t, source, 1)[0]
	if err := os.Remove(source); err != nil { // the disk has better uses
		t.Fatal(err)
	}
	p.target, p.statusFile = p.source, filepath.Join(t.TempDir(), "status")
	var broken *atomic.Int64
	p.url, broken = breaking(t, p.url, each)
	path := filepath.Join(t.TempDir(), "backup.zip")
	for _, step := range []struct {
		args []string
		most int64 // MiB
	}{
		{[]string{"backup", "-o", path}, 64},
		{[]string{"backup", "verify", path, "--drill"}, 200}, // with a server in it
	} {
		cmd := p.start(t, step.args...)
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%v\n%s", err, p.output.String())
		}
		peak := peakOf(t, p.statusFile)
		t.Logf("%v: %d MiB of memory at most, %d breaks, %v of processor time", step.args[:2], peak, broken.Load(), cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
		if peak >= raceFactor*step.most {
			t.Errorf("%v takes %d MiB", step.args, peak)
		}
	}
	if n := broken.Load(); n < size/each {
		t.Errorf("only %d breaks", n)
	}
}

// peakOf is the peak of the memory of a process in MiB.
func peakOf(t *testing.T, statusFile string) int64 {
	t.Helper()
	status, err := os.ReadFile(statusFile)
	if err != nil {
		t.Fatal(err)
	}
	var kib int64
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatalf("no VmHWM in %s: %v", status, err)
	}
	return kib / 1024
}
