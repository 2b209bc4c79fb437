package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Not parallel: it counts what the whole process allocates.
func TestUpload_transfersOf256MiBTakeConstantMemory(t *testing.T) {
	const size = 256 * mib
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.Header().Set("Content-Length", fmt.Sprint(size))
			_, _ = io.CopyN(w, spaces{}, size)
			return
		}
		if n, err := io.Copy(io.Discard, r.Body); err != nil || n != r.ContentLength || n <= size {
			t.Errorf("got %d of %d bytes: %v", n, r.ContentLength, err)
		}
		reply(201, "application/json", pendingJSON)(w, r)
	})
	allocated := func(f func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	up := allocated(func() {
		if _, err := c.Project("p").Imports.Create(t.Context(), FromReader(io.LimitReader(spaces{}, size), size, "")); err != nil {
			t.Error(err)
		}
	})
	down := allocated(func() {
		d, err := c.Project("p").Imports.Download(t.Context(), "x")
		if err != nil {
			t.Error(err)
			return
		}
		defer d.Body.Close()
		if n, err := io.Copy(io.Discard, d.Body); n != size || err != nil {
			t.Errorf("got %d bytes: %v", n, err)
		}
	})
	t.Logf("allocated %d KiB for the upload, %d KiB for the download, server included", up>>10, down>>10)
	if up > 2*mib || down > 2*mib {
		t.Errorf("allocated %d bytes for the upload, %d for the download", up, down)
	}
}

func TestUpload_anUploadIsSentAgainOnlyFromASourceThatCanSeek(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.zip")
	if err := os.WriteFile(path, []byte("PK archive"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		source ImportSource
		again  bool
	}{
		"memory":       {FromReader(strings.NewReader("PK archive"), 10, ""), true},
		"file":         {FromFile(path), true},
		"link":         {FromLink("https://example.com/a.zip"), true},
		"not seekable": {FromReader(io.MultiReader(strings.NewReader("PK archive")), 10, ""), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var bodies []string
			c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil || r.ContentLength != int64(len(body)) {
					t.Errorf("got %d of %d bytes: %v", len(body), r.ContentLength, err)
				}
				if bodies = append(bodies, string(body)); len(bodies) == 1 {
					http.Redirect(w, r, "/base/v2.1/moved", http.StatusTemporaryRedirect)
					return
				}
				reply(201, "application/json", pendingJSON)(w, r)
			})
			_, err := c.Project("p").Imports.Create(t.Context(), tc.source)
			if tc.again {
				if err != nil || len(bodies) != 2 || bodies[0] != bodies[1] {
					t.Errorf("sent %q: %v", bodies, err)
				}
			} else if apiErr, ok := errors.AsType[*Error](err); !ok || apiErr.StatusCode != 307 || len(bodies) != 1 {
				t.Errorf("sent %d times: %v", len(bodies), err)
			}
		})
	}
}

func TestUpload_aSourceCanBeUsedAgainWhenItCanSeek(t *testing.T) {
	t.Parallel()
	status := 429
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Error(err)
		}
		reply(status, "application/json", pendingJSON)(w, r)
	})
	seekable := FromReader(strings.NewReader("PK"), 2, "")
	once := FromReader(io.MultiReader(strings.NewReader("PK")), 2, "")
	for _, source := range []ImportSource{seekable, once} {
		if _, err := c.Project("p").Imports.Create(t.Context(), source); !errors.Is(err, ErrRateLimited) {
			t.Errorf("error is %v", err)
		}
	}
	status = 201
	if _, err := c.Project("p").Imports.Create(t.Context(), seekable); err != nil {
		t.Error(err)
	}
	if _, err := c.Project("p").Imports.Create(t.Context(), once); err == nil || !strings.Contains(err.Error(), "cannot seek") {
		t.Errorf("error is %v", err)
	}
}

func TestUpload_aPipeIsNoSourceThatCanSeek(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.WriteString(w, "PK"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		if err := readForm(r); err != nil {
			t.Error(err)
		}
		reply(201, "application/json", pendingJSON)(w, r)
	})
	if _, err := c.Project("p").Imports.Create(t.Context(), FromReader(r, 2, "")); err != nil {
		t.Error(err)
	}
}

func TestUpload_aSuccessBeforeTheWholeArchiveWasSentIsAnError(t *testing.T) {
	t.Parallel()
	hc := &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
		_, _ = io.CopyN(io.Discard, req.Body, 100)
		_ = req.Body.Close()
		return &http.Response{StatusCode: 201, Body: io.NopCloser(strings.NewReader(pendingJSON)), Header: http.Header{}}, nil
	})}
	created, err := newTestClient(t, nil, WithHTTPClient(hc)).Project("p").Imports.Create(t.Context(), FromReader(strings.NewReader("PK"), 2, ""))
	if created == nil || !errors.Is(err, errNotSent) || !strings.Contains(err.Error(), "903ccd12") {
		t.Errorf("got %v, %v", created, err)
	}
}

func TestUpload_theDefaultTransportAsksBeforeItSends(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, reply(401, "application/json", `{"error": "Invalid token"}`), WithHTTPClient(&http.Client{Transport: defaultTransport()}))
	src := &source{left: mib, size: mib}
	_, err := c.Project("p").Imports.Create(t.Context(), FromReader(src, mib, ""))
	if !errors.Is(err, ErrUnauthorized) || src.reads.Load() != 0 {
		t.Errorf("%d reads: %v", src.reads.Load(), err)
	}
}

func TestUpload_onlyTheNewestReadingReads(t *testing.T) {
	t.Parallel()
	a, err := newUpload(strings.NewReader("PK archive"), 10, "")
	if err != nil {
		t.Fatal(err)
	}
	first, err := a.open()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(first, make([]byte, 2)); err != nil {
		t.Fatal(err)
	}
	next, err := a.open()
	if err != nil {
		t.Fatal(err)
	}
	if n, err := first.Read(make([]byte, 2)); n != 0 || !errors.Is(err, errStopped) {
		t.Errorf("the first reading read %d, %v", n, err)
	}
	if err := first.Close(); err != nil { // late, as net/http may
		t.Error(err)
	}
	if content, err := io.ReadAll(next); string(content) != "PK archive" || err != nil || a.result() != nil {
		t.Errorf("the next one read %q, %v, %v", content, err, a.result())
	}
	last, err := a.open()
	if err != nil {
		t.Fatal(err)
	}
	a.stop()
	if n, err := last.Read(make([]byte, 2)); n != 0 || !errors.Is(err, errStopped) {
		t.Errorf("read %d, %v after the end", n, err)
	}
}

func TestUpload_aFileIsClosed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.zip")
	if err := os.WriteFile(path, []byte("PK"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := newForm(FromFile(path), choices{})
	if err != nil {
		t.Fatal(err)
	}
	f.close()
	if _, err := f.archive.reader.Read(make([]byte, 2)); !errors.Is(err, os.ErrClosed) {
		t.Errorf("error is %v", err)
	}
}
