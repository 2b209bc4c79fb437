package apitest_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api"
	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestJobs_readsFindJobsAtRest(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		s := apitest.New(t, opts...)
		c := s.Client("demo")
		equal(t, "export", exportStatus(t, c, create(t, c)), "completed")
		id := create(t, c)
		list, err := c.Project("demo").Exports.List(t.Context(), api.ExportsIn(models.ExportStatusCompleted))
		must(t, err)
		equal(t, "completed exports", len(list), 2)
		d, err := c.Project("demo").Exports.Download(t.Context(), id)
		must(t, err)
		must(t, d.Body.Close())

		imp, err := c.Project("demo").Imports.Create(t.Context(), file(sampleZIP(t)))
		must(t, err)
		equal(t, "import", importStatus(t, c, imp.ID), "confirmation")
		confirm(t, c, imp.ID)
		equal(t, "import", importStatus(t, c, imp.ID), "completed")
	})
}

func TestJobs_inTheBackgroundEndToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := apitest.New(t, apitest.JobsInBackground(), apitest.WithProject("demo", small), apitest.WithProject("to"))
		id := create(t, s.Client("demo"))
		synctest.Wait()
		equal(t, "export", exportStatus(t, s.Client("demo"), id), "completed")
	})
}

func TestJobs_areSteppedByHand(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		s := apitest.New(t, append(opts, apitest.JobsByHand())...)
		c := s.Client("demo")
		if step, ok := s.Step(); ok {
			t.Errorf("a step without jobs: %v", step)
		}
		export := create(t, c)
		imp, err := c.Project("demo").Imports.Create(t.Context(), file(sampleZIP(t)))
		must(t, err)
		want := func(step func() (apitest.Step, bool), kind, id, from, to string) {
			t.Helper()
			got, ok := step()
			if want := (apitest.Step{Kind: kind, Project: "demo", ID: id, From: from, To: to}); got != want || !ok {
				t.Errorf("step %v, %v; want %v", got, ok, want)
			}
		}
		want(s.Step, "export", export, "pending", "processing")
		equal(t, "export", exportStatus(t, c, export), "processing")
		if _, err := c.Project("demo").Exports.Download(t.Context(), export); !errors.Is(err, api.ErrConflict) {
			t.Errorf("download of an export that is processed: %v", err)
		}
		this := func() (apitest.Step, bool) { return s.StepJob(imp.ID) }
		want(this, "import", imp.ID, "pending", "scanning")
		want(s.Step, "export", export, "processing", "completed")
		want(s.Step, "import", imp.ID, "scanning", "confirmation")
		if step, ok := s.Step(); ok {
			t.Errorf("a step past the confirmation: %v", step)
		}
		confirm(t, c, imp.ID)
		want(s.Step, "import", imp.ID, "confirmation_pending", "processing")
		want(s.Step, "import", imp.ID, "processing", "completed")
		if step, ok := s.Step(); ok {
			t.Errorf("a step after the end: %v", step)
		}
	})
}

func TestJobs_withoutAConfirmationAnImportIsSteppedFromScanningToProcessing(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.JobsByHand())
	_, err := s.Project("demo").Imports.Create(t.Context(), file(emptyZIP(t)), api.SkipConfirmation())
	must(t, err)
	got := steps(s)
	if want := []string{"pending", "scanning", "processing", "completed"}; !slices.Equal(got, want) {
		t.Errorf("%q; want %q", got, want)
	}
}

func TestJobs_anImportThatFailsIsSteppedToFailed(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.JobsByHand())
	_, err := s.Project("demo").Imports.Create(t.Context(), file([]byte("no archive")))
	must(t, err)
	got := steps(s)
	if want := []string{"pending", "scanning", "failed"}; !slices.Equal(got, want) {
		t.Errorf("%q; want %q", got, want)
	}
}

// steps moves jobs until nothing is left to do.
func steps(s *apitest.Server) (statuses []string) {
	for {
		step, ok := s.Step()
		if !ok {
			return statuses
		}
		if len(statuses) == 0 {
			statuses = []string{step.From}
		}
		statuses = append(statuses, step.To)
	}
}

func TestJobs_aJobThatWaitsCanBeDeletedOrLeft(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		s := apitest.New(t, append(opts, apitest.JobsByHand())...)
		c := s.Client("demo")
		first, second := create(t, c), create(t, c)
		s.Step()
		must(t, c.Project("demo").Exports.Delete(t.Context(), first))
		step, _ := s.Step()
		equal(t, "stepped", step.ID, second)
		create(t, c) // waits still when the test ends
	})
}

func TestJobs_manyJobsWaitAtOnce(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.JobsByHand())
	c := s.Client("demo")
	var last string
	for range 50 {
		last = create(t, c)
	}
	s.StepJob(last)
	s.StepJob(last)
	equal(t, "last export", exportStatus(t, c, last), "completed")
}

func TestJobs_aClientThatPollsSeesEachStatusSoManyTimes(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		s := apitest.New(t, append(opts, apitest.JobsByReads(2))...)
		c := s.Client("demo")
		var got []string
		read := func(n int, status func() string) {
			for range n {
				got = append(got, status())
			}
		}
		export := create(t, c)
		read(5, func() string { return string(exportStatus(t, c, export)) })

		imp, err := c.Project("demo").Imports.Create(t.Context(), file(sampleZIP(t)))
		must(t, err)
		ofImport := func() string { return string(importStatus(t, c, imp.ID)) }
		read(7, ofImport)
		confirm(t, c, imp.ID)
		read(5, ofImport)
		want := []string{
			"pending", "pending", "processing", "processing", "completed",
			"pending", "pending", "scanning", "scanning", "confirmation", "confirmation", "confirmation",
			"confirmation_pending", "confirmation_pending", "processing", "processing", "completed",
		}
		if !slices.Equal(got, want) {
			t.Errorf("statuses\n%q; want\n%q", got, want)
		}
	})
}

func TestJobs_listsAndReadsThatFailAreNotCounted(t *testing.T) {
	t.Parallel()
	s := apitest.New(t, apitest.JobsByReads(1), apitest.WithFault(apitest.ExportsGet, apitest.First(3), apitest.ResetBefore()))
	c := s.Client("demo", once)
	id := create(t, c)
	for range 3 {
		_, err := c.Project("demo").Exports.List(t.Context())
		must(t, err)
		if _, err := c.Project("demo").Exports.Get(t.Context(), id); err == nil {
			t.Error("no error")
		}
	}
	equal(t, "first read", exportStatus(t, c, id), "pending")
	equal(t, "second read", exportStatus(t, c, id), "processing")
	equal(t, "third read", exportStatus(t, c, id), "completed")
}

func TestJobs_aReadThatWaitsEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stalled := stalledLink{}
		s := apitest.New(t, stalled.option())
		c := s.Client("demo", once)
		imp, err := c.Project("demo").Imports.Create(t.Context(), api.FromLink("https://files.example.com/a.zip"))
		must(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Project("demo").Imports.Get(ctx, imp.ID); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error is %v", err)
		}
		must(t, c.Project("demo").Imports.Delete(t.Context(), imp.ID))
	})
}
