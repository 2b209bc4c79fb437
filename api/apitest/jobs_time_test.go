package apitest_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/api/apitest"
	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestJobsTime_statusesLastForATimeOfTheBubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := apitest.New(t, apitest.JobsByTime(time.Minute))
		c := s.Client("demo")
		id := create(t, c)
		var got []models.ExportStatus
		time.Sleep(30 * time.Second)
		for range 3 {
			got = append(got, exportStatus(t, c, id))
			time.Sleep(time.Minute)
		}
		if want := []models.ExportStatus{"pending", "processing", "completed"}; !slices.Equal(got, want) {
			t.Errorf("statuses %q; want %q", got, want)
		}
	})
}

func TestJobsTime_statusesLastForATimeOfTheClock(t *testing.T) {
	everywhere(t, func(t *testing.T, opts ...apitest.Option) {
		start := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
		clock := apitest.NewClock(start)
		s := apitest.New(t, append(opts, apitest.WithClock(clock), apitest.JobsByTime(time.Minute))...)
		c := s.Client("demo")
		clock.Advance(time.Hour)
		first := create(t, c)
		clock.Advance(59 * time.Second)
		second := create(t, c)
		equal(t, "59 s", exportStatus(t, c, first), "pending")
		clock.Advance(time.Second)
		equal(t, "60 s", exportStatus(t, c, first), "processing")
		equal(t, "1 s", exportStatus(t, c, second), "pending")
		clock.Advance(59 * time.Second)
		equal(t, "119 s", exportStatus(t, c, first), "processing")
		equal(t, "60 s", exportStatus(t, c, second), "processing")
		clock.Advance(time.Second)
		equal(t, "120 s", exportStatus(t, c, first), "completed")
		clock.Advance(time.Hour)
		equal(t, "an hour", exportStatus(t, c, second), "completed")

		e, err := c.Project("demo").Exports.Get(t.Context(), second)
		must(t, err)
		if want := start.Add(time.Hour + 59*time.Second); !e.CreationDate.Equal(want) {
			t.Errorf("created %v; want %v", e.CreationDate, want)
		}
	})
}

func TestJobsTime_anImportWaitsForItsConfirmationWhateverTheClockSays(t *testing.T) {
	t.Parallel()
	clock := apitest.NewClock(apitest.Start)
	s := apitest.New(t, apitest.WithClock(clock), apitest.JobsByTime(time.Minute))
	c := s.Client("demo")
	imp, err := c.Project("demo").Imports.Create(t.Context(), file(sampleZIP(t)))
	must(t, err)
	clock.Advance(time.Hour)
	equal(t, "after an hour", importStatus(t, c, imp.ID), "confirmation")
	confirm(t, c, imp.ID)
	clock.Advance(59 * time.Second)
	equal(t, "59 s after the confirmation", importStatus(t, c, imp.ID), "confirmation_pending")
	clock.Advance(time.Second)
	equal(t, "60 s", importStatus(t, c, imp.ID), "processing")
	clock.Advance(time.Minute)
	equal(t, "120 s", importStatus(t, c, imp.ID), "completed")
}
