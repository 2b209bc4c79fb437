package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

const (
	firstPoll = 500 * time.Millisecond
	lastPoll  = 10 * time.Second
	// maxFailures is how many reads in a row may fail in passing, each after all
	// the attempts of the retry policy.
	maxFailures = 3
	// confirmationTime is how long the status confirmation is waited through.
	confirmationTime = time.Minute
)

var (
	// ErrJobFailed says that an export or import ended in the status failed.
	ErrJobFailed = errors.New("the job failed")
	// ErrNeedsConfirmation says that an import which is to be completed waits for
	// [ImportsService.Confirm].
	ErrNeedsConfirmation = errors.New("the import needs a confirmation")

	errUnknownStatus = errors.New("this client does not know the status")
)

// JobError says that an export or import did not reach the status that it should. The
// job remains on the server: read it, wait for it or delete it by its id.
type JobError struct {
	Job    string // "export" or "import"
	ID     string
	Step   string // what ended: "create", "wait", "confirm", "refuse" or "download"
	Status string // the last one that was seen; "" if none was
	// Err is [ErrJobFailed] with the message of the server, cleaned as
	// [Error.Message] is; [ErrNeedsConfirmation]; the error of the context; or
	// that of the step.
	Err error
}

// Error reads like "export 903ccd12: wait: last in status processing: context
// deadline exceeded".
func (e *JobError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s: ", e.Job, e.ID, e.Step)
	if e.Step == "wait" && e.Status != "" {
		fmt.Fprintf(&b, "last in status %s: ", e.Status)
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

// Unwrap returns Err.
func (e *JobError) Unwrap() error { return e.Err }

// follower reads a job again and again, and keeps what it has seen.
type follower struct {
	send    *sender
	job, id string
	status  string        // the last one seen
	since   time.Time     // when it was seen first
	poll    time.Duration // the next delay, before chance
	asked   time.Duration // what the server asks for
}

// read reads the job, again after reads that fail in passing.
func read[T any](ctx context.Context, f *follower, req *http.Request, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	for failures := 1; ; failures++ {
		f.asked = 0
		var v *T
		resp, err := f.send.do(ctx, req, &v) //nolint:bodyclose // decode closes it
		if err == nil {
			if limit := parseRateLimit(resp.Header); limit.usedUp() {
				f.asked = limit.wait()
			}
			return v, nil
		}
		if failures > maxFailures || ctx.Err() != nil || !passing(err) {
			return nil, f.stopped(err)
		}
		if refused, ok := errors.AsType[*Error](err); ok {
			f.asked = refused.RetryAfter
		}
		if err := f.pause(ctx); err != nil {
			return nil, err
		}
	}
}

// passing reports whether a read that failed may succeed later.
func passing(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.broken || e.StatusCode == http.StatusTooManyRequests || e.StatusCode >= 500
	}
	return !hopeless(err)
}

// saw notes a status and reports whether it has changed.
func (f *follower) saw(status string) bool {
	if status == f.status {
		return false
	}
	f.status, f.since = status, time.Now()
	return true
}

// pause waits until the next read.
func (f *follower) pause(ctx context.Context) error {
	if err := sleep(ctx, f.delay()); err != nil {
		return f.stopped(err)
	}
	return nil
}

// delay is the time until the next read.
func (f *follower) delay() time.Duration {
	poll := max(f.poll, firstPoll)
	own := min(max(poll*4/5+random(poll*2/5), firstPoll), lastPoll)
	f.poll = min(poll*3/2, lastPoll)
	return max(own, min(f.asked, f.send.retry.MaxDelay))
}

func (f *follower) stopped(err error) error {
	return &JobError{Job: f.job, ID: f.id, Step: "wait", Status: f.status, Err: err}
}

func (f *follower) failed(message string) error {
	err := ErrJobFailed
	if message = printable(message, f.send.mask.hide); message != "" {
		err = fmt.Errorf("%w: %s", ErrJobFailed, message)
	}
	return f.stopped(err)
}
