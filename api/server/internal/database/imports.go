package database

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/api/server/internal/database/queries"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Import implements [store.Tx].
func (t *tx) Import(project, id string) (store.Import, error) {
	row, err := t.queries.ImportByID(t.ctx, queries.ImportByIDParams{Project: project, ID: id})
	if err != nil {
		return store.Import{}, t.result(err)
	}
	i := importOf(row.Import)
	link, err := t.unsealText(row.Link)
	i.Link = link
	err = errors.Join(err,
		t.unseal(row.Scanned, &i.Scanned),
		t.unseal(row.Confirmed, &i.Confirmed),
		json.Unmarshal([]byte(row.Packages), &i.Packages))
	if err != nil {
		return store.Import{}, fmt.Errorf("import %s: %w", id, err)
	}
	t.kept = documentsOf(i)
	return i, nil
}

// importDocuments are what lists leave out: they are large, so what has not changed
// since the transaction has read it is not sealed and written again.
type importDocuments struct {
	project, id, link  string
	packages           []string
	scanned, confirmed models.ImportUpdate
}

func documentsOf(i store.Import) importDocuments {
	return importDocuments{i.Project, i.ID, i.Link, i.Packages, i.Scanned, i.Confirmed}
}

func importOf(row queries.Import) store.Import {
	return store.Import{
		Project: row.Project, ID: row.ID, Status: models.ImportStatus(row.Status), ErrorMessage: row.ErrorMessage,
		Created: time.UnixMicro(row.CreatedAt).UTC(), By: row.CreatedBy, SkipConfirmation: row.SkipConfirmation,
		Blob: row.Blob, Size: row.Size,
	}
}

// Imports implements [store.Tx].
func (t *tx) Imports(project string, status models.ImportStatus) ([]store.Import, error) {
	var rows []queries.Import
	var err error
	if status == "" {
		rows, err = t.queries.Imports(t.ctx, project)
	} else {
		rows, err = t.queries.ImportsWithStatus(t.ctx, queries.ImportsWithStatusParams{Project: project, Status: string(status)})
	}
	if err != nil {
		return nil, t.result(err)
	}
	imports := make([]store.Import, len(rows))
	for i, row := range rows {
		imports[i] = importOf(row)
	}
	return imports, nil
}

// PutImport implements [store.Tx]. Its time is kept to the microsecond.
func (t *tx) PutImport(i store.Import) error {
	if err := t.writable(); err != nil {
		return err
	}
	err := t.queries.PutImport(t.ctx, queries.PutImportParams{
		Project: i.Project, ID: i.ID, Status: string(i.Status), ErrorMessage: i.ErrorMessage,
		CreatedAt: i.Created.UnixMicro(), CreatedBy: i.By, SkipConfirmation: i.SkipConfirmation,
		Blob: i.Blob, Size: i.Size,
	})
	if err != nil {
		return t.result(err)
	}
	if err := t.putDocuments(i); err != nil {
		return err
	}
	return t.refer(owner{ownerImport, i.Project, i.ID}, i.Blob)
}

func (t *tx) putDocuments(i store.Import) error {
	documents := documentsOf(i)
	if reflect.DeepEqual(t.kept, documents) { // at once, for the maps that were read
		return nil
	}
	scanned, scannedErr := t.seal(&i.Scanned)
	confirmed, confirmedErr := t.seal(&i.Confirmed)
	packages, packagesErr := json.Marshal(i.Packages, json.FormatNilSliceAsNull(true))
	if err := errors.Join(scannedErr, confirmedErr, packagesErr); err != nil {
		return t.result(fmt.Errorf("import %s: %w", i.ID, err)) // its row is written already
	}
	err := t.queries.PutImportDocuments(t.ctx, queries.PutImportDocumentsParams{
		Project: i.Project, ID: i.ID, Link: t.sealText(i.Link), Scanned: scanned, Packages: string(packages), Confirmed: confirmed,
	})
	if err != nil {
		return t.result(err)
	}
	t.kept = documents
	return nil
}

// DeleteImport implements [store.Tx].
func (t *tx) DeleteImport(project, id string) error {
	if err := t.writable(); err != nil {
		return err
	}
	t.kept = nil
	n, err := t.queries.DeleteImport(t.ctx, queries.DeleteImportParams{Project: project, ID: id})
	if err != nil {
		return t.result(err)
	}
	if n == 0 {
		return store.ErrNotFound
	}
	return t.refer(owner{ownerImport, project, id})
}
