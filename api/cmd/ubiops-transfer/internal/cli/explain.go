package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/ubiops-contrib/transfer/api"
)

// explained adds to an error what to do next.
func explained(err error) error {
	job, isJob := errors.AsType[*api.JobError](err)
	var next string
	switch {
	case errors.Is(err, context.Canceled) && isJob:
		return fmt.Errorf("interrupted: %w\nThe %s goes on by itself; 'ubiops-transfer %ss wait %s' waits for it again", err, job.Job, job.Job, job.ID)
	case errors.Is(err, context.Canceled):
		next = "Interrupted; nothing was left behind"
		if errors.Is(err, api.ErrUnknownOutcome) {
			next = "Interrupted; it may have been done all the same: list tells"
		}
	case errors.Is(err, api.ErrUnknownOutcome):
		next = "It may have been done all the same: list tells"
	case errors.Is(err, api.ErrNeedsConfirmation):
		next = fmt.Sprintf("'ubiops-transfer imports get %[1]s -o import.yaml' and 'imports confirm %[1]s -f import.yaml' confirm it", job.ID)
	case errors.Is(err, api.ErrUnauthorized):
		next = "The host does not know the token; 'ubiops-transfer profile show' says where it comes from"
	case errors.Is(err, api.ErrForbidden):
		next = "The README has a table of the permissions that each command needs"
	case errors.Is(err, api.ErrNotFound):
		next = "A token sees its own project only; list shows what is there"
	case unreachable(err):
		next = "Is the host right? " + api.EnvHost + " or a profile names it"
	default:
		return err
	}
	return fmt.Errorf("%w\n%s", err, next)
}
