package engine

import (
	"context"
	"unicode/utf8"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// maxErrorMessage is the most characters that clients take (seen).
const maxErrorMessage = 1024

// fail records why the export or import of a job failed.
func (e *Engine) fail(ctx context.Context, job store.Job, reason error) error {
	message := shorten(reason.Error(), maxErrorMessage)
	return e.Store.Update(ctx, func(tx store.Tx) error {
		if job.Kind == store.RunExport {
			row, err := tx.Export(job.Project, job.ID)
			if err != nil {
				return err
			}
			row.Status, row.ErrorMessage = models.ExportStatusFailed, message
			return tx.PutExport(row)
		}
		row, err := tx.Import(job.Project, job.ID)
		if err != nil {
			return err
		}
		row.Status, row.ErrorMessage = models.ImportStatusFailed, message
		return tx.PutImport(row)
	})
}

func shorten(s string, characters int) string {
	if utf8.RuneCountInString(s) <= characters {
		return s
	}
	return string([]rune(s)[:characters-1]) + "…"
}
