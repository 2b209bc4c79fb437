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
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// archiveBytes is a ZIP of a little more than size bytes, other for each seed.
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

// entries lists a directory.
func entries(t *testing.T, dir string) []string {
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

// mustHold checks a file that was downloaded, alone in its directory.
func mustHold(t *testing.T, f *File, path string, content []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("%s has %d bytes of %d, or others: %v", path, len(got), len(content), err)
	}
	if f == nil || f.Path != path || f.Size != int64(len(content)) || f.SHA256 != sum(content) {
		t.Errorf("answered %+v for %s", f, path)
	}
	if got := entries(t, filepath.Dir(path)); len(got) != 1 {
		t.Errorf("the directory has %q", got)
	}
}

func TestDownloadFileEndsWholeAfterBreaks(t *testing.T) {
	t.Parallel()
	content := archiveBytes(t, mib/2, 1)
	never := func(int) bool { return false }
	twice := map[int]int64{0: 300_000, 1: 200_000}
	for name, tc := range map[string]struct {
		host *archiveHost
		want []string
	}{
		"nothing breaks":        {&archiveHost{etag: `"a"`}, []string{""}},
		"strong ETag":           {&archiveHost{etag: `"a"`, cut: twice}, []string{"", `bytes=300000- "a"`, `bytes=500000- "a"`}},
		"no ETag":               {&archiveHost{cut: twice}, []string{"", `bytes=300000-`, `bytes=500000-`}},
		"weak ETag":             {&archiveHost{etag: `W/"a"`, cut: twice}, []string{"", `bytes=300000-`, `bytes=500000-`}},
		"strong ETag, no size":  {&archiveHost{etag: `"a"`, size: -1, cut: twice}, []string{"", `bytes=300000- "a"`, `bytes=500000- "a"`}},
		"ranges are ignored":    {&archiveHost{etag: `"a"`, ranges: never, cut: twice}, []string{"", `bytes=300000- "a"`, `bytes=200000- "a"`}},
		"cut before its header": {&archiveHost{etag: `"a"`, cut: map[int]int64{0: 300_000, 1: 1}}, []string{"", `bytes=300000- "a"`, `bytes=300001- "a"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := tc.host
			host.content = content
			watched(t, host.serve, func(t *testing.T, c *Client) {
				path := filepath.Join(t.TempDir(), "a.zip")
				f, err := c.Exports.DownloadFile(t.Context(), "p", "x", path)
				if err != nil {
					t.Fatal(err)
				}
				mustHold(t, f, path, content)
				if !slices.Equal(host.asked, tc.want) || f.Resumed != 0 || f.Name != "export-x.zip" {
					t.Errorf("asked for %q, got %+v", host.asked, f)
				}
			})
		})
	}
}

func TestDownloadFileNeverMixesArchives(t *testing.T) {
	t.Parallel()
	content, other := archiveBytes(t, mib/2, 1), archiveBytes(t, mib/2, 2)
	part := func(header string, body []byte) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.Header().Set("Content-Range", header)
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(body)
		}
	}
	size := len(other)
	for name, second := range map[string]func(w http.ResponseWriter){
		"the server sends another part": part(fmt.Sprintf("bytes 300001-%d/%d", size-1, size), content[300001:]),
		"a part of another size":        part(fmt.Sprintf("bytes 300000-%d/%d", size, size+1), append(content[300000:size:size], 0)),
		"a part without its end":        part(fmt.Sprintf("bytes 300000-300009/%d", size), content[300000:300010]),
		"a part of unknown size":        part(fmt.Sprintf("bytes 300000-%d/*", size-1), content[300000:]),
		"a part without Content-Range":  part("", content[300000:]),
		"a part that lies on its length": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "5")
			part(fmt.Sprintf("bytes 300000-%d/%d", size-1, size), content[:5])(w)
		},
		"several parts": func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "multipart/byteranges; boundary=x")
			part("", []byte("--x--"))(w)
		},
		"another ETag on a part": func(w http.ResponseWriter) {
			w.Header().Set("ETag", `"b"`)
			part(fmt.Sprintf("bytes 300000-%d/%d", size-1, size), other[300000:])(w)
		},
		"416": func(w http.ResponseWriter) { w.WriteHeader(http.StatusRequestedRangeNotSatisfiable) },
		"the archive has changed": func(w http.ResponseWriter) {
			w.Header().Set("ETag", `"b"`)
			_, _ = w.Write(other)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := &archiveHost{content: content, etag: `"a"`, cut: map[int]int64{0: 300_000}}
			host.before = func(n int, w http.ResponseWriter, _ *http.Request) bool {
				if n == 1 {
					w.Header().Set("ETag", `"a"`)
					second(w)
					return false
				}
				return true
			}
			watched(t, host.serve, func(t *testing.T, c *Client) {
				path := filepath.Join(t.TempDir(), "a.zip")
				f, err := c.Imports.DownloadFile(t.Context(), "p", "x", path)
				if err != nil {
					t.Fatal(err)
				}
				want, asked := content, []string{"", `bytes=300000- "a"`, ""}
				if name == "the archive has changed" {
					want, asked = other, asked[:2]
				}
				mustHold(t, f, path, want)
				if !slices.Equal(host.asked, asked) {
					t.Errorf("asked for %q", host.asked)
				}
			})
		})
	}
}

func TestPartsThatAreNoZIPTogetherAreFetchedAgain(t *testing.T) {
	t.Parallel()
	content := archiveBytes(t, mib/2, 1)
	host := &archiveHost{content: content, cut: map[int]int64{0: 300_000}}
	host.before = func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if n != 1 {
			return true
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 300000-%d/%d", len(content)-1, len(content)))
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(make([]byte, len(content)-300_000))
		return false
	}
	watched(t, host.serve, func(t *testing.T, c *Client) {
		path := filepath.Join(t.TempDir(), "a.zip")
		f, err := c.Exports.DownloadFile(t.Context(), "p", "x", path)
		if err != nil {
			t.Fatal(err)
		}
		mustHold(t, f, path, content)
	})
}

func TestAFailedDownloadLeavesNoFile(t *testing.T) {
	t.Parallel()
	content := archiveBytes(t, mib/2, 1)
	always := map[int]int64{}
	for n := range 100 {
		always[n] = 1000
	}
	chunked := func(body []byte) func(int, http.ResponseWriter, *http.Request) bool {
		return func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			_, _ = w.Write(body)
			_ = http.NewResponseController(w).Flush()
			return false
		}
	}
	for name, tc := range map[string]struct {
		host *archiveHost
		opts []DownloadOption
		want error
		text string
		n    int // downloads asked for
	}{
		"always cut":          {&archiveHost{ranges: func(int) bool { return false }, cut: always}, nil, io.ErrUnexpectedEOF, "gave up after 5 attempts that brought nothing new: GET /projects/p/exports/x/download: after 1000 bytes of ", 6},
		"chunked and short":   {&archiveHost{before: chunked(content[:1000])}, nil, io.ErrUnexpectedEOF, fmt.Sprintf("after 1000 bytes of %d", len(content)), 6},
		"chunked and long":    {&archiveHost{before: chunked(append(content[:len(content):len(content)], 0))}, nil, ErrDownloadSize, "it goes on", 1},
		"another size":        {&archiveHost{size: 1000}, nil, ErrDownloadSize, fmt.Sprintf("it has %d bytes instead of 1000", len(content)), 1},
		"another than wanted": {&archiveHost{}, []DownloadOption{ExpectSize(7)}, ErrDownloadSize, "instead of 7", 1},
		"no ZIP":              {&archiveHost{size: -1, before: chunked([]byte("PK"))}, nil, zip.ErrFormat, "a.zip: the archive is no sound ZIP file", 1},
		"not completed": {&archiveHost{before: func(_ int, w http.ResponseWriter, r *http.Request) bool {
			reply(409, "text/plain", "no")(w, r)
			return false
		}}, nil, ErrConflict, "", 1},
		"disk full": {&archiveHost{}, []DownloadOption{func(c *downloadChoices) {
			c.writer = func(w io.Writer) io.Writer { return &fullDisk{w, 300_000} }
		}}, syscall.ENOSPC, "no space left", 1},
	} {
		for _, keep := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " keep ", keep), func(t *testing.T) {
				t.Parallel()
				host := &archiveHost{content: content, size: tc.host.size, ranges: tc.host.ranges, cut: tc.host.cut, before: tc.host.before}
				watched(t, host.serve, func(t *testing.T, c *Client) {
					dir := t.TempDir()
					opts := tc.opts
					if keep {
						opts = append(slices.Clone(opts), KeepPartial())
					}
					f, err := c.Exports.DownloadFile(t.Context(), "p", "x", filepath.Join(dir, "a.zip"), opts...)
					if f != nil || !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.text) || len(host.asked) != tc.n {
						t.Errorf("got %+v, %v after %q", f, err, host.asked)
					}
					left := entries(t, dir)
					useful := name == "always cut" || name == "chunked and short" || name == "chunked and long" || name == "disk full"
					if keep && useful {
						if len(left) != 2 || !strings.HasSuffix(left[0], ".lock") || !strings.HasSuffix(left[1], ".part") {
							t.Errorf("%q are left", left)
						}
					} else if len(left) != 0 {
						t.Errorf("%q are left", left)
					}
				})
			})
		}
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

func TestALaterCallGoesOnWithWhatIsThere(t *testing.T) {
	t.Parallel()
	content, other := archiveBytes(t, mib/2, 1), archiveBytes(t, mib/2, 2)
	for name, tc := range map[string]struct {
		change func(t *testing.T, h *archiveHost, part, lock string)
		want   []byte
		asked  []string
		from   int64
	}{
		"the same archive": {nil, content, []string{`bytes=300000- "a"`}, 300_000},
		"another ETag": {func(_ *testing.T, h *archiveHost, _, _ string) { h.content, h.etag = other, `"b"` },
			other, []string{`bytes=300000- "a"`}, 0},
		"another size": {func(_ *testing.T, h *archiveHost, _, _ string) { h.content = archiveBytes(t, mib/2+8, 3) },
			archiveBytes(t, mib/2+8, 3), []string{""}, 0},
		"all of it is there": {func(t *testing.T, _ *archiveHost, part, _ string) { put(t, part, content) },
			content, []string{fmt.Sprintf(`bytes=%d- "a"`, len(content)-1)}, int64(len(content) - 1)},
		"more than all of it is there": {func(t *testing.T, _ *archiveHost, part, _ string) {
			put(t, part, append(content[:len(content):len(content)], 0))
		},
			content, []string{""}, 0},
		"what is there is damaged": {func(t *testing.T, _ *archiveHost, part, _ string) { put(t, part, make([]byte, 300_000)) },
			content, []string{`bytes=300000- "a"`, ""}, 0},
		"it is not known what is there": {func(t *testing.T, _ *archiveHost, _, lock string) { put(t, lock, []byte(`{"si`)) },
			content, []string{""}, 0},
		"nothing is there": {func(t *testing.T, _ *archiveHost, part, _ string) { put(t, part, nil) },
			content, []string{""}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := &archiveHost{content: content, etag: `"a"`, name: "../x.zip"}
			watched(t, host.serve, func(t *testing.T, c *Client) {
				dir := t.TempDir()
				host.interrupt(t, c, dir)
				names := entries(t, dir)
				if len(names) != 2 {
					t.Fatalf("kept are %q", names)
				}
				if tc.change != nil {
					tc.change(t, host, filepath.Join(dir, names[1]), filepath.Join(dir, names[0]))
				}
				f, err := c.Exports.DownloadFile(t.Context(), "p", "x", dir)
				if err != nil {
					t.Fatal(err)
				}
				mustHold(t, f, filepath.Join(dir, "x.zip"), tc.want)
				if f.Resumed != tc.from || f.Name != "x.zip" || !slices.Equal(host.asked, tc.asked) {
					t.Errorf("asked for %q, got %+v", host.asked, f)
				}
			})
		})
	}
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
	if _, err := c.Exports.DownloadFile(ctx, "p", "x", path, KeepPartial()); !errors.Is(err, context.Canceled) {
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

func TestAPartialFileServesItsOwnDownloadOnly(t *testing.T) {
	t.Parallel()
	host := &archiveHost{content: archiveBytes(t, mib/2, 1), etag: `"a"`}
	watched(t, host.serve, func(t *testing.T, c *Client) {
		dir := t.TempDir()
		host.interrupt(t, c, filepath.Join(dir, "a.zip"))
		for name, get := range map[string]func(path string) (*File, error){
			"export of another id": func(p string) (*File, error) { return c.Exports.DownloadFile(t.Context(), "p", "y", p) },
			"of another project":   func(p string) (*File, error) { return c.Exports.DownloadFile(t.Context(), "q", "x", p) },
			"import":               func(p string) (*File, error) { return c.Imports.DownloadFile(t.Context(), "p", "x", p) },
			"to another file": func(string) (*File, error) {
				return c.Exports.DownloadFile(t.Context(), "p", "x", filepath.Join(dir, "b.zip"))
			},
		} {
			f, err := get(filepath.Join(dir, "a.zip"))
			if err != nil || f.Resumed != 0 {
				t.Fatalf("%s: %+v, %v", name, f, err)
			}
			if err := os.Remove(f.Path); err != nil {
				t.Error(err)
			}
		}
		if f, err := c.Exports.DownloadFile(t.Context(), "p", "x", filepath.Join(dir, "a.zip")); err != nil || f.Resumed != 300_000 {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

func TestWhatIsAtTheTargetStays(t *testing.T) {
	t.Parallel()
	content := archiveBytes(t, 1000, 1)
	for name, late := range map[string]bool{"from the beginning": false, "since it began": true} {
		dir := t.TempDir()
		path := filepath.Join(dir, "a.zip")
		host := &archiveHost{content: content, name: "a.zip"}
		host.before = func(int, http.ResponseWriter, *http.Request) bool {
			if late {
				put(t, path, []byte("mine"))
			}
			return true
		}
		if !late {
			put(t, path, []byte("mine"))
		}
		c := newTestClient(t, host.serve)
		for _, to := range []string{path, dir, dir + string(filepath.Separator)} {
			_, err := c.Exports.DownloadFile(t.Context(), "p", "x", to)
			if there, _ := os.ReadFile(path); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), path) || string(there) != "mine" {
				t.Errorf("%s: %q, %v", name, there, err)
			}
		}
		f, err := c.Exports.DownloadFile(t.Context(), "p", "x", path, Overwrite())
		if err != nil {
			t.Fatal(err)
		}
		mustHold(t, f, path, content)
	}
}

func TestTargetsThatCannotBeAreErrorsBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "file"), nil)
	c := newTestClient(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("got %s %s", r.Method, r.URL) })
	for path, want := range map[string]string{
		"":                                     "the path of the file to download to is empty",
		filepath.Join(dir, "missing", "a.zip"): filepath.Join(dir, "missing"),
		filepath.Join(dir, "missing") + "/":    filepath.Join(dir, "missing"),
		filepath.Join(dir, "file", "a.zip"):    filepath.Join(dir, "file"),
		"/dev/null":                            "/dev/null: neither a regular file nor a symbolic link",
	} {
		if _, err := c.Exports.DownloadFile(t.Context(), "p", "x", path, Overwrite()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", path, err)
		}
	}
	if got := entries(t, dir); !slices.Equal(got, []string{"file", "sub"}) {
		t.Errorf("the directory has %q", got)
	}
}

func TestTwoDownloadsOfOneArchiveDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	content := archiveBytes(t, mib/2, 1)
	for _, opts := range [][]DownloadOption{nil, {Overwrite()}} {
		path := filepath.Join(t.TempDir(), "a.zip")
		c := newTestClient(t, (&archiveHost{content: content, etag: `"a"`}).serve)
		var all sync.WaitGroup
		results := make([]*File, 8)
		for i := range results {
			all.Go(func() {
				f, err := c.Exports.DownloadFile(t.Context(), "p", "x", path, opts...)
				if err != nil && !errors.Is(err, ErrDownloadInUse) && !errors.Is(err, fs.ErrExist) {
					t.Error(err)
				}
				results[i] = f
			})
		}
		all.Wait()
		results = slices.DeleteFunc(results, func(f *File) bool { return f == nil })
		if len(results) == 0 || opts == nil && len(results) > 1 {
			t.Fatalf("%d downloads have succeeded", len(results))
		}
		mustHold(t, results[0], path, content)
	}
}

