package api

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// archiveBytes is a ZIP of a little more than size bytes, different for each seed.
func archiveBytes(t *testing.T, size int, seed byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	w, err := z.CreateHeader(&zip.FileHeader{Name: "export/info.yaml", Method: zip.Store})
	if err != nil {
		t.Fatal(err)
	}
	content := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(content) // it never fails
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func sum(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}

// archiveHost has one archive, for every job. Its faults are by number of
// download, from 0.
type archiveHost struct {
	content []byte
	etag    string
	name    string
	size    int64                                                     // of the detail; 0 for that of the content, -1 for none
	ranges  func(download int) bool                                   // nil for always
	cut     map[int]int64                                             // bytes after which the connection breaks
	before  func(int, http.ResponseWriter, *http.Request) (goOn bool) // may answer by itself

	mu    sync.Mutex
	asked []string // "Range If-Range" of each download
}

func (h *archiveHost) serve(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/download") {
		size := strconv.Itoa(len(h.content))
		switch {
		case h.size < 0:
			size = "null"
		case h.size > 0:
			size = fmt.Sprint(h.size)
		}
		reply(200, "application/json", `{"id": "x", "status": "completed", "creation_date": "2020-06-18T08:32:14Z", "size": `+size+`}`)(w, r)
		return
	}
	h.mu.Lock()
	n := len(h.asked)
	h.asked = append(h.asked, strings.TrimSpace(r.Header.Get("Range")+" "+r.Header.Get("If-Range")))
	h.mu.Unlock()
	if h.before != nil && !h.before(n, w, r) {
		return
	}
	w.Header().Set("Content-Type", "application/zip")
	if h.name != "" {
		w.Header().Set("Content-Disposition", `attachment; filename="`+h.name+`"`)
	}
	if h.etag != "" {
		w.Header().Set("ETag", h.etag)
	}
	if h.ranges != nil && !h.ranges(n) {
		r.Header.Del("Range")
	}
	if after, ok := h.cut[n]; ok {
		w = &cutWriter{w, after}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(h.content))
}

// cutWriter breaks the connection after so many bytes.
type cutWriter struct {
	http.ResponseWriter
	left int64
}

func (c *cutWriter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p[:min(int64(len(p)), c.left)])
	if c.left -= int64(n); c.left == 0 {
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, err
}

// filesIn lists a directory.
func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range found {
		names = append(names, e.Name())
	}
	return names
}

// mustHold checks that a downloaded file is alone in its directory and has the content.
func mustHold(t *testing.T, f *File, path string, content []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("%s has %d bytes of %d, or others: %v", path, len(got), len(content), err)
	}
	if f == nil || f.Path != path || f.Size != int64(len(content)) || f.SHA256 != sum(content) {
		t.Errorf("answered %+v for %s", f, path)
	}
	if got := filesIn(t, filepath.Dir(path)); len(got) != 1 {
		t.Errorf("the directory has %q", got)
	}
}

// fullDisk takes some bytes only.
type fullDisk struct {
	io.Writer
	left int
}

func (d *fullDisk) Write(p []byte) (int, error) {
	n, err := d.Writer.Write(p[:min(len(p), d.left)])
	if d.left -= n; err == nil && n < len(p) {
		err = &fs.PathError{Op: "write", Path: "a.zip", Err: syscall.ENOSPC}
	}
	return n, err
}

// interrupt keeps the first 300,000 bytes of a download to a path.
func (h *archiveHost) interrupt(t *testing.T, c *Client, path string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	h.cut = map[int]int64{0: 300_000}
	h.before = func(n int, _ http.ResponseWriter, r *http.Request) bool {
		if n > 0 {
			cancel()
			<-r.Context().Done()
		}
		return n == 0
	}
	if _, err := c.Project("p").Exports.DownloadToFile(ctx, "x", path, KeepPartial()); !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v", err)
	}
	h.cut, h.before, h.asked = nil, nil, nil
}

func put(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Error(err)
	}
}
