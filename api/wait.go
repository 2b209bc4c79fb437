package api

import (
	"context"
	"fmt"
	"time"

	"github.com/ubiops-contrib/transfer/gen/models"
)

const (
	firstDelay = 50 * time.Millisecond
	maxDelay   = 4 * time.Second // what the official clients poll with
)

// JobFailedError says that an export or import ended in the status failed.
type JobFailedError struct {
	Job     string // "export" or "import"
	ID      string
	Message string // error_message of the server; may be empty
}

// Error names the job and says why it failed.
func (e *JobFailedError) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("%s %s failed", e.Job, e.ID)
	}
	return fmt.Sprintf("%s %s failed: %s", e.Job, e.ID, e.Message)
}

// WaitError says that waiting ended before the job did: the context ended, or a
// read of the status failed. The job goes on.
type WaitError struct {
	Job    string // "export" or "import"
	ID     string
	Status string // the last one that was seen; "" where none was
	Err    error  // of the context, or of the read
}

// Error names the job, the last status and the cause.
func (e *WaitError) Error() string {
	if e.Status == "" {
		return fmt.Sprintf("waiting for %s %s: %v", e.Job, e.ID, e.Err)
	}
	return fmt.Sprintf("waiting for %s %s, last in status %s: %v", e.Job, e.ID, e.Status, e.Err)
}

// Unwrap returns Err.
func (e *WaitError) Unwrap() error { return e.Err }

// Wait polls an export until it is completed and returns it. The delays between
// two reads grow from 50 ms to 4 s.
//
// Errors: [*JobFailedError] where it failed; [*WaitError] with the last status
// where the context ended or a read failed; a plain error for a status that is
// not in the contract.
func (s *ExportsService) Wait(ctx context.Context, project, id string) (*models.ExportDetail, error) {
	if err := pathElements(project, "export id", id); err != nil {
		return nil, err
	}
	w := waiter{job: "export", id: id}
	for {
		export, err := s.Get(ctx, project, id)
		if err != nil {
			return nil, w.interrupted(err)
		}
		w.status = string(export.Status)
		switch export.Status {
		case models.ExportStatusCompleted:
			return export, nil
		case models.ExportStatusFailed:
			return nil, w.failed(export.ErrorMessage)
		case models.ExportStatusPending, models.ExportStatusProcessing:
		default:
			return nil, w.unknown()
		}
		if err := w.sleep(ctx); err != nil {
			return nil, err
		}
	}
}

// Wait polls an import until it has reached a status, confirmation or
// completed, and returns it. The delays between two reads grow from 50 ms to
// 4 s.
//
// Waiting for completed waits through confirmation, because a read right after
// [ImportsService.Confirm] may still find it. So for an import that nobody
// confirms it waits until the context ends. Waiting for confirmation is an
// error where the import is past it, as with [SkipConfirmation].
//
// Errors: another status to wait for; [*JobFailedError] where the import
// failed; [*WaitError] with the last status where the context ended or a read
// failed; a plain error for a status that is not in the contract.
func (s *ImportsService) Wait(ctx context.Context, project, id string, until models.ImportStatus) (*models.ImportDetail, error) {
	if err := pathElements(project, "import id", id); err != nil {
		return nil, err
	}
	if until != models.ImportStatusConfirmation && until != models.ImportStatusCompleted {
		return nil, fmt.Errorf("cannot wait for the status %q of an import, only for confirmation or completed", until)
	}
	w := waiter{job: "import", id: id}
	for {
		imported, err := s.Get(ctx, project, id)
		if err != nil {
			return nil, w.interrupted(err)
		}
		w.status = string(imported.Status)
		switch imported.Status {
		case until:
			return imported, nil
		case models.ImportStatusFailed:
			return nil, w.failed(imported.ErrorMessage)
		case models.ImportStatusPending, models.ImportStatusScanning, models.ImportStatusConfirmation:
		case models.ImportStatusConfirmationPending, models.ImportStatusProcessing, models.ImportStatusCompleted:
			if until == models.ImportStatusConfirmation {
				return nil, fmt.Errorf("import %s is in status %s and does not wait for a confirmation", id, imported.Status)
			}
		default:
			return nil, w.unknown()
		}
		if err := w.sleep(ctx); err != nil {
			return nil, err
		}
	}
}

// waiter keeps what a wait has seen and how long it slept last.
type waiter struct {
	job, id, status string
	delay           time.Duration
}

func (w *waiter) sleep(ctx context.Context) error {
	w.delay = min(max(2*w.delay, firstDelay), maxDelay)
	timer := time.NewTimer(w.delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return w.interrupted(ctx.Err())
	}
}

func (w *waiter) interrupted(err error) error {
	return &WaitError{Job: w.job, ID: w.id, Status: w.status, Err: err}
}

func (w *waiter) failed(message string) error {
	return &JobFailedError{Job: w.job, ID: w.id, Message: message}
}

func (w *waiter) unknown() error {
	return fmt.Errorf("%s %s is in status %q, which this client does not know", w.job, w.id, w.status)
}
