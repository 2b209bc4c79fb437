package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestWait_readsWithGrowingDelays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		statuses := append(slices.Repeat([]string{"pending"}, 5), slices.Repeat([]string{"processing"}, 5)...)
		c, asked := job(t, append(statuses, "completed")...)
		export, err := c.Project("p").Exports.WaitCompleted(t.Context(), "x")
		if err != nil || export.Status != models.ExportStatusCompleted {
			t.Errorf("got %+v, %v", export, err)
		}
		delay := firstPoll
		for i, at := range (*asked)[1:] {
			slept, lower := at-(*asked)[i], max(firstPoll, delay*4/5)
			if slept < lower || slept > min(delay*6/5, lastPoll) {
				t.Errorf("delay %d is %v, which is not about %v", i, slept, delay)
			}
			delay = min(delay*3/2, lastPoll)
		}
		if delay != lastPoll || len(*asked) != 11 {
			t.Errorf("%d reads, up to a delay of %v", len(*asked), delay)
		}
	})
}

func TestWait_importsWaitEndsWhenItShould(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		statuses []string
		scanned  bool // what is waited for, or completed
		reads    int
		want     string // of the error; "" for none
		is       error
	}{
		"confirmation":         {[]string{"pending", "scanning", "confirmation"}, true, 3, "", nil},
		"completed":            {[]string{"confirmation_pending", "processing", "completed"}, false, 3, "", nil},
		"without confirmation": {[]string{"pending", "scanning", "processing", "completed"}, false, 4, "", nil},
		"past it, processing":  {[]string{"scanning", "processing"}, true, 2, "import x: wait: last in status processing: it does not wait for a confirmation", nil},
		"past it, completed":   {[]string{"completed"}, true, 1, "import x: wait: last in status completed: it does not wait for a confirmation", nil},
		"failed":               {[]string{"scanning", "failed"}, true, 2, "import x: wait: last in status failed: the job failed: why", ErrJobFailed},
		"failed later":         {[]string{"processing", "failed"}, false, 2, "import x: wait: last in status failed: the job failed: why", ErrJobFailed},
		"unknown status":       {[]string{"pending", "paused"}, false, 2, "import x: wait: last in status paused: this client does not know the status", nil},
		"deleted meanwhile":    {[]string{"pending", "404"}, false, 2, "import x: wait: last in status pending: GET /projects/p/imports/x: 404 Not Found", ErrNotFound},
		"never there":          {[]string{"404"}, false, 1, "import x: wait: GET /projects/p/imports/x: 404 Not Found", ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, asked := job(t, tc.statuses...)
				wait, until := c.Project("p").Imports.WaitCompleted, models.ImportStatusCompleted
				if tc.scanned {
					wait, until = c.Project("p").Imports.WaitScanned, models.ImportStatusConfirmation
				}
				imported, err := wait(t.Context(), "x")
				if got := fmt.Sprint(err); err != nil && got != tc.want || err == nil && (tc.want != "" || imported.Status != until) {
					t.Errorf("got %+v, %v", imported, err)
				}
				if len(*asked) != tc.reads {
					t.Errorf("%d reads, want %d", len(*asked), tc.reads)
				}
				if tc.is != nil && !errors.Is(err, tc.is) {
					t.Errorf("%v is not %v", err, tc.is)
				}
			})
		})
	}
}

func TestWait_reportsAFailedJob(t *testing.T) {
	t.Parallel()
	c, _ := job(t, "failed")
	export, err := c.Project("p").Exports.WaitCompleted(t.Context(), "x")
	failed, ok := errors.AsType[*JobError](err)
	if !ok || export != nil || !errors.Is(err, ErrJobFailed) || failed.Job != "export" || failed.ID != "x" || failed.Step != "wait" || failed.Status != "failed" || failed.Err.Error() != "the job failed: why" {
		t.Errorf("got %v, %v", export, err)
	}
	c, _ = job(t, "paused")
	if _, err := c.Project("p").Exports.WaitCompleted(t.Context(), "x"); err == nil || !strings.Contains(err.Error(), "paused") {
		t.Errorf("unknown status: %v", err)
	}
}

