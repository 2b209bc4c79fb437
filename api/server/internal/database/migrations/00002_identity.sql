-- +goose Up

-- One row: which database this is, how often it has learned of a blob, and which
-- opening of it may change it.
CREATE TABLE identity (
    id      text   PRIMARY KEY,
    changes bigint NOT NULL,
    session text   NOT NULL
);
