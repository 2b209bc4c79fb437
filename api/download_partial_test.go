package api

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestPartial_aLaterCallGoesOnWithWhatIsThere(t *testing.T) {
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
		"it is not known what is there": {func(t *testing.T, _ *archiveHost, _, lock string) { put(t, lock, []byte(` {"si`)) },
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
				names := filesIn(t, dir)
				if len(names) != 2 {
					t.Fatalf("kept are %q", names)
				}
				if tc.change != nil {
					tc.change(t, host, filepath.Join(dir, names[1]), filepath.Join(dir, names[0]))
				}
				f, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", dir)
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

func TestPartial_aPartialFileServesItsOwnDownloadOnly(t *testing.T) {
	t.Parallel()
	host := &archiveHost{content: archiveBytes(t, mib/2, 1), etag: `"a"`}
	watched(t, host.serve, func(t *testing.T, c *Client) {
		dir := t.TempDir()
		host.interrupt(t, c, filepath.Join(dir, "a.zip"))
		for name, get := range map[string]func(path string) (*File, error){
			"export of another id": func(p string) (*File, error) { return c.Project("p").Exports.DownloadToFile(t.Context(), "y", p) },
			"of another project":   func(p string) (*File, error) { return c.Project("q").Exports.DownloadToFile(t.Context(), "x", p) },
			"import":               func(p string) (*File, error) { return c.Project("p").Imports.DownloadToFile(t.Context(), "x", p) },
			"to another file": func(string) (*File, error) {
				return c.Project("p").Exports.DownloadToFile(t.Context(), "x", filepath.Join(dir, "b.zip"))
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
		if f, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", filepath.Join(dir, "a.zip")); err != nil || f.Resumed != 300_000 {
			t.Errorf("%+v, %v", f, err)
		}
	})
}

func TestPartial_twoDownloadsOfOneArchiveDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	content := archiveBytes(t, mib/2, 1)
	for _, opts := range [][]FileOption{nil, {Overwrite()}} {
		path := filepath.Join(t.TempDir(), "a.zip")
		c := newTestClient(t, (&archiveHost{content: content, etag: `"a"`}).serve)
		var all sync.WaitGroup
		results := make([]*File, 8)
		for i := range results {
			all.Go(func() {
				f, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path, opts...)
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

func TestPartial_aSecondDownloadIsToldOfTheFirst(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.zip")
	var c *Client
	host := &archiveHost{content: archiveBytes(t, 1000, 1)}
	host.before = func(int, http.ResponseWriter, *http.Request) bool {
		if _, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path); !errors.Is(err, ErrDownloadInUse) || !strings.Contains(err.Error(), filepath.Dir(path)) {
			t.Errorf("the second one: %v", err)
		}
		return true
	}
	c = newTestClient(t, host.serve)
	if _, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path); err != nil {
		t.Error(err)
	}
}

func TestPartial_withoutLocksPartialFilesAreTheirOwn(t *testing.T) {
	t.Parallel()
	content := archiveBytes(t, 1000, 1)
	c := newTestClient(t, (&archiveHost{content: content}).serve)
	dir := t.TempDir()
	part, err := ownPartial(dir)
	if err != nil {
		t.Fatal(err)
	}
	to := destination{dir: dir, name: "a.zip"}
	f, err := newFileDownload(c.Project("p").Exports.archive("x"), part, to, -1, choices{}).run(t.Context())
	if err := errors.Join(err, part.remove()); err != nil {
		t.Fatal(err)
	}
	mustHold(t, f, to.path(), content)
}

// A process that is killed while it gives the file its name leaves two names of
// one file: the next call must not write through the other one.
func TestPartial_aPublishedFileIsNotAPartialFile(t *testing.T) {
	t.Parallel()
	host := &archiveHost{content: archiveBytes(t, mib/2, 1), etag: `"a"`}
	watched(t, host.serve, func(t *testing.T, c *Client) {
		dir := t.TempDir()
		path := filepath.Join(dir, "a.zip")
		host.interrupt(t, c, path)
		left := filesIn(t, dir)
		part, lock := filepath.Join(dir, left[1]), filepath.Join(dir, left[0])
		put(t, part, host.content)
		put(t, lock, nil)
		if err := os.Link(part, path); err != nil {
			t.Fatal(err)
		}
		host.before = func(_ int, w http.ResponseWriter, r *http.Request) bool {
			reply(409, "text/plain", "no")(w, r)
			return false
		}
		if f, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path, Overwrite()); !errors.Is(err, ErrConflict) {
			t.Errorf("%+v, %v", f, err)
		}
		if there, err := os.ReadFile(path); !bytes.Equal(there, host.content) || len(filesIn(t, dir)) != 1 {
			t.Errorf("the file has %d bytes, %v; the directory has %q", len(there), err, filesIn(t, dir))
		}
	})
}

func TestPartial_aPartialFileIsNotALink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "mine"), []byte("mine"))
	part, err := openPartial(dir, "x")
	if err != nil {
		t.Fatal(err)
	}
	if err := part.remove(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{part.Name(), part.lock.Name()} {
		if err := os.Symlink(filepath.Join(dir, "mine"), name); err != nil {
			t.Fatal(err)
		}
		if name == part.Name() {
			put(t, part.lock.Name(), []byte(` {"size": 4, "etag": ""}`))
		}
		if p, err := openPartial(dir, "x"); err == nil || !strings.Contains(err.Error(), name+": not a regular file") {
			t.Errorf("%+v, %v", p, err)
		}
		if err := os.Remove(name); err != nil {
			t.Error(err)
		}
	}
	if there, err := os.ReadFile(filepath.Join(dir, "mine")); string(there) != "mine" {
		t.Errorf("%q, %v", there, err)
	}
}

func TestPartial_aWholeArchiveThatFoundNoPlaceIsKept(t *testing.T) {
	t.Parallel()
	host := &archiveHost{content: archiveBytes(t, mib/2, 1), etag: `"a"`}
	path := filepath.Join(t.TempDir(), "a.zip")
	host.before = func(int, http.ResponseWriter, *http.Request) bool { put(t, path, []byte("mine")); return true }
	c := newTestClient(t, host.serve)
	if _, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path, KeepPartial()); !errors.Is(err, fs.ErrExist) || strings.Contains(err.Error(), "closed") {
		t.Errorf("error is %v", err)
	}
	f, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path, Overwrite())
	if err != nil {
		t.Fatal(err)
	}
	mustHold(t, f, path, host.content)
	if f.Resumed != int64(len(host.content)-1) {
		t.Errorf("answered %+v", f)
	}
}
