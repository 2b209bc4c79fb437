package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// job answers one status after the other, the last one for ever, and notes when
// it was asked.
func job(t *testing.T, statuses ...string) (*Client, *[]time.Duration) {
	t.Helper()
	start, asked := time.Now(), &[]time.Duration{}
	hc := &http.Client{Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
		if err := req.Context().Err(); err != nil {
			return nil, err
		}
		status := statuses[min(len(*asked), len(statuses)-1)]
		*asked = append(*asked, time.Since(start))
		if status == "404" {
			return &http.Response{StatusCode: 404, Body: http.NoBody, Header: http.Header{}}, nil
		}
		body := fmt.Sprintf(`{"id": "x", "status": %q, "error_message": "why"}`, status)
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{}}, nil
	})}
	c, err := NewClient(WithToken("t0k3n"), WithEnv(nil), WithHTTPClient(hc))
	if err != nil {
		t.Fatal(err)
	}
	return c, asked
}

func TestWaitReadsWithGrowingDelays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		statuses := append(slices.Repeat([]string{"pending"}, 5), slices.Repeat([]string{"processing"}, 5)...)
		c, asked := job(t, append(statuses, "completed")...)
		export, err := c.Exports.Wait(t.Context(), "p", "x")
		if err != nil || export.Status != models.ExportStatusCompleted {
			t.Errorf("got %+v, %v", export, err)
		}
		var want []time.Duration
		for _, ms := range []int{0, 50, 150, 350, 750, 1550, 3150, 6350, 10350, 14350, 18350} {
			want = append(want, time.Duration(ms)*time.Millisecond)
		}
		if !slices.Equal(*asked, want) {
			t.Errorf("asked at %v, want %v", *asked, want)
		}
	})
}

func TestImportsWaitEndsWhereItShould(t *testing.T) {
	t.Parallel()
	const confirmation, completed = models.ImportStatusConfirmation, models.ImportStatusCompleted
	for name, tc := range map[string]struct {
		statuses []string
		until    models.ImportStatus
		reads    int
		want     string // of the error; "" for none
	}{
		"confirmation":          {[]string{"pending", "scanning", "confirmation"}, confirmation, 3, ""},
		"completed":             {[]string{"confirmation_pending", "processing", "completed"}, completed, 3, ""},
		"still to be confirmed": {[]string{"confirmation", "confirmation", "confirmation_pending", "completed"}, completed, 4, ""},
		"without confirmation":  {[]string{"pending", "scanning", "processing", "completed"}, completed, 4, ""},
		"past it, processing":   {[]string{"scanning", "processing"}, confirmation, 2, "import x is in status processing and does not wait for a confirmation"},
		"past it, completed":    {[]string{"completed"}, confirmation, 1, "import x is in status completed and does not wait for a confirmation"},
		"failed":                {[]string{"scanning", "failed"}, confirmation, 2, "import x failed: why"},
		"failed later":          {[]string{"processing", "failed"}, completed, 2, "import x failed: why"},
		"unknown status":        {[]string{"pending", "paused"}, completed, 2, `import x is in status "paused", which this client does not know`},
		"deleted meanwhile":     {[]string{"pending", "404"}, completed, 2, "waiting for import x, last in status pending: GET /projects/p/imports/x: 404 Not Found"},
		"never there":           {[]string{"404"}, completed, 1, "waiting for import x: GET /projects/p/imports/x: 404 Not Found"},
		"another target":        {[]string{"pending"}, models.ImportStatusScanning, 0, `cannot wait for the status "scanning" of an import, only for confirmation or completed`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, asked := job(t, tc.statuses...)
				imported, err := c.Imports.Wait(t.Context(), "p", "x", tc.until)
				if got := fmt.Sprint(err); err != nil && got != tc.want || err == nil && (tc.want != "" || imported.Status != tc.until) {
					t.Errorf("got %+v, %v", imported, err)
				}
				if len(*asked) != tc.reads {
					t.Errorf("%d reads, want %d", len(*asked), tc.reads)
				}
				if strings.Contains(tc.want, "404") && !errors.Is(err, ErrNotFound) {
					t.Errorf("%v is not ErrNotFound", err)
				}
			})
		})
	}
}

func TestWaitReportsAFailedJob(t *testing.T) {
	t.Parallel()
	c, _ := job(t, "failed")
	export, err := c.Exports.Wait(t.Context(), "p", "x")
	failed, ok := errors.AsType[*JobFailedError](err)
	if !ok || export != nil || *failed != (JobFailedError{"export", "x", "why"}) {
		t.Errorf("got %v, %v", export, err)
	}
	if got := (&JobFailedError{Job: "import", ID: "y"}).Error(); got != "import y failed" {
		t.Errorf("without a message: %s", got)
	}
	c, _ = job(t, "paused")
	if _, err := c.Exports.Wait(t.Context(), "p", "x"); err == nil || !strings.Contains(err.Error(), `"paused"`) {
		t.Errorf("unknown status: %v", err)
	}
}

func TestWaitEndsWithTheContextAndTellsTheLastStatus(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]func(*Client, context.Context) error{
		"export": func(c *Client, ctx context.Context) error { return second(c.Exports.Wait(ctx, "p", "x")) },
		"import": func(c *Client, ctx context.Context) error {
			return second(c.Imports.Wait(ctx, "p", "x", models.ImportStatusCompleted))
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			c, _ := job(t, "processing")
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			start := time.Now()
			err := wait(c, ctx)
			stopped, ok := errors.AsType[*WaitError](err)
			if !ok || stopped.Status != "processing" || stopped.Job != name || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error is %v", err)
			}
			if took := time.Since(start); took != 10*time.Second {
				t.Errorf("ended after %v", took)
			}
			if err := wait(c, ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "waiting for "+name+" x: ") {
				t.Errorf("begun after the end: %v", err)
			}
		})
	}
}
