-- +goose Up

-- The openings of the database that may change it. seen_at is when one of several
-- has last said that it lives; one that is alone says nothing.
CREATE TABLE replicas (
    id      text   PRIMARY KEY,
    seen_at bigint NOT NULL
);

ALTER TABLE identity DROP COLUMN session;
