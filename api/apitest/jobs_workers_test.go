package apitest_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/api/server"
)

// workers is a server with so many of them.
func workers(n int) apitest.Option { return apitest.WithServer(server.Options{Workers: n}) }

// wantStuck wants a log that says that the last export waits for a worker.
func wantStuck(t *testing.T, log, call string, workers int) {
	t.Helper()
	want := fmt.Sprintf(`apitest: %s: project "demo": export %s waits for one of %d workers, `, call, apitest.ID(workers+1), workers)
	if !strings.HasPrefix(log, want) {
		t.Errorf("the log is %.500q; want %q", log, want)
	}
}

func TestJobsWorkers_moreJobsThanWorkersAreSteppedInTheirOrder(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		s := apitest.New(t, append(opts, apitest.JobsByHand(), workers(1))...)
		c := s.Client("demo")
		first, second, third := create(t, c), create(t, c), create(t, c)
		must(t, c.Project("demo").Exports.Delete(t.Context(), first))
		for _, id := range []string{second, second, third, third} {
			step, ok := s.Step()
			if step.ID != id || !ok {
				t.Errorf("step %v, %v; want one of %s", step, ok, id)
			}
		}
		equal(t, "last export", exportStatus(t, c, third), "completed")
	})
}

func TestJobsWorkers_aJobThatNoWorkerCanTakeFailsTheTest(t *testing.T) {
	t.Parallel()
	for workers, opts := range map[int][]apitest.Option{1: {workers(1)}, 256: nil} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				last := apitest.ID(workers + 1)
				// log is that of a test in which one more job waits than there are workers.
				log := func(call func(t *fakeT, s *apitest.Server), pace ...apitest.Option) string {
					return newFakeT().run(func(t *fakeT) {
						s := apitest.New(t, append(pace, opts...)...)
						for range workers + 1 {
							create(t, s.Client("demo"))
						}
						call(t, s)
					})
				}
				wantStuck(t, log(func(_ *fakeT, s *apitest.Server) { s.StepJob(last) }, apitest.JobsByHand()), "StepJob", workers)

				var err error
				wantStuck(t, log(func(t *fakeT, s *apitest.Server) {
					_, err = s.Project("demo").Exports.WaitCompleted(t.Context(), last)
				}, apitest.JobsByReads(1)), "exports_get", workers)
				if err == nil || !strings.Contains(err.Error(), "waits for one of") {
					t.Errorf("the client's error is %v", err)
				}

				clock := apitest.NewClock(apitest.Start)
				wantStuck(t, log(func(*fakeT, *apitest.Server) { clock.Advance(time.Hour) },
					apitest.JobsByTime(time.Minute), apitest.WithClock(clock)), "Clock.Advance", workers)
			})
		})
	}
}

func TestJobsWorkers_aJobIsSteppedWhenAnotherHasMadeRoom(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.JobsByReads(1), workers(1))
	c := s.Client("demo")
	first, second := create(t, c), create(t, c)
	equal(t, "second", exportStatus(t, c, second), "pending")
	for _, want := range []string{"pending", "processing", "completed"} {
		equal(t, "first", string(exportStatus(t, c, first)), want)
	}
	for _, want := range []string{"processing", "completed"} {
		equal(t, "second", string(exportStatus(t, c, second)), want)
	}
}

func TestJobsWorkers_aReadOfAJobThatIsDeletedBeforeItBeginsEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := apitest.New(t, apitest.WithServer(server.Options{Workers: 1, Links: &http.Client{Transport: stalledLink{}}}))
		c := s.Client("demo", once)
		stalled, err := c.Project("demo").Imports.Create(t.Context(), api.FromLink("https://files.example.com/a.zip"))
		must(t, err)
		synctest.Wait() // the only worker has it
		behind := create(t, c)
		read := make(chan error)
		go func() {
			_, err := c.Project("demo").Exports.Get(t.Context(), behind)
			read <- err
		}()
		synctest.Wait()
		must(t, c.Project("demo").Exports.Delete(t.Context(), behind))
		if err := <-read; !errors.Is(err, api.ErrNotFound) {
			t.Errorf("error is %v", err)
		}
		must(t, c.Project("demo").Imports.Delete(t.Context(), stalled.ID))
	})
}
