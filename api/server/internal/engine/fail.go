package engine

import (
	"context"
	"errors"
	"syscall"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/plan"
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

// reasons returns what a client may know of an error: nothing if it is
// the server's own.
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

// Reason is the error_message of what cannot be done for a reason that a client
// may know, and empty for other errors.
func Reason(err error) string {
	if reasons(err) == nil {
		return ""
	}
	return message(err)
}

// message is the error_message of what failed for a reason.
func message(reason error) string {
	switch known := reasons(reason); {
	case known != nil:
		return First(known, maxErrorMessage)
	case errors.Is(reason, store.ErrDamaged):
		return "What the server has stored is damaged"
	case errors.Is(reason, syscall.ENOSPC):
		return "The server has no space left"
	default:
		return "An internal error of the server; see its log"
	}
}