func TestWait_endsWithTheContextAndTellsTheLastStatus(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]func(*Client, context.Context) error{
		"export": func(c *Client, ctx context.Context) error {
			return second(c.Project("p").Exports.WaitCompleted(ctx, "x"))
		},
		"import": func(c *Client, ctx context.Context) error {
			return second(c.Project("p").Imports.WaitCompleted(ctx, "x"))
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			c, _ := job(t, "processing")
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			start := time.Now()
			err := wait(c, ctx)
			stopped, ok := errors.AsType[*JobError](err)
			if !ok || stopped.Status != "processing" || stopped.Job != name || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error is %v", err)
			}
			if took := time.Since(start); took != 10*time.Second {
				t.Errorf("ended after %v", took)
			}
			if err := wait(c, ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), name+" x: wait: ") {
				t.Errorf("begun after the end: %v", err)
			}
		})
	}
}

func TestWait_goesThroughAConfirmation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := job(t, "confirmation", "confirmation", "confirmation", "confirmation_pending", "completed")
		if _, err := c.Project("p").Imports.WaitCompleted(t.Context(), "x"); err != nil {
			t.Error(err)
		}
		c, asked := job(t, "scanning", "confirmation")
		_, err := c.Project("p").Imports.WaitCompleted(t.Context(), "x")
		if last := (*asked)[len(*asked)-1]; !errors.Is(err, ErrNeedsConfirmation) || last < confirmationTime || last > confirmationTime+lastPoll+time.Second {
			t.Errorf("ended after %v with %v", last, err)
		}
	})
}

func TestWait_toleratesAFewReadsThatFailInPassing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		statuses []string
		reads    int
		want     string
	}{
		"three in a row":         {[]string{"pending", "503", "broken", "429", "completed"}, 5, ""},
		"three, twice":           {[]string{"500", "502", "504", "pending", "broken", "broken", "broken", "completed"}, 8, ""},
		"four in a row":          {[]string{"pending", "503", "503", "503", "broken"}, 5, "export x: wait: last in status pending: GET /projects/p/exports/x: unexpected EOF"},
		"not one that will stay": {[]string{"pending", "403"}, 2, "export x: wait: last in status pending: GET /projects/p/exports/x: 403 Forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, asked := job(t, tc.statuses...)
				_, err := c.Project("p").Exports.WaitCompleted(t.Context(), "x")
				if (err == nil) != (tc.want == "") || err != nil && err.Error() != tc.want || len(*asked) != tc.reads {
					t.Errorf("%d reads, %v", len(*asked), err)
				}
			})
		})
	}
}

func TestWait_followsTheRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, asked := job(t, "pending remaining 1", "pending remaining 0", "429 remaining 0", "completed")
		if _, err := c.Project("p").Exports.WaitCompleted(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		times := *asked
		if times[1] > time.Second || times[2]-times[1] != 42*time.Second || times[3]-times[2] != 42*time.Second {
			t.Errorf("asked at %v", times)
		}
	})
}

func TestWait_tellsEveryChangeOfStatus(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := job(t, "pending", "pending", "broken", "processing", "processing", "completed")
		var seen []models.ExportStatus
		for range 2 { // the second time it is completed already
			if _, err := c.Project("p").Exports.WaitCompleted(t.Context(), "x", OnExportStatus(func(s models.ExportStatus) { seen = append(seen, s) })); err != nil {
				t.Fatal(err)
			}
		}
		if want := []models.ExportStatus{"pending", "processing", "completed", "completed"}; !slices.Equal(seen, want) {
			t.Errorf("saw %v, want %v", seen, want)
		}
	})
}

func TestWait_aFailedJobShowsNoSignedLink(t *testing.T) {
	t.Parallel()
	f := follower{send: newTestClient(t, nil).send, job: "import", id: "x"}
	err := f.failed("cannot fetch\n https://me:pw@example.com/a.zip?sig=s3cr3t#x of " + testToken)
	if got, want := err.Error(), "import x: wait: the job failed: cannot fetch https://example.com/a.zip of [token]"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
