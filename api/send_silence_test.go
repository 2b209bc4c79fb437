package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// mute takes the request and says nothing until the client has gone.
var mute = taken(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })

// falls sends a header and the start of a body, and then nothing.
func falls(status int, start string) http.HandlerFunc {
	return taken(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, start)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
}

func TestSilence_aSilentServerCountsAsABrokenConnection(t *testing.T) {
	t.Parallel()
	get := func(ctx context.Context, c *Client) error { return second(c.Project("p").Exports.Get(ctx, "x")) }
	remove := func(ctx context.Context, c *Client) error { return c.Project("p").Exports.Delete(ctx, "x") }
	create := func(ctx context.Context, c *Client) error {
		return second(c.Project("p").Exports.Create(ctx, Selection{}))
	}
	download := func(ctx context.Context, c *Client) error {
		d, err := c.Project("p").Exports.Download(ctx, "x")
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, d.Body)
		return errors.Join(err, d.Body.Close())
	}
	for name, tc := range map[string]struct {
		call  func(context.Context, *Client) error
		steps []http.HandlerFunc
		sent  int
		took  time.Duration // without the delays
		want  func(error) bool
	}{
		"get without a header":          {get, steps(mute, pending), 2, headerTimeout, nil},
		"get without a body":            {get, steps(falls(200, ""), pending), 2, stallTimeout, nil},
		"get of half a body":            {get, steps(falls(200, `{"id": `), pending), 2, stallTimeout, nil},
		"busy gateway without a body":   {get, steps(falls(503, ""), pending), 2, stallTimeout, nil},
		"wrong JSON":                    {get, steps(falls(200, "<")), 1, 0, isOf[*Error]},
		"refusal without a body":        {get, steps(falls(404, "")), 1, stallTimeout, func(err error) bool { return errors.Is(err, ErrNotFound) }},
		"delete without a header":       {remove, steps(mute, gone), 2, headerTimeout, nil},
		"delete without a body":         {remove, steps(falls(200, "")), 1, stallTimeout, nil},
		"create without a header":       {create, steps(mute), 1, headerTimeout, isUnknown},
		"create without a body":         {create, steps(falls(201, "")), 1, stallTimeout, isUnknown},
		"download without a header":     {download, steps(mute, reply(200, "", "PK")), 2, headerTimeout, nil},
		"download of a half":            {download, steps(falls(200, "PK")), 1, stallTimeout, func(err error) bool { return errors.Is(err, errSilent) }},
		"download from a silent server": {download, steps(falls(204, "")), 1, 0, isOf[*Error]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scripted(t, tc.steps, func(t *testing.T, c *Client, s *script) {
				start := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				err := tc.call(ctx, c)
				if (err == nil) != (tc.want == nil) || err != nil && !tc.want(err) || s.count() != tc.sent {
					t.Errorf("sent %d times: %v", s.count(), err)
				}
				if took := time.Since(start); took < tc.took || took > tc.took+2*time.Second {
					t.Errorf("took %v, want %v", took, tc.took)
				}
			})
		})
	}
}

func isUnknown(err error) bool { return errors.Is(err, ErrUnknownOutcome) }

func isOf[T error](err error) bool { _, ok := errors.AsType[T](err); return ok }

func TestSilence_whatIsSlowIsNotSilent(t *testing.T) {
	t.Parallel()
	const pause = stallTimeout - time.Second
	drip := taken(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "14")
		for _, b := range `{"id": "slow"}` {
			time.Sleep(pause)
			_, _ = io.WriteString(w, string(b))
			_ = http.NewResponseController(w).Flush()
		}
	})
	scripted(t, steps(drip), func(t *testing.T, c *Client, s *script) {
		if export, err := c.Project("p").Exports.Get(t.Context(), "x"); err != nil || export.ID != "slow" || s.count() != 1 {
			t.Errorf("sent %d times: %+v, %v", s.count(), export, err)
		}
		d, err := c.Project("p").Exports.Download(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		for range 14 { // a reader that is slow too
			time.Sleep(time.Hour)
			if n, err := d.Body.Read(make([]byte, 1)); n != 1 || err != nil && err != io.EOF {
				t.Fatalf("read %d bytes, %v", n, err)
			}
		}
		if err := d.Body.Close(); err != nil {
			t.Error(err)
		}
	})
	scripted(t, steps(pending), func(t *testing.T, c *Client, s *script) {
		src := &source{left: mib, size: mib, half: func() error { time.Sleep(time.Hour); return nil }}
		if _, err := c.Project("p").Imports.Create(t.Context(), FromReader(src, mib, "")); err != nil || s.count() != 1 {
			t.Errorf("sent %d times: %v", s.count(), err)
		}
	})
}

// A response that cannot be used, and not even its body comes.
func TestSilence_aDownloadToAFileDoesNotWaitForABodyThatItRefuses(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]http.HandlerFunc{
		"another part": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", "bytes 0-1/2")
			falls(206, "")(w, r)
		},
		"no header": mute,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			host := &archiveHost{content: archiveBytes(t, mib/2, 1), etag: `"a"`, cut: map[int]int64{0: 300_000}}
			host.before = func(n int, w http.ResponseWriter, r *http.Request) bool {
				if n == 1 {
					second(w, r)
				}
				return n != 1
			}
			watched(t, host.serve, func(t *testing.T, c *Client) {
				path := filepath.Join(t.TempDir(), "a.zip")
				f, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path)
				if err != nil {
					t.Fatal(err)
				}
				mustHold(t, f, path, host.content)
				if again := slices.Contains(host.asked[2:], ""); again != (name == "another part") {
					t.Errorf("asked for %q", host.asked)
				}
			})
		})
	}
}
