package durability_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// halting is a reader that waits in the middle.
type halting struct {
	io.Reader
	before  int // bytes
	reached func()
	goOn    <-chan struct{}
}

func (h *halting) Read(p []byte) (int, error) {
	if h.before == 0 {
		h.reached()
		<-h.goOn
	}
	if h.before > 0 {
		p = p[:min(len(p), h.before)]
	}
	n, err := h.Reader.Read(p)
	h.before = max(0, h.before-n)
	return n, err
}

// A request that has begun is finished, and a job continues in the next process.
func TestAStopUnderLoadCutsNothingOff(t *testing.T) {
	t.Parallel()
	const busy = 1 // with more workers, links would leave one free
	var stopping atomic.Bool
	began := make(chan struct{}, busy)
	links := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data := numberedArchive(40)
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		if stopping.Load() {
			_, _ = w.Write(data)
			return
		}
		_, _ = w.Write(data[:len(data)/2])
		_ = http.NewResponseController(w).Flush()
		began <- struct{}{}
		<-r.Context().Done() // until the server gives it up
	}))
	t.Cleanup(links.Close)
	data := t.TempDir()
	args := []string{"--allow-link-host", "127.0.0.1", "--shutdown-timeout", "1m", "--workers", fmt.Sprint(busy)}
	p := serve(t, data, args...)

	const large = 32 << 20 // more than connections hold
	row, err := p.client.Project(project).Imports.Create(t.Context(), api.FromReader(&synthetic{left: large}, large, ""))
	must(t, err)
	newLoad(t).settled(t, p.client)
	var wanted []string // imports to be completed
	for range busy {    // they keep all workers busy
		linked, err := p.client.Project(project).Imports.Create(t.Context(), api.FromLink(links.URL), api.SkipConfirmation())
		must(t, err)
		wanted = append(wanted, linked.ID)
	}
	for range busy {
		<-began
	}
	wanted = append(wanted, mustUpload(t, p, 1)) // it waits
	export := mustExport(t, p)

	var mu sync.Mutex
	var serving, halfWay sync.WaitGroup
	goOn := make(chan struct{})
	release := sync.OnceFunc(func() { close(goOn) })
	t.Cleanup(func() { release(); serving.Wait() })
	for n := 2; n < 5; n++ {
		halfWay.Add(1)
		serving.Go(func() {
			data := numberedArchive(n)
			reached := sync.OnceFunc(halfWay.Done)
			defer reached()
			r := &halting{Reader: bytes.NewReader(data), before: len(data) / 2, reached: reached, goOn: goOn}
			row, err := p.client.Project(project).Imports.Create(t.Context(), api.FromReader(r, int64(len(data)), ""), api.SkipConfirmation())
			if err != nil {
				t.Errorf("upload %d: %v", n, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			wanted = append(wanted, row.ID)
		})
	}
	for range 2 {
		halfWay.Add(1)
		serving.Go(func() {
			d, err := p.client.Project(project).Imports.Download(t.Context(), row.ID)
			halfWay.Done()
			if err != nil {
				t.Errorf("download: %v", err)
				return
			}
			<-goOn
			if _, err := whole(d); err != nil {
				t.Errorf("download: %v", err)
			}
		})
	}
	halfWay.Wait()
	p.terminate(t)
	until(t, "it takes connections", func() bool {
		resp, err := http.Get(strings.TrimSuffix(p.url, "/v2.1") + "/livez")
		if err == nil {
			resp.Body.Close()
		}
		return err != nil
	})
	stopping.Store(true)
	release()
	serving.Wait()
	p.stopped(t, 50*time.Second)
	if lines := p.lines("requests were cut off"); len(lines) > 0 {
		t.Error("requests were cut off")
	}
	interrupted := 0
	for _, line := range p.lines("job ended") {
		if line.End == "interrupted" {
			interrupted++
		}
	}
	if interrupted != busy {
		t.Errorf("%d jobs were interrupted", interrupted)
	}

	p = serve(t, data, args...)
	for _, id := range wanted {
		waitImport(t, p, id)
	}
	waitExport(t, p, export)
	if _, err := p.client.Project(project).Imports.Get(t.Context(), row.ID); err != nil {
		t.Error(err)
	}
	if imports, _ := newLoad(t).settled(t, p.client); imports[row.ID].Status != models.ImportStatusFailed || len(imports) != len(wanted)+1 {
		t.Errorf("imports %v", imports)
	}
	newLoad(t).checkProject(t, p.client)
	stopClean(t, p, data)
}

// Whatever clients are doing when it stops, nothing of it is lost.
func TestAStopUnderAMixedLoadLosesNothing(t *testing.T) {
	t.Parallel()
	seed := number(t, "SEED", rand.Uint64())
	t.Logf("SEED=%d", seed)
	data := t.TempDir()
	l := newLoad(t)
	p := serve(t, data, "--allow-link-host", "127.0.0.1")
	l.work(t, p, seed, 0, 300*time.Millisecond, func() {
		p.terminate(t)
		p.stopped(t, 50*time.Second)
	})
	if lines := p.lines("requests were cut off"); len(lines) > 0 {
		t.Error("requests were cut off")
	}
	p = serve(t, data, "--allow-link-host", "127.0.0.1")
	l.check(t, p.client)
	stopClean(t, p, data)
}