func TestASecondDownloadIsToldOfTheFirst(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.zip")
	var c *Client
	host := &archiveHost{content: archiveBytes(t, 1000, 1)}
	host.before = func(int, http.ResponseWriter, *http.Request) bool {
		if _, err := c.Exports.DownloadFile(t.Context(), "p", "x", path); !errors.Is(err, ErrDownloadInUse) || !strings.Contains(err.Error(), filepath.Dir(path)) {
			t.Errorf("the second one: %v", err)
		}
		return true
	}
	c = newTestClient(t, host.serve)
	if _, err := c.Exports.DownloadFile(t.Context(), "p", "x", path); err != nil {
		t.Error(err)
	}
}

func TestWithoutLocksPartialFilesAreTheirOwn(t *testing.T) {
	t.Parallel()
	content := archiveBytes(t, 1000, 1)
	c := newTestClient(t, (&archiveHost{content: content}).serve)
	dir := t.TempDir()
	part, err := ownPartial(dir)
	if err != nil {
		t.Fatal(err)
	}
	to := target{dir: dir, name: "a.zip"}
	f, err := newFileDownload(c.Exports.archive("p", "x"), part, to, downloadChoicesOf(nil)).run(t.Context())
	if err := errors.Join(err, part.remove()); err != nil {
		t.Fatal(err)
	}
	mustHold(t, f, to.path(), content)
}

