// Package store keeps the state of the server: projects, tokens, exports,
// imports and the jobs that carry them out.
//
// [Store] is the interface that a database fills; [NewMemory] fills it with
// maps. Values that go in or come out share their maps and slices with the
// store: they are never changed in place.
package store

import (
	"context"
	"errors"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// ErrNotFound is returned for a row that is not there.
var ErrNotFound = errors.New("not found")

// A Store runs transactions.
type Store interface {
	// View runs f on a consistent snapshot.
	View(ctx context.Context, f func(Tx) error) error
	// Update runs f and makes all of its changes when f returns nil, and none
	// of them otherwise. Jobs that f enqueues start only after that.
	Update(ctx context.Context, f func(Tx) error) error
	// Next waits for a job and takes it. It fails when ctx ends.
	Next(ctx context.Context) (Job, error)
}

// A Tx is a transaction. A row that is not there gives [ErrNotFound].
type Tx interface {
	Project(name string) (Project, error)
	PutProject(Project) error

	Token(hash Hash) (Token, error)
	PutToken(Token) error

	Export(project, id string) (Export, error)
	Exports(project string) ([]Export, error) // newest first
	PutExport(Export) error
	DeleteExport(project, id string) error

	Import(project, id string) (Import, error)
	Imports(project string) ([]Import, error) // newest first
	PutImport(Import) error
	DeleteImport(project, id string) error

	// BlobInUse reports whether an export or import refers to the blob.
	BlobInUse(key string) (bool, error)

	Enqueue(Job) error
}

// A Project holds objects.
type Project struct {
	Name    string
	Content archive.Content // values of secrets included; zip is the key of a blob
}

// A Hash is the SHA-256 of a token.
type Hash [32]byte

// A Token lets its bearer into one project. The token itself is not kept.
type Token struct {
	Hash    Hash
	Project string
	Name    string // who uses it
	Write   bool
}

// An Export is the row of an export.
type Export struct {
	Project      string
	ID           string // UUIDv7, so that the order of ids is that of creation
	Status       models.ExportStatus
	ErrorMessage string
	Created      time.Time
	By           string
	Selection    models.ExportCreate // with the description
	Packages     bool
	Blob         string // key of the archive, empty until it exists
	Size         int64
}

// An Import is the row of an import.
type Import struct {
	Project          string
	ID               string // UUIDv7, so that the order of ids is that of creation
	Status           models.ImportStatus
	ErrorMessage     string
	Created          time.Time
	By               string
	Link             string // where to fetch the archive, if it has to be
	SkipConfirmation bool
	Blob             string // key of the archive, empty until it has arrived
	Size             int64
	Scanned          archive.Content     // values of secrets included
	Packages         []string            // paths of the packages in the archive
	Confirmed        models.ImportUpdate // what the confirmation said
}

// A Job is work to be done in the background.
type Job struct {
	Kind    JobKind
	Project string
	ID      string // of the export or import
}

// A JobKind says what a job does.
type JobKind string

// The kinds of jobs.
const (
	RunExport   JobKind = "export"
	ScanImport  JobKind = "scan"
	ApplyImport JobKind = "apply"
)
