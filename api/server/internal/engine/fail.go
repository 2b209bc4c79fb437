package engine

import (
	"context"
	"errors"
	"math"
	"syscall"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server/internal/blob"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// maxErrorMessage is the most characters that clients take (seen).
const maxErrorMessage = 1024

// fail records why the export or import of a job failed.
func (e *Engine) fail(ctx context.Context, job store.Job, reason error) error {
	err := e.update(ctx, func(tx store.Tx) error {
		if err := tx.Finish(job); err != nil {
			return err
		}
		if job.Kind == store.RunExport {
			row, err := tx.Export(job.Project, job.ID)
			if err != nil {
				return err
			}
			row.Status, row.ErrorMessage, row.Snapshot = models.ExportStatusFailed, message(reason), archive.Content{}
			return tx.PutExport(row)
		}
		row, err := tx.Import(job.Project, job.ID)
		if err != nil {
			return err
		}
		row.Status, row.ErrorMessage, row.Link = models.ImportStatusFailed, message(reason), ""
		return tx.PutImport(row)
	})
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrLost) {
		return nil // deleted meanwhile
	}
	return err
}

// patience is how often a job is begun that meets an error: once where it is that
// of an archive, a confirmation or a link; until it is over where nothing can be
// done at present, whatever the job, since what a client would have to begin
// again is not given up for an outage; for about a minute and a half where
// somebody has to make room; and a few times otherwise.
func patience(err error) int {
	switch {
	case reasons(err) != nil:
		return 1
	case errors.Is(err, store.ErrBusy), errors.Is(err, blob.ErrUnavailable):
		return math.MaxInt
	case errors.Is(err, syscall.ENOSPC):
		return 8
	default:
		return 3
	}
}

// reasons returns what somebody outside may know of an error: nothing where it
// is the server's own.
func reasons(err error) []string {
	if findings, ok := errors.AsType[archive.Findings](err); ok {
		return texts(findings, func(f *archive.Finding) string { return f.Error() })
	}
	if finding, ok := errors.AsType[*archive.Finding](err); ok {
		return []string{finding.Error()}
	}
	if refused, ok := errors.AsType[*plan.RefusedError](err); ok {
		return texts(refused.Problems, plan.Problem.String)
	}
	if invalid, ok := errors.AsType[*InvalidError](err); ok {
		return []string{invalid.Message}
	}
	if link, ok := errors.AsType[*LinkError](err); ok {
		return []string{link.Error()}
	}
	return nil
}

func texts[T any](list []T, text func(T) string) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = text(v)
	}
	return out
}

// message is the error_message of what failed for a reason.
func message(reason error) string {
	switch known := reasons(reason); {
	case known != nil:
		return First(known, maxErrorMessage)
	case errors.Is(reason, syscall.ENOSPC):
		return "The server has no space left"
	default:
		return "An internal error of the server, which its log tells"
	}
}
