-- name: Setting :one
SELECT value FROM settings WHERE name = $1;

-- name: PutSetting :exec
INSERT INTO settings (name, value) VALUES ($1, $2);

-- name: Project :one
SELECT name FROM projects WHERE name = $1;

-- name: Projects :many
SELECT name FROM projects ORDER BY name;

-- name: AddProject :exec
INSERT INTO projects (name) VALUES ($1) ON CONFLICT (name) DO NOTHING;

-- name: DeleteTokens :exec
DELETE FROM tokens WHERE name = $1;

-- name: Token :one
SELECT * FROM tokens WHERE hash = $1;

-- name: PutToken :exec
INSERT INTO tokens (hash, project, name, may_write) VALUES ($1, $2, $3, $4)
ON CONFLICT (hash) DO UPDATE SET project = excluded.project, name = excluded.name, may_write = excluded.may_write;

-- name: Objects :many
SELECT kind, name, document FROM objects WHERE project = $1;

-- name: PutObject :exec
INSERT INTO objects (project, kind, name, document) VALUES ($1, $2, $3, $4)
ON CONFLICT (project, kind, name) DO UPDATE SET document = excluded.document;

-- name: Blob :one
SELECT * FROM blobs WHERE key = $1;

-- name: Blobs :many
SELECT key FROM blobs ORDER BY key;

-- name: BlobBySHA256 :one
SELECT key FROM blobs WHERE sha256 = $1;

-- name: AddBlob :execrows
INSERT INTO blobs (key, size, sha256, crc32, sums) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING;

-- name: DeleteBlobIfUnused :execrows
DELETE FROM blobs WHERE key = $1 AND NOT EXISTS (SELECT 1 FROM blob_references AS r WHERE r.blob = $1);

-- name: References :many
SELECT blob FROM blob_references WHERE owner = $1 AND project = $2 AND name = $3;

-- name: AddReference :exec
INSERT INTO blob_references (owner, project, name, blob) VALUES ($1, $2, $3, $4);

-- name: DeleteReference :exec
DELETE FROM blob_references WHERE owner = $1 AND project = $2 AND name = $3 AND blob = $4;

-- name: ExportByID :one
SELECT sqlc.embed(e), d.selection, d.snapshot
FROM exports AS e JOIN export_documents AS d ON d.project = e.project AND d.id = e.id
WHERE e.project = $1 AND e.id = $2;

-- name: Exports :many
SELECT * FROM exports WHERE project = $1 ORDER BY id DESC;

-- name: ExportsWithStatus :many
SELECT * FROM exports WHERE project = $1 AND status = $2 ORDER BY id DESC;

-- name: PutExport :exec
INSERT INTO exports (project, id, status, error_message, created_at, created_by, description, packages, blob, size)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (project, id) DO UPDATE SET
    status = excluded.status, error_message = excluded.error_message, created_at = excluded.created_at,
    created_by = excluded.created_by, description = excluded.description, packages = excluded.packages,
    blob = excluded.blob, size = excluded.size;

-- name: PutExportDocuments :exec
INSERT INTO export_documents (project, id, selection, snapshot) VALUES ($1, $2, $3, $4)
ON CONFLICT (project, id) DO UPDATE SET selection = excluded.selection, snapshot = excluded.snapshot;

-- name: DeleteExport :execrows
DELETE FROM exports WHERE project = $1 AND id = $2;

-- name: CountExports :many
SELECT status, count(*) AS n FROM exports GROUP BY status;

-- name: ImportByID :one
SELECT sqlc.embed(i), d.link, d.scanned, d.packages, d.confirmed
FROM imports AS i JOIN import_documents AS d ON d.project = i.project AND d.id = i.id
WHERE i.project = $1 AND i.id = $2;

-- name: Imports :many
SELECT * FROM imports WHERE project = $1 ORDER BY id DESC;

-- name: ImportsWithStatus :many
SELECT * FROM imports WHERE project = $1 AND status = $2 ORDER BY id DESC;

-- name: PutImport :exec
INSERT INTO imports (project, id, status, error_message, created_at, created_by, skip_confirmation, blob, size)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (project, id) DO UPDATE SET
    status = excluded.status, error_message = excluded.error_message, created_at = excluded.created_at,
    created_by = excluded.created_by, skip_confirmation = excluded.skip_confirmation,
    blob = excluded.blob, size = excluded.size;

-- name: PutImportDocuments :exec
INSERT INTO import_documents (project, id, link, scanned, packages, confirmed) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (project, id) DO UPDATE SET
    link = excluded.link, scanned = excluded.scanned, packages = excluded.packages, confirmed = excluded.confirmed;

-- name: DeleteImport :execrows
DELETE FROM imports WHERE project = $1 AND id = $2;

-- name: CountImports :many
SELECT status, count(*) AS n FROM imports GROUP BY status;

-- name: AddJob :exec
INSERT INTO jobs (river_id, id) VALUES ($1, $2);

-- name: Jobs :many
SELECT river_id FROM jobs WHERE id = $1 ORDER BY river_id;

-- name: DeleteJob :exec
DELETE FROM jobs WHERE river_id = $1;

-- name: Identity :one
SELECT * FROM identity;

-- name: AddIdentity :exec
INSERT INTO identity (id, changes) VALUES ($1, 0);

-- name: Replica :one
SELECT id FROM replicas WHERE id = $1;

-- name: Replicas :many
SELECT id FROM replicas;

-- name: AddReplica :exec
INSERT INTO replicas (id, seen_at) VALUES ($1, 0);

-- name: DeleteReplica :exec
DELETE FROM replicas WHERE id = $1;

-- name: DeleteReplicas :exec
DELETE FROM replicas;

-- name: CountChange :one
UPDATE identity SET changes = changes + 1 RETURNING *;

-- name: ContentSize :one
SELECT CAST(COALESCE(SUM(LENGTH(document)), 0) AS bigint) AS bytes FROM objects WHERE project = $1;

-- name: DocumentsSize :one
SELECT CAST(COALESCE(
    (SELECT LENGTH(e.selection) + LENGTH(e.snapshot) FROM export_documents AS e WHERE e.project = $1 AND e.id = $2),
    (SELECT LENGTH(i.scanned) + LENGTH(i.packages) + LENGTH(i.confirmed) FROM import_documents AS i WHERE i.project = $1 AND i.id = $2),
    0) AS bigint) AS bytes;
