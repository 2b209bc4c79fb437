-- What SQLite and PostgreSQL both understand. Times are microseconds since 1970.

-- +goose Up
CREATE TABLE settings (
    name  text  PRIMARY KEY,
    value bytea NOT NULL
);

CREATE TABLE projects (
    name text PRIMARY KEY
);

CREATE TABLE tokens (
    hash      bytea   PRIMARY KEY,
    project   text    NOT NULL,
    name      text    NOT NULL,
    may_write boolean NOT NULL
);

-- document is a sealed model.
CREATE TABLE objects (
    project  text  NOT NULL REFERENCES projects (name),
    kind     text  NOT NULL,
    name     text  NOT NULL,
    document bytea NOT NULL,
    PRIMARY KEY (project, kind, name)
);

CREATE TABLE blobs (
    key    text   PRIMARY KEY,
    size   bigint NOT NULL,
    sha256 text   UNIQUE,
    crc32  bigint NOT NULL
);

-- owner, project and name are those of an export, an import or an object.
CREATE TABLE blob_references (
    owner   text NOT NULL,
    project text NOT NULL,
    name    text NOT NULL,
    blob    text NOT NULL REFERENCES blobs (key),
    PRIMARY KEY (owner, project, name, blob)
);
CREATE INDEX blob_references_blob ON blob_references (blob);

-- What lists show; description is JSON. The rest is beside it.
CREATE TABLE exports (
    project       text    NOT NULL,
    id            text    NOT NULL,
    status        text    NOT NULL,
    error_message text    NOT NULL,
    created_at    bigint  NOT NULL,
    created_by    text    NOT NULL,
    description   text,
    packages      boolean NOT NULL,
    blob          text    NOT NULL,
    size          bigint  NOT NULL,
    PRIMARY KEY (project, id)
);
CREATE INDEX exports_status ON exports (status);

-- snapshot is sealed.
CREATE TABLE export_documents (
    project   text  NOT NULL,
    id        text  NOT NULL,
    selection text  NOT NULL,
    snapshot  bytea NOT NULL,
    PRIMARY KEY (project, id),
    FOREIGN KEY (project, id) REFERENCES exports (project, id) ON DELETE CASCADE
);

CREATE TABLE imports (
    project           text    NOT NULL,
    id                text    NOT NULL,
    status            text    NOT NULL,
    error_message     text    NOT NULL,
    created_at        bigint  NOT NULL,
    created_by        text    NOT NULL,
    skip_confirmation boolean NOT NULL,
    blob              text    NOT NULL,
    size              bigint  NOT NULL,
    PRIMARY KEY (project, id)
);
CREATE INDEX imports_status ON imports (status);

-- All but packages are sealed.
CREATE TABLE import_documents (
    project   text  NOT NULL,
    id        text  NOT NULL,
    link      bytea NOT NULL,
    scanned   bytea NOT NULL,
    packages  text  NOT NULL,
    confirmed bytea NOT NULL,
    PRIMARY KEY (project, id),
    FOREIGN KEY (project, id) REFERENCES imports (project, id) ON DELETE CASCADE
);

-- Finds River's jobs by the id of their export or import.
CREATE TABLE jobs (
    river_id bigint PRIMARY KEY,
    id       text   NOT NULL
);
CREATE INDEX jobs_id ON jobs (id);
