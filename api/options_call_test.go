package api

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// told records what a progress function was called with, and when.
type told struct {
	counts [][2]int64
	times  []time.Time
}

func (p *told) tell(done, total int64) {
	p.counts = append(p.counts, [2]int64{done, total})
	p.times = append(p.times, time.Now())
}

func TestProgress_aMeterTellsAtMostEvery100Milliseconds(t *testing.T) {
	t.Parallel()
	watched(t, reply(404, "", ""), func(t *testing.T, _ *Client) {
		var p told
		m := meter{report: p.tell, total: 1000}
		for range 100 {
			m.add(10)
			time.Sleep(30 * time.Millisecond) // of the bubble's time
		}
		m.end()
		if n := len(p.counts); n < 25 || n > 31 || p.counts[n-1] != [2]int64{1000, 1000} {
			t.Errorf("told %v", p.counts)
		}
		for i := 1; i < len(p.times)-1; i++ {
			if d := p.times[i].Sub(p.times[i-1]); d < progressInterval {
				t.Errorf("told again after %v", d)
			}
		}
	})
}

func TestProgress_aMeterTellsTheEndOnce(t *testing.T) {
	t.Parallel()
	for total, want := range map[int64][][2]int64{
		20: {{10, 20}, {20, 20}},
		-1: {{10, -1}, {20, -1}}, // the end, though it comes at once
	} {
		var p told
		m := meter{report: p.tell, total: total}
		m.add(10)
		m.add(0)
		m.add(10)
		m.end()
		m.end()
		if !slices.Equal(p.counts, want) {
			t.Errorf("of %d: %v", total, p.counts)
		}
	}
	var none meter
	none.add(1)
	none.end()
}

func TestProgress_anUploadTellsItsProgressAnewWhenItIsSentAgain(t *testing.T) {
	t.Parallel()
	calls := 0
	watched(t, func(w http.ResponseWriter, r *http.Request) {
		if err := readForm(r); err != nil {
			t.Error(err)
		}
		if calls++; calls == 1 {
			http.Redirect(w, r, "/base/v2.1/moved", http.StatusTemporaryRedirect)
			return
		}
		reply(201, "application/json", pendingJSON)(w, r)
	}, func(t *testing.T, c *Client) {
		content := strings.Repeat("PK", mib)
		var p told
		if _, err := c.Project("p").Imports.Create(t.Context(), FromReader(strings.NewReader(content), 2*mib, ""), OnProgress(p.tell)); err != nil {
			t.Fatal(err)
		}
		whole := 0
		for i, count := range p.counts {
			if count == [2]int64{2 * mib, 2 * mib} {
				whole++
			} else if i > 0 && count[0] <= p.counts[i-1][0] && p.counts[i-1][0] != 2*mib {
				t.Errorf("from %v to %v", p.counts[i-1], count)
			}
		}
		if whole != 2 || len(p.counts) != 4 {
			t.Errorf("told %v", p.counts)
		}
	})
}

func TestProgress_anEmptyUploadTellsItsEnd(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		if err := readForm(r); err != nil {
			t.Error(err)
		}
		reply(201, "application/json", pendingJSON)(w, r)
	})
	var p told
	if _, err := c.Project("p").Imports.Create(t.Context(), FromReader(strings.NewReader(""), 0, ""), OnProgress(p.tell)); err != nil {
		t.Error(err)
	}
	if !slices.Equal(p.counts, [][2]int64{{0, 0}}) {
		t.Errorf("told %v", p.counts)
	}
}

func TestProgress_noProgressIsToldAfterCreateHasReturned(t *testing.T) {
	t.Parallel()
	watched(t, func(_ http.ResponseWriter, r *http.Request) {
		if err := readForm(r); err == nil {
			t.Error("the server got a complete form")
		}
	}, func(t *testing.T, c *Client) {
		ctx, cancel := context.WithCancel(t.Context())
		release := make(chan struct{})
		src := &source{left: mib, size: mib, half: func() error { cancel(); <-release; return nil }}
		returned := false
		_, err := c.Project("p").Imports.Create(ctx, FromReader(src, mib, ""), OnProgress(func(int64, int64) {
			if returned {
				t.Error("called after the end")
			}
		}))
		if returned = true; err == nil {
			t.Error("the context had no effect")
		}
		close(release)
		time.Sleep(time.Second) // of the bubble's time
	})
}

func TestProgress_downloadsTellTheirProgress(t *testing.T) {
	t.Parallel()
	host := &archiveHost{content: archiveBytes(t, mib/2, 1), etag: `"a"`}
	size := int64(len(host.content))
	watched(t, host.serve, func(t *testing.T, c *Client) {
		var p told
		path := filepath.Join(t.TempDir(), "a.zip")
		host.interrupt(t, c, path)
		if _, err := c.Project("p").Exports.DownloadToFile(t.Context(), "x", path, OnProgress(p.tell)); err != nil {
			t.Fatal(err)
		}
		if n := len(p.counts); n < 2 || p.counts[n-1] != [2]int64{size, size} || p.counts[0][1] != size || p.counts[0][0] <= 300_000 {
			t.Errorf("told %v", p.counts)
		}
	})
}
