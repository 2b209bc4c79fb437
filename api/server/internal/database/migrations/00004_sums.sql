-- +goose Up

-- Checksums of the parts of an archive; null for those of before.
ALTER TABLE blobs ADD COLUMN sums bytea;
