package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ubiops-contrib/transfer/gen/models"
)

const (
	firstPoll = 500 * time.Millisecond
	lastPoll  = 10 * time.Second
	// maxFailures is how many reads in a row may fail in passing, each after all
	// the attempts of the retry policy.
	maxFailures = 3
	// staleFor is how long a read may still find the status confirmation after
	// the confirmation was sent.
	staleFor = time.Minute
)

// WaitOption is a choice for the methods that follow a job: Wait and Run.
type WaitOption func(*waitChoices)

type waitChoices struct {
	onStatus      func(status string)
	confirmed     bool
	deleteRefused bool
}

// OnStatus has f called with the first status that is seen and with every other
// one after it, in the goroutine of the caller.
func OnStatus(f func(status string)) WaitOption { return func(c *waitChoices) { c.onStatus = f } }

// Confirmed tells [ImportsService.Wait] that the confirmation was sent, so that
// the status confirmation is an old one: a read right after it may still find
// it. It is waited through for a minute.
func Confirmed() WaitOption { return func(c *waitChoices) { c.confirmed = true } }

// Wait reads an export until it is completed and returns it. The delays between
// two reads grow from 0.5 s to 10 s, with a random part, and are as long as the
// server asks where its rate limit is used up. Up to 3 reads in a row may fail
// in passing (no connection, 429, 5xx), each after the attempts of the
// [RetryPolicy].
//
// Errors: [*JobFailedError] where it failed; [*WaitError] with the last status
// where the context ended or a read failed, which is [ErrNotFound] where the
// export was deleted; a plain error for a status that is not in the contract.
func (s *ExportsService) Wait(ctx context.Context, project, id string, opts ...WaitOption) (*models.ExportDetail, error) {
	if err := pathElements(project, "export id", id); err != nil {
		return nil, err
	}
	w := newWaiter("export", id, s.client, opts)
	return wait(ctx, w, func() (*models.ExportDetail, string, *RateLimit, error) {
		export, limit, err := s.get(ctx, project, id)
		if err != nil {
			return nil, "", nil, err
		}
		return export, string(export.Status), limit, nil
	}, func(export *models.ExportDetail) (bool, error) {
		switch export.Status {
		case models.ExportStatusCompleted:
			return true, nil
		case models.ExportStatusFailed:
			return false, w.failed(export.ErrorMessage)
		case models.ExportStatusPending, models.ExportStatusProcessing:
			return false, nil
		default:
			return false, w.unknown()
		}
	})
}

// Wait reads an import until it has reached a status, confirmation or
// completed, and returns it. It reads as [ExportsService.Wait] does.
//
// Errors: another status to wait for; [*JobFailedError] where the import
// failed; [*WaitError] with the last status where the context ended or a read
// failed, which is [ErrNotFound] where the import was deleted, and
// [ErrNeedsConfirmation] where it is to be completed and nobody has confirmed
// it (see [Confirmed]); a plain error where it is past the confirmation to be
// waited for, as with [SkipConfirmation], and for a status that is not in the
// contract.
//
// Wait knows no value that a confirmation before it has sent: where a server
// repeats one in the message of a failed import, the error has it. In those of
// [ImportsService.Run] it is hidden.
func (s *ImportsService) Wait(ctx context.Context, project, id string, until models.ImportStatus, opts ...WaitOption) (*models.ImportDetail, error) {
	if err := pathElements(project, "import id", id); err != nil {
		return nil, err
	}
	if until != models.ImportStatusConfirmation && until != models.ImportStatusCompleted {
		return nil, fmt.Errorf("cannot wait for the status %q of an import, only for confirmation or completed", until)
	}
	w := newWaiter("import", id, s.client, opts)
	return wait(ctx, w, func() (*models.ImportDetail, string, *RateLimit, error) {
		imported, limit, err := s.get(ctx, project, id)
		if err != nil {
			return nil, "", nil, err
		}
		return imported, string(imported.Status), limit, nil
	}, func(imported *models.ImportDetail) (bool, error) {
		switch imported.Status {
		case until:
			return true, nil
		case models.ImportStatusFailed:
			return false, w.failed(imported.ErrorMessage)
		case models.ImportStatusConfirmation:
			if !w.confirmed || time.Since(w.start) >= staleFor {
				return false, w.interrupted(ErrNeedsConfirmation)
			}
		case models.ImportStatusPending, models.ImportStatusScanning:
		case models.ImportStatusConfirmationPending, models.ImportStatusProcessing, models.ImportStatusCompleted:
			if until == models.ImportStatusConfirmation {
				return false, fmt.Errorf("import %s is in status %s and does not wait for a confirmation", id, imported.Status)
			}
		default:
			return false, w.unknown()
		}
		return false, nil
	})
}

// waiter keeps what a wait has seen.
type waiter struct {
	waitChoices
	job, id string
	send    *sender
	start   time.Time
	status  string        // the last one seen
	poll    time.Duration // the next delay, before chance
}

func newWaiter(job, id string, c *Client, opts []WaitOption) *waiter {
	w := &waiter{job: job, id: id, send: c.send, start: time.Now(), poll: firstPoll}
	for _, opt := range opts {
		opt(&w.waitChoices)
	}
	return w
}

// wait reads a job until it is done.
func wait[T any](ctx context.Context, w *waiter, read func() (*T, string, *RateLimit, error), done func(*T) (bool, error)) (*T, error) {
	for failures := 0; ; {
		job, status, limit, err := read()
		asked := time.Duration(0)
		if err != nil {
			if failures++; failures > maxFailures || ctx.Err() != nil || !passing(err) {
				return nil, w.interrupted(err)
			}
			if answer, ok := errors.AsType[*Error](err); ok {
				asked = answer.RetryAfter
			}
		} else {
			failures = 0
			if status != w.status && w.onStatus != nil {
				w.onStatus(status)
			}
			w.status = status
			if ok, err := done(job); err != nil {
				return nil, err
			} else if ok {
				return job, nil
			}
			if limit.usedUp() {
				asked = limit.wait()
			}
		}
		if err := sleep(ctx, w.delay(asked)); err != nil {
			return nil, w.interrupted(err)
		}
	}
}

// passing reports whether a read that failed may succeed later.
func passing(err error) bool {
	if answer, ok := errors.AsType[*Error](err); ok {
		return answer.broken || answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode >= 500
	}
	return !hopeless(err)
}

// delay is the time until the next read, where the server asks for a wait.
func (w *waiter) delay(asked time.Duration) time.Duration {
	own := min(max(w.poll*4/5+random(w.poll*2/5), firstPoll), lastPoll)
	w.poll = min(w.poll*3/2, lastPoll)
	return max(own, min(asked, w.send.retry.MaxDelay))
}

func (w *waiter) interrupted(err error) error {
	return &WaitError{Job: w.job, ID: w.id, Status: w.status, Err: err}
}

func (w *waiter) failed(message string) error {
	return &JobFailedError{Job: w.job, ID: w.id, Message: printable(message, w.send.mask.Replace)}
}

func (w *waiter) unknown() error {
	return fmt.Errorf("%s %s is in status %q, which this client does not know", w.job, w.id, w.status)
}
