package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

func TestUploadLeak_uploadsThatFailLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	for name, tc := range map[string]struct {
		half     func(cancel func()) error
		size     int64 // announced
		early    int64 // the server answers 413 after so many bytes, if it is > 0
		want     error
		wantText string
	}{
		"reader fails":    {half: func(func()) error { return broken }, size: 4 * mib, want: broken, wantText: "reading the archive"},
		"context ends":    {half: func(cancel func()) error { cancel(); return nil }, size: 4 * mib, want: context.Canceled},
		"reader is short": {size: 5 * mib, want: ErrArchiveSize, wantText: "it ends after 4194304 of 5242880 bytes"},
		"reader is long":  {size: 3 * mib, want: ErrArchiveSize, wantText: "there is more after 3145728 bytes"},
		"early response":  {size: 4 * mib, early: mib, wantText: "413 Request Entity Too Large: too large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := func(w http.ResponseWriter, r *http.Request) {
				if tc.early > 0 {
					_, _ = io.CopyN(io.Discard, r.Body, tc.early)
					reply(413, "application/json", `{"error": "too large"}`)(w, r)
					return
				}
				if err := readForm(r); err == nil {
					t.Error("the server got a complete form")
				}
				reply(201, "application/json", pendingJSON)(w, r)
			}
			watched(t, h, func(t *testing.T, c *Client) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				src := &source{left: 4 * mib, size: 4 * mib}
				if tc.half != nil {
					src.half = func() error { return tc.half(cancel) }
				}
				created, err := c.Project("p").Imports.Create(ctx, FromReader(src, tc.size, ""))
				if created != nil || err == nil || tc.want != nil && !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.wantText) {
					t.Errorf("got %v, %v", created, err)
				}
				synctest.Wait()
				reads := src.reads.Load()
				synctest.Wait()
				if again := src.reads.Load(); again != reads {
					t.Errorf("read on after the end: %d, %d", reads, again)
				}
			})
		})
	}
}

func TestUploadLeak_aRefusedUploadIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	watched(t, reply(401, "application/json", `{"error": "Invalid token"}`), func(t *testing.T, c *Client) {
		src := &source{left: 4 * mib, size: 4 * mib}
		_, err := c.Project("p").Imports.Create(t.Context(), FromReader(src, 4*mib, ""))
		// This transport does not wait for 100 Continue, so that some is read.
		if !errors.Is(err, ErrUnauthorized) || src.left == 0 {
			t.Errorf("%d bytes left: %v", src.left, err)
		}
	})
}

func TestUploadLeak_createReturnsThoughTheReaderBlocks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		half func(cancel func())
		h    http.HandlerFunc
		want error
	}{
		"context ends": {func(cancel func()) { cancel() }, func(_ http.ResponseWriter, r *http.Request) {
			if err := readForm(r); err == nil {
				t.Error("the server got a complete form")
			}
		}, context.Canceled},
		"early response": {func(func()) {}, reply(409, "text/plain", "no"), ErrConflict},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watched(t, tc.h, func(t *testing.T, c *Client) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				release := make(chan struct{})
				src := &source{left: mib, size: mib, half: func() error { tc.half(cancel); <-release; return nil }}
				if _, err := c.Project("p").Imports.Create(ctx, FromReader(src, mib, "")); !errors.Is(err, tc.want) {
					t.Errorf("error is %v", err)
				}
				reads := src.reads.Load()
				close(release)
				synctest.Wait()
				if again := src.reads.Load(); again != reads {
					t.Errorf("a new Read began: %d, %d", reads, again)
				}
			})
		})
	}
}

func TestUploadLeak_downloadsThatEndEarlyLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	h := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "104857600")
		_, _ = io.CopyN(w, spaces{}, 100*mib) // until the client has gone
	}
	for name, tc := range map[string]struct {
		half func(cancel func())
		want error
	}{
		"closed":       {func(func()) {}, nil},
		"context ends": {func(cancel func()) { cancel() }, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watched(t, h, func(t *testing.T, c *Client) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				d, err := c.Project("p").Imports.Download(ctx, "x")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.CopyN(io.Discard, d.Body, mib); err != nil {
					t.Error(err)
				}
				if tc.half(cancel); tc.want != nil {
					if _, err := io.Copy(io.Discard, d.Body); !errors.Is(err, tc.want) {
						t.Errorf("error is %v", err)
					}
				}
				if err := d.Body.Close(); err != nil && tc.want == nil {
					t.Error(err)
				}
			})
		})
	}
}
