package database

import (
	"context"
	"database/sql"
	"errors"
	"reflect"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// fixWaitingExports migrates exports of earlier versions, which fixed what an export
// takes when its turn came. That is now done when it is created. Those
// that waited take what their project holds at this moment, or fail if they cannot.
func (d *Database) fixWaitingExports(ctx context.Context, begun *sql.Tx) error {
	t := newTx(ctx, d, begun)
	projects, err := t.queries.Projects(ctx)
	if err != nil {
		return err
	}
	for _, project := range projects {
		exports, err := t.Exports(project, models.ExportStatusPending)
		if err != nil {
			return err
		}
		for _, e := range exports {
			if err := t.fixWaitingExport(project, e.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *tx) fixWaitingExport(project, id string) error {
	export, err := t.Export(project, id)
	if err != nil || !reflect.ValueOf(export.Snapshot).IsZero() {
		return err
	}
	content, err := t.Content(project)
	if err != nil {
		return err
	}
	export.Snapshot, err = engine.Snapshot(content, export.Selection, export.Packages)
	if reason := engine.Reason(err); reason != "" {
		export.Status, export.ErrorMessage, export.Snapshot = models.ExportStatusFailed, reason, archive.Content{}
	} else if err != nil {
		return err
	}
	return errors.Join(t.PutExport(export), t.err)
}

var _ store.Tx = (*tx)(nil)
