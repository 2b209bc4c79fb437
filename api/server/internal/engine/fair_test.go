package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// A running job takes a second. begun is the projects in their turns.
func turnsOf(t *testing.T, workers, perProject int, projects ...string) (begun []string, most map[string]int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := store.NewMemory()
		e := engineOn(t, s)
		e.ProjectWorkers = perProject
		var mu sync.Mutex
		running, atOnce := map[string]int{}, map[string]int{}
		e.OnStep = func(_ context.Context, job engine.Job, do func() error) error {
			if job.Status != string(models.ExportStatusPending) {
				return do()
			}
			mu.Lock()
			begun = append(begun, job.Project)
			running[job.Project]++
			atOnce[job.Project] = max(atOnce[job.Project], running[job.Project])
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			running[job.Project]--
			mu.Unlock()
			return do()
		}
		for _, project := range projects {
			if _, err := s.Update(t.Context(), func(tx store.Tx) error {
				if errors.Is(tx.Project(project), store.ErrNotFound) {
					return tx.AddProject(project)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if _, err := e.CreateExport(t.Context(), project, "", models.ExportCreate{}, false, true); err != nil {
				t.Fatal(err)
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- e.Work(ctx, workers) }()
		time.Sleep(time.Hour)
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		most = atOnce
	})
	return begun, most
}

func TestFair_aProjectDoesNotWaitForAllThatAnotherHasQueuedUp(t *testing.T) {
	t.Parallel()
	projects := append(slices.Repeat([]string{"greedy"}, 50), "modest", "modest")
	begun, most := turnsOf(t, 4, 3, projects...)
	if len(begun) != 52 || most["greedy"] > 3 {
		t.Errorf("%d jobs, at most %d of the greedy project at once", len(begun), most["greedy"])
	}
	if first := slices.Index(begun, "modest"); first < 0 || first > 4 || !slices.Contains(begun[first+1:8], "modest") {
		t.Errorf("the turns were %v", begun)
	}
}

func TestFair_projectsTakeTurnsWithOneWorker(t *testing.T) {
	t.Parallel()
	begun, _ := turnsOf(t, 1, 1, "a", "a", "a", "a", "b", "c")
	if at := max(slices.Index(begun, "b"), slices.Index(begun, "c")); at > 3 || len(begun) != 6 {
		t.Errorf("the turns were %v", begun)
	}
}

// A scan that does not get memory waits, however long, and does not fail.
func TestFair_aJobWaitsForMemory(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		memory := &lentMemory{free: make(chan struct{})}
		e.Memory = memory
		content := archive.Content{Services: map[string]models.Service{"s": {}}}
		if _, err := e.CreateImport(t.Context(), "p", "", file(t, e, zipOf(t, content)), true); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		wantSeen(t, w, "pending", "scanning")
		close(memory.free)
		time.Sleep(time.Minute)
		synctest.Wait()
		wantSeen(t, w, "pending", "scanning", "processing", "completed")
		if memory.lent != 0 || memory.most == 0 {
			t.Errorf("%d bytes are still taken, of %d", memory.lent, memory.most)
		}
	})
}

// lentMemory lends nothing before it is free.
type lentMemory struct {
	free       chan struct{}
	mu         sync.Mutex
	lent, most int64
}

func (m *lentMemory) Acquire(ctx context.Context, _ string, bytes int64) (func(), error) {
	select {
	case <-m.free:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	m.add(bytes)
	return func() { m.add(-bytes) }, nil
}

func (m *lentMemory) add(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lent += n
	m.most = max(m.most, m.lent)
}

func TestFair_tooManyOpenFilesFailNoJob(t *testing.T) {
	t.Parallel()
	work(t, func(t *testing.T, e *engine.Engine, w *watched) {
		blobs := &failing{Blobs: e.Blobs, write: fmt.Errorf("open: %w", syscall.EMFILE)}
		e.Blobs = blobs
		if _, err := e.CreateExport(t.Context(), "p", "", models.ExportCreate{}, false, true); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		blobs.setWrite(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		wantSeen(t, w, "pending", "processing", "completed")
	})
}
