package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/ubiops-contrib/transfer/api"
)

// leaving says what an error leaves behind, and how to continue.
func leaving(err error, next string) error { return &leavingError{err, next} }

type leavingError struct {
	error
	next string
}

func (e *leavingError) Unwrap() error { return e.error }
func (e *leavingError) Error() string { return e.error.Error() + "\n" + e.next }

// explained adds to an error what to do next, unless it says that already.
func explained(err error) error {
	if _, said := errors.AsType[*leavingError](err); said {
		return err
	}
	job, isJob := errors.AsType[*api.JobError](err)
	switch {
	case errors.Is(err, context.Canceled) && isJob:
		return leaving(err, fmt.Sprintf("Interrupted; the %[1]s goes on by itself, and 'ubiops-transfer %[1]ss wait %[2]s' waits for it again", job.Job, job.ID))
	case errors.Is(err, api.ErrUnknownOutcome):
		return leaving(err, "It may have been done all the same: list tells")
	case errors.Is(err, context.Canceled):
		return leaving(err, "Interrupted; nothing was left behind")
	case errors.Is(err, api.ErrNeedsConfirmation) && isJob:
		return leaving(err, fmt.Sprintf("'ubiops-transfer imports get %[1]s -o import.yaml' and 'imports confirm %[1]s -f import.yaml' confirm it", job.ID))
	case errors.Is(err, api.ErrUnauthorized):
		return leaving(err, "The host does not know the token; 'ubiops-transfer profile show' says where it comes from")
	case errors.Is(err, api.ErrForbidden):
		return leaving(err, "The README has a table of the permissions that each command needs")
	case errors.Is(err, api.ErrNotFound):
		return leaving(err, "A token sees its own project only; list shows what is there")
	case unreachable(err):
		return leaving(err, "Is the host right? "+api.EnvHost+" or a profile names it")
	}
	return err
}
