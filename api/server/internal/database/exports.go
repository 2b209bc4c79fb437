package database

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/queries"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Export implements [store.Tx].
func (t *tx) Export(project, id string) (store.Export, error) {
	row, err := t.queries.ExportByID(t.ctx, queries.ExportByIDParams{Project: project, ID: id})
	if err != nil {
		return store.Export{}, t.result(err)
	}
	export, err := exportOf(row.Export)
	if err == nil {
		err = json.Unmarshal([]byte(row.Selection), &export.Selection)
	}
	if err == nil {
		err = t.unseal(row.Snapshot, &export.Snapshot)
	}
	if err != nil {
		return store.Export{}, fmt.Errorf("export %s: %w", id, err)
	}
	t.kept = exportDocumentsOf(export)
	return export, nil
}

// exportDocuments are for exports what importDocuments are for imports, and what
// decides the references to blobs.
type exportDocuments struct {
	project, id, blob string
	selection         models.ExportCreate
	snapshot          archive.Content
}

func exportDocumentsOf(e store.Export) exportDocuments {
	return exportDocuments{e.Project, e.ID, e.Blob, e.Selection, e.Snapshot}
}

func exportOf(row queries.Export) (store.Export, error) {
	export := store.Export{
		Project: row.Project, ID: row.ID, Status: models.ExportStatus(row.Status), ErrorMessage: row.ErrorMessage,
		Created: time.UnixMicro(row.CreatedAt).UTC(), By: row.CreatedBy, Packages: row.Packages,
		Blob: row.Blob, Size: row.Size,
	}
	if row.Description.Valid {
		if err := json.Unmarshal([]byte(row.Description.String), &export.Selection.Description); err != nil {
			return export, fmt.Errorf("export %s: description: %w", row.ID, err)
		}
	}
	return export, nil
}

// Exports implements [store.Tx].
func (t *tx) Exports(project string, status models.ExportStatus) ([]store.Export, error) {
	var rows []queries.Export
	var err error
	if status == "" {
		rows, err = t.queries.Exports(t.ctx, project)
	} else {
		rows, err = t.queries.ExportsWithStatus(t.ctx, queries.ExportsWithStatusParams{Project: project, Status: string(status)})
	}
	if err != nil {
		return nil, t.result(err)
	}
	exports := make([]store.Export, len(rows))
	for i, row := range rows {
		if exports[i], err = exportOf(row); err != nil {
			return nil, err
		}
	}
	return exports, nil
}

// PutExport implements [store.Tx]. Its time is kept to the microsecond.
func (t *tx) PutExport(e store.Export) error {
	if err := t.writable(); err != nil {
		return err
	}
	description := sql.NullString{Valid: !e.Selection.Description.IsZero()}
	if description.Valid {
		data, err := json.Marshal(&e.Selection.Description)
		if err != nil {
			return fmt.Errorf("export %s: description: %w", e.ID, err)
		}
		description.String = string(data)
	}
	err := t.queries.PutExport(t.ctx, queries.PutExportParams{
		Project: e.Project, ID: e.ID, Status: string(e.Status), ErrorMessage: e.ErrorMessage,
		CreatedAt: e.Created.UnixMicro(), CreatedBy: e.By, Description: description, Packages: e.Packages,
		Blob: e.Blob, Size: e.Size,
	})
	if err != nil {
		return t.result(err)
	}
	documents := exportDocumentsOf(e)
	if reflect.DeepEqual(t.kept, documents) {
		return nil
	}
	selection, selectionErr := json.Marshal(&e.Selection, json.Deterministic(true))
	snapshot, snapshotErr := t.seal(&e.Snapshot)
	if err := errors.Join(selectionErr, snapshotErr); err != nil {
		return t.result(fmt.Errorf("export %s: %w", e.ID, err)) // its row is written already
	}
	err = t.queries.PutExportDocuments(t.ctx, queries.PutExportDocumentsParams{
		Project: e.Project, ID: e.ID, Selection: string(selection), Snapshot: snapshot,
	})
	if err != nil {
		return t.result(err)
	}
	t.kept = documents
	return t.refer(owner{ownerExport, e.Project, e.ID}, append(blobsOf(e.Snapshot), e.Blob)...)
}

// DeleteExport implements [store.Tx].
func (t *tx) DeleteExport(project, id string) error {
	if err := t.writable(); err != nil {
		return err
	}
	t.kept = nil
	n, err := t.queries.DeleteExport(t.ctx, queries.DeleteExportParams{Project: project, ID: id})
	if err != nil {
		return t.result(err)
	}
	if n == 0 {
		return store.ErrNotFound
	}
	return t.refer(owner{ownerExport, project, id})
}
