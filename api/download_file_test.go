package api

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestDownloadFile_aFailedDownloadLeavesNoFile(t *testing.T) {
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
		opts []FileOption
		want error
		text string
		n    int // downloads asked for
	}{
		"always cut":        {&archiveHost{ranges: func(int) bool { return false }, cut: always}, nil, io.ErrUnexpectedEOF, "gave up after 5 attempts that brought nothing new: GET /projects/p/exports/x/download: after 1000 bytes of ", 6},
		"chunked and short": {&archiveHost{before: chunked(content[:1000])}, nil, io.ErrUnexpectedEOF, fmt.Sprintf("after 1000 bytes of %d", len(content)), 6},
		"chunked and long":  {&archiveHost{before: chunked(append(content[:len(content):len(content)], 0))}, nil, ErrArchiveSize, "there is more", 1},
		"another size":      {&archiveHost{size: 1000}, nil, ErrArchiveSize, fmt.Sprintf("it has %d bytes instead of 1000", len(content)), 1},
		"no ZIP":            {&archiveHost{size: -1, before: chunked([]byte("PK"))}, nil, zip.ErrFormat, "a.zip: the archive is not a valid ZIP file", 1},
		"not completed": {&archiveHost{before: func(_ int, w http.ResponseWriter, r *http.Request) bool {
			reply(409, "text/plain", "no")(w, r)
			return false
		}}, nil, ErrConflict, "", 1},
		"disk full": {&archiveHost{}, []FileOption{option(func(c *choices) {
			c.writer = func(w io.Writer) io.Writer { return &fullDisk{w, 300_000} }
		})}, syscall.ENOSPC, "no space left", 1},
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
					f, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", filepath.Join(dir, "a.zip"), opts...)
					if f != nil || !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.text) || len(host.asked) != tc.n {
						t.Errorf("got %+v, %v after %q", f, err, host.asked)
					}
					left := filesIn(t, dir)
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

// An expired token, a busy server and Ctrl-C end a call before it has read the
// partial file.
func TestDownloadFile_aPartialFileOutlivesACallThatFailsBeforeItsFirstByte(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]http.HandlerFunc{"unauthorized": says(401), "busy": says(503), "context ended": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := &archiveHost{content: archiveBytes(t, mib/2, 1), etag: `"a"`}
			down := false
			serve := func(w http.ResponseWriter, r *http.Request) {
				if down {
					step(w, r)
					return
				}
				host.serve(w, r)
			}
			watched(t, serve, func(t *testing.T, c *Client) {
				path := filepath.Join(t.TempDir(), "a.zip")
				fail := func(opts ...FileOption) {
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					if down = step != nil; !down {
						cancel()
					}
					if f, err := c.Project("p").Exports.DownloadToFile(ctx, "x", path, opts...); err == nil {
						t.Errorf("answered %+v", f)
					}
					down = false
				}
				host.interrupt(t, c, path)
				fail(KeepPartial())
				f, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path)
				if err != nil || f.Resumed != 300_000 {
					t.Fatalf("%+v, %v", f, err)
				}
				mustHold(t, f, path, host.content)
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
				host.interrupt(t, c, path)
				if fail(); len(filesIn(t, filepath.Dir(path))) != 0 {
					t.Errorf("%q are left", filesIn(t, filepath.Dir(path)))
				}
			})
		})
	}
}

func TestDownloadFile_whatIsAtTheDestinationStays(t *testing.T) {
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
			_, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", to)
			if there, _ := os.ReadFile(path); !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), path) || string(there) != "mine" {
				t.Errorf("%s: %q, %v", name, there, err)
			}
		}
		f, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path, Overwrite())
		if err != nil {
			t.Fatal(err)
		}
		mustHold(t, f, path, content)
	}
}

func TestDownloadFile_destinationsThatCannotBeAreErrorsBeforeAnythingIsSent(t *testing.T) {
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
		if _, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path, Overwrite()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", path, err)
		}
	}
	if got := filesIn(t, dir); !slices.Equal(got, []string{"file", "sub"}) {
		t.Errorf("the directory has %q", got)
	}
}
