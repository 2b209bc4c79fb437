//go:build unix

package durability_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/conformance"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// workUntil lets clients work until end returns.
func (l *load) workUntil(t *testing.T, c *api.Client, seed uint64, end func()) {
	t.Helper()
	l.dying.Store(false)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var working sync.WaitGroup
	for i := range uint64(clients) {
		working.Go(func() { l.run(ctx, t, c, rand.New(rand.NewPCG(seed, i))) })
	}
	end()
	l.dying.Store(true)
	working.Wait()
}

// lostJobs are those that a killed process had begun, with the attempt.
func lostJobs(p *process) map[string]int {
	lost := map[string]int{}
	for _, line := range p.lines("job started") {
		lost[line.ID] = line.Attempt
	}
	for _, line := range p.lines("job ended") {
		delete(lost, line.ID)
	}
	return lost
}

func TestClusterNothingIsLostOrHalfDoneWhenReplicasAreKilled(t *testing.T) {
	kills := number(t, "CLUSTER_KILLS", 10)
	seed := number(t, "SEED", rand.Uint64())
	t.Logf("SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	c, l := newCluster(t, 0), newLoad(t)
	l.tolerates = unanswered
	type kill struct {
		at   time.Time
		lost map[string]int
	}
	var killed []kill
	l.workUntil(t, c.client, seed, func() {
		for range kills {
			time.Sleep(time.Second + time.Duration(random.Int64N(int64(3*time.Second))))
			i := random.IntN(replicas)
			victim := c.out(i)
			at := time.Now()
			victim.kill()
			killed = append(killed, kill{at, lostJobs(victim)})
			time.Sleep(time.Duration(random.Int64N(int64(2 * time.Second))))
			c.start(t, i)
		}
	})
	l.check(t, c.client)
	c.checkClean(t)

	var waits []time.Duration
	for _, k := range killed {
		for id, attempt := range k.lost {
			var first logLine
			for _, p := range c.processes() {
				for _, line := range p.lines("job started") {
					if line.ID == id && line.Time.After(k.at) && (first.Time.IsZero() || line.Time.Before(first.Time)) {
						first = line
					}
				}
			}
			// Otherwise it was deleted meanwhile, or taken by another that was killed.
			if first.Attempt == attempt+1 {
				waits = append(waits, first.Time.Sub(k.at))
			}
		}
	}
	slices.Sort(waits)
	if len(waits) == 0 {
		t.Logf("%d kills, %d jobs asked for, no job was lost by one", kills, l.jobs.Load())
		return
	}
	longest := waits[len(waits)-1]
	t.Logf("%d kills, %d jobs asked for, %d of them were running on a replica that was killed; they continued after %v (median), %v (longest)",
		kills, l.jobs.Load(), len(waits), waits[len(waits)/2], longest)
	if longest > 15*time.Second {
		t.Errorf("a job continued after %v", longest)
	}
}

func TestClusterKeepsTheContract(t *testing.T) {
	c := newCluster(t, 0)
	client, err := api.NewClient(api.WithHost(c.url), api.WithToken(token))
	must(t, err)
	conformance.Test(t, client, conformance.Options{Project: project, Write: true, Create: true, Poll: 10 * time.Millisecond})
}

func TestClusterOneOfManyConfirmationsWins(t *testing.T) {
	c := newCluster(t, 0)
	data := numberedArchive(1)
	row, err := c.client.Project(project).Imports.Create(t.Context(), api.FromReader(bytes.NewReader(data), int64(len(data)), ""))
	must(t, err)
	must(t, imported(t.Context(), c.client, row.ID, models.ImportStatusConfirmation))
	const n = 200
	begin, results := make(chan struct{}), make(chan error, n)
	for range n {
		go func() {
			<-begin
			_, err := c.client.Project(project).Imports.Confirm(t.Context(), row.ID, models.ImportUpdate{})
			results <- err
		}()
	}
	close(begin)
	won := 0
	for range n {
		switch err := <-results; {
		case err == nil:
			won++
		case !errors.Is(err, api.ErrConflict):
			t.Errorf("error %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d confirmations won", won)
	}
	must(t, imported(t.Context(), c.client, row.ID, models.ImportStatusCompleted))
}

// ready waits until every replica is.
func (c *cluster) ready(t *testing.T) {
	t.Helper()
	for _, p := range c.all {
		until(t, "a replica is not ready", func() bool {
			status, _ := p.ready(t)
			return status == http.StatusOK
		})
	}
}

func TestClusterOutagesOfTheDatabaseAndTheBucketLoseNothing(t *testing.T) {
	outage := time.Duration(number(t, "CLUSTER_OUTAGE_SECONDS", 5)) * time.Second
	c, l := newCluster(t, 0), newLoad(t)
	unknown := 0
	var mu sync.Mutex
	l.tolerates = func(err error) bool {
		// The database went away while it was told to commit.
		if refused, ok := errors.AsType[*api.Error](err); ok && refused.StatusCode == http.StatusInternalServerError {
			mu.Lock()
			defer mu.Unlock()
			unknown++
			return true
		}
		return unanswered(err)
	}
	for name, end := range map[string]struct{ stop, start func() error }{
		"the database is restarted": {c.postgres.Stop, c.postgres.Start},
		"the database crashes":      {c.postgres.Crash, c.postgres.Start},
		"the bucket is gone":        {c.s3.Stop, c.s3.Start},
	} {
		l.workUntil(t, c.client, rand.Uint64(), func() {
			time.Sleep(2 * time.Second)
			must(t, end.stop())
			time.Sleep(outage)
			for _, p := range c.all {
				if status, body := p.ready(t); status != http.StatusServiceUnavailable {
					t.Errorf("%s: readiness is %d %s", name, status, body)
				}
			}
			must(t, end.start())
			time.Sleep(2 * time.Second)
		})
		c.ready(t)
		for _, p := range c.all {
			select {
			case <-p.ended:
				t.Fatalf("%s: a replica ended: %v", name, p.err)
			default:
			}
		}
		l.check(t, c.client)
		t.Logf("%s: %d jobs so far, %d requests whose outcome the server did not know", name, l.jobs.Load(), unknown)
	}
	c.checkClean(t)
}

func TestClusterAFullBucketRefusesUntilThereIsSpace(t *testing.T) {
	c := newCluster(t, 32<<20)
	var ids []string
	var refused error
	for n := range 1000 {
		data := numberedArchive(n)
		row, err := c.client.Project(project).Imports.Create(t.Context(), api.FromReader(bytes.NewReader(data), int64(len(data)), ""))
		if err != nil {
			refused = err
			break
		}
		ids = append(ids, row.ID)
	}
	status := 0
	if e, ok := errors.AsType[*api.Error](refused); ok {
		status = e.StatusCode
	}
	if status != http.StatusServiceUnavailable && status != http.StatusInsufficientStorage {
		t.Fatalf("after %d imports: %v", len(ids), refused)
	}
	for _, id := range ids {
		must(t, imported(t.Context(), c.client, id, models.ImportStatusConfirmation))
		if err := checkImport(t.Context(), c.client, id, -1); err != nil {
			t.Error(err)
		}
	}
	for _, id := range ids[1:] {
		must(t, c.client.Project(project).Imports.Delete(t.Context(), id))
	}
	data := numberedArchive(0)
	row, err := c.client.Project(project).Imports.Create(t.Context(), api.FromReader(bytes.NewReader(data), int64(len(data)), ""), api.SkipConfirmation())
	must(t, err)
	must(t, imported(t.Context(), c.client, row.ID, models.ImportStatusCompleted))
	c.checkClean(t)
	t.Log(fmt.Sprint(len(ids), " imports until the bucket was full"))
}
