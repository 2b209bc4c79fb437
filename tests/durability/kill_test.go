package durability_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

const clients = 4

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	must(t, err)
	return n
}

func TestNothingIsLostOrHalfDoneWhenTheServerIsKilled(t *testing.T) {
	t.Parallel()
	rounds := number(t, "KILLS", 3)
	seed := number(t, "SEED", rand.Uint64())
	t.Logf("SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))

	data := t.TempDir()
	l := newLoad(t)
	var waits []time.Duration // for the first job that was left
	var jobs, interrupted, retried int
	start := func() *process { return serve(t, data, "--allow-link-host", "127.0.0.1") }
	p := start()
	for round := range rounds {
		l.work(t, p, seed, round, time.Duration(random.Int64N(int64(time.Second))), p.kill)
		for random.IntN(4) == 0 { // as soon as it begins, too
			p = begin(t, data, "--allow-link-host", "127.0.0.1")
			time.Sleep(time.Duration(random.Int64N(int64(400 * time.Millisecond))))
			p.kill()
		}
		left := jobsLeft(t, data)
		p = start()
		l.settled(t, p.client)
		until(t, fmt.Sprintf("the jobs that were begun are not the %d that were left", len(left)), func() bool {
			begun := map[string]bool{}
			for _, line := range p.lines("job started") {
				begun[line.ID] = true // an import that was scanned may be applied, too
			}
			return maps.Equal(begun, left)
		})
		if started := p.lines("job started"); len(started) > 0 {
			jobs += len(started)
			waits = append(waits, started[0].Time.Sub(p.begun))
		}
		for _, line := range p.lines("job started") {
			if line.Attempt > 1 {
				interrupted++
			}
		}
		l.check(t, p.client)
		l.prune(t, p.client, 8)
		for _, line := range p.lines("job ended") {
			if line.End == "retried" || line.End == "failed" {
				retried++
				t.Logf("round %d: %s", round, line.text)
			}
		}
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
	stopClean(t, p, data)

	if rounds >= 20 && len(waits) == 0 {
		t.Errorf("%d kills have left no job", rounds)
	}
	slices.Sort(waits)
	if len(waits) > 0 {
		t.Logf("%d kills, %d jobs asked for; in %d rounds %d jobs were left, %d of them under way; %d attempts failed after a restart",
			rounds, l.jobs.Load(), len(waits), jobs, interrupted, retried)
		t.Logf("from the start of the process to the first of them: median %v, at most %v", waits[len(waits)/2], waits[len(waits)-1])
	}
}

// jobsLeft returns the ids of the exports and imports that a killed server has
// left jobs for.
func jobsLeft(t *testing.T, data string) map[string]bool {
	t.Helper()
	db := openDatabase(t, data)
	defer db.Close()
	left := map[string]bool{}
	for id := range sizes(t, db, "SELECT id, river_id FROM jobs") {
		left[id] = true
	}
	return left
}

// work lets clients work until end ends the server, after a while.
func (l *load) work(t *testing.T, p *process, seed, round uint64, after time.Duration, end func()) {
	t.Helper()
	l.dying.Store(false)
	var working sync.WaitGroup
	for i := range uint64(clients) {
		random := rand.New(rand.NewPCG(seed, 1+round*clients+i))
		working.Go(func() { l.run(t.Context(), t, p.client, random) })
	}
	select {
	case <-time.After(after):
	case <-p.ended:
		t.Errorf("the server ended by itself: %v", p.err)
	}
	l.dying.Store(true)
	end()
	working.Wait()
}

// A first start that is cut short leaves nothing that stops the next one.
func TestTheFirstStartCanBeKilled(t *testing.T) {
	t.Parallel()
	for range number(t, "KILLS", 3) {
		data := t.TempDir()
		for range 3 {
			p := begin(t, data)
			time.Sleep(rand.N(150 * time.Millisecond))
			p.kill()
		}
		p := serve(t, data)
		newLoad(t).checkProject(t, p.client)
		stopClean(t, p, data)
	}
}