func TestASilentConnectionIsMadeAgain(t *testing.T) {
	t.Parallel()
	content := archiveBytes(t, mib/2, 1)
	host := &archiveHost{content: content, etag: `"a"`}
	host.before = func(n int, w http.ResponseWriter, r *http.Request) bool {
		if n > 0 {
			return true
		}
		w.Header().Set("ETag", `"a"`)
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		_, _ = w.Write(content[:1000])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return false
	}
	watched(t, host.serve, func(t *testing.T, c *Client) {
		path, start := filepath.Join(t.TempDir(), "a.zip"), time.Now()
		f, err := c.Exports.DownloadFile(t.Context(), "p", "x", path)
		if err != nil {
			t.Fatal(err)
		}
		mustHold(t, f, path, content)
		if took := time.Since(start); took < stallTimeout || took > stallTimeout+2*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestTheContextEndsADownloadToAFileAtOnce(t *testing.T) {
	t.Parallel()
	content := archiveBytes(t, mib/2, 1)
	host := &archiveHost{content: content}
	host.before = func(_ int, w http.ResponseWriter, r *http.Request) bool {
		_, _ = w.Write(content[:1000])
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return false
	}
	watched(t, host.serve, func(t *testing.T, c *Client) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		dir, start := t.TempDir(), time.Now()
		_, err := c.Exports.DownloadFile(ctx, "p", "x", filepath.Join(dir, "a.zip"))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second || len(entries(t, dir)) != 0 {
			t.Errorf("after %v: %v, %q", time.Since(start), err, entries(t, dir))
		}
		synctest.Wait()
	})
}

func TestContentRangesAreReadStrictly(t *testing.T) {
	t.Parallel()
	for header, want := range map[string][3]int64{
		"bytes 10-99/100": {10, 99, 100}, "bytes 0-0/1": {0, 0, 1},
		"": {}, "bytes */100": {}, "bytes 10-99/*": {}, "bytes 10-99": {}, "bytes -1-99/100": {}, "items 1-2/3": {},
		"bytes 10-99/99999999999999999999": {}, "bytes +1-2/3": {}, "bytes 1 - 2/3": {},
	} {
		first, last, size, ok := contentRange(http.Header{"Content-Range": {header}})
		if ok != (want != [3]int64{}) || ok && (first != want[0] || last != want[1] || size != want[2]) {
			t.Errorf("%q: %d-%d/%d %v", header, first, last, size, ok)
		}
	}
}
