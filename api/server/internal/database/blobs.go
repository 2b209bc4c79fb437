package database

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/server/internal/database/queries"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// AddBlob implements [store.Tx].
func (t *tx) AddBlob(b store.Blob) (string, error) {
	if err := t.writable(); err != nil {
		return "", err
	}
	n, err := t.queries.AddBlob(t.ctx, queries.AddBlobParams{
		Key: b.Key, Size: b.Size, Sha256: text(b.SHA256), Crc32: int64(b.CRC32), Sums: []byte(b.Sums),
	})
	if err != nil {
		return "", t.result(err)
	}
	if n > 0 {
		t.touched[b.Key] = true
		t.learned = true
		return b.Key, nil
	}
	key, err := t.queries.BlobBySHA256(t.ctx, text(b.SHA256))
	if errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("blob %s is known with other bytes", b.Key)
	}
	if err != nil {
		return "", t.result(err)
	}
	t.touched[key] = true
	if key != b.Key {
		t.duplicates[b.Key] = true
	}
	return key, nil
}

// text is null if it is empty.
func text(s string) sql.NullString { return sql.NullString{String: s, Valid: s != ""} }

// Blob implements [store.Tx].
func (t *tx) Blob(key string) (store.Blob, error) {
	row, err := t.queries.Blob(t.ctx, key)
	return store.Blob{
		Key: row.Key, Size: row.Size, SHA256: row.Sha256.String, Sums: string(row.Sums),
		CRC32: uint32(row.Crc32), //nolint:gosec // was one
	}, t.result(err)
}

// An owner refers to blobs.
type owner struct{ kind, project, name string }

// The kinds of owners; that of an object is the kind of the object.
const (
	ownerExport = "export"
	ownerImport = "import"
)

// refer makes keys the blobs that o refers to. Empty ones are none.
func (t *tx) refer(o owner, keys ...string) error {
	old, err := t.queries.References(t.ctx, queries.ReferencesParams{Owner: o.kind, Project: o.project, Name: o.name})
	if err != nil {
		return t.result(err)
	}
	wanted := make(map[string]bool, len(keys))
	for _, key := range keys {
		if key != "" {
			wanted[key] = true
		}
	}
	for _, key := range old {
		if wanted[key] {
			delete(wanted, key)
			continue
		}
		t.touched[key] = true
		err := t.queries.DeleteReference(t.ctx, queries.DeleteReferenceParams{
			Owner: o.kind, Project: o.project, Name: o.name, Blob: key,
		})
		if err != nil {
			return t.result(err)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(wanted)) {
		err := t.queries.AddReference(t.ctx, queries.AddReferenceParams{
			Owner: o.kind, Project: o.project, Name: o.name, Blob: key,
		})
		if err != nil {
			return t.result(fmt.Errorf("reference to blob %q: %w", key, err))
		}
		delete(t.touched, key)
	}
	return nil
}

// blobsOf returns the keys of all packages in content.
func blobsOf(content archive.Content) []string {
	var keys []string
	for _, d := range content.Deployments {
		keys = append(keys, blobsOfDeployment(&d)...)
	}
	for _, e := range content.Environments {
		keys = append(keys, blobsOfEnvironment(&e)...)
	}
	return keys
}

func blobsOfDeployment(d *models.Deployment) []string {
	var keys []string
	for _, v := range d.Versions {
		keys = append(keys, v.Zip.Or(""))
	}
	return keys
}

func blobsOfEnvironment(e *models.Environment) []string { return []string{e.Zip.Or("")} }
