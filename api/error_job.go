package api

import (
	"errors"
	"fmt"
)

// ErrNeedsConfirmation says that an import which is to be completed waits for
// [ImportsService.Confirm]. It comes inside a [*WaitError].
var ErrNeedsConfirmation = errors.New("the import needs a confirmation")

// JobFailedError says that an export or import ended in the status failed.
type JobFailedError struct {
	Job string // "export" or "import"
	ID  string
	// Message is the error_message of the server, cleaned as [Error.Message] is;
	// it may be empty.
	Message string
}

// Error names the job and says why it failed.
func (e *JobFailedError) Error() string {
	if e.Message == "" {
		return fmt.Sprintf("%s %s failed", e.Job, e.ID)
	}
	return fmt.Sprintf("%s %s failed: %s", e.Job, e.ID, e.Message)
}

// WaitError says that waiting ended before the job did: the context ended, a
// read of the status failed, or the import needs a confirmation. The job goes
// on.
type WaitError struct {
	Job    string // "export" or "import"
	ID     string
	Status string // the last one that was seen; "" where none was
	Err    error  // of the context or of the read, or [ErrNeedsConfirmation]
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

// RunError says where a Run ended early, and which job it leaves behind: read
// it, wait for it or delete it by its id.
type RunError struct {
	Job  string // "export" or "import"
	ID   string
	Step string // what failed: "create", "wait", "confirm", "refuse" or "download"
	Err  error
}

// Error names the step, the job and the cause.
func (e *RunError) Error() string {
	return fmt.Sprintf("%s %s remains after the step %s: %v", e.Job, e.ID, e.Step, e.Err)
}

// Unwrap returns Err.
func (e *RunError) Unwrap() error { return e.Err }
