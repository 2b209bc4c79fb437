// Package store says how the server keeps what it has: projects with their
// objects, tokens, exports, imports, the jobs that carry them out, and the bytes
// of archives and packages.
//
// A [Home] is all of that: a [Store] for rows and jobs, and [Blobs] for bytes.
// [NewMemory] makes one of maps, which is gone when the process ends; package
// local makes one of a database and a folder. Package storetest checks that
// every home does what the comments here say.
//
// Values that go into or come out of a store may share their maps and slices with
// it: they are never changed in place.
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

// ErrBusy is wrapped by an error that a later attempt may not get: somebody
// else holds the database.
var ErrBusy = errors.New("the database is busy")

// ErrUnknown is wrapped by an error after which a change may be made, or be made
// later: the database went away at the wrong moment.
var ErrUnknown = errors.New("it is not known whether the change was made")

// ErrLost is returned by [Tx.Finish] for a job that is no longer the worker's:
// it was cancelled, or somebody else has taken it over.
var ErrLost = errors.New("the job was taken away")

// A Home keeps everything. Close releases both parts of it.
type Home interface {
	Store
	Blobs() Blobs
}

// A Store runs transactions and jobs.
type Store interface {
	// View runs f on a consistent snapshot, in which nothing can be changed.
	View(ctx context.Context, f func(Tx) error) error
	// Look is View without the snapshot, which costs more than reading a row:
	// each call of f sees what there is at that moment.
	Look(ctx context.Context, f func(Tx) error) error
	// Update runs f and makes all of its changes when f returns nil, and none
	// of them otherwise, also when f panics. Jobs that f enqueues start, and
	// those that it cancels end, only after that. It returns the keys of the
	// blobs that f has taken the last reference from: they are forgotten, and
	// their bytes are to be deleted. f runs again from its beginning if an
	// update that deletes exports or imports found no space at first.
	Update(ctx context.Context, f func(Tx) error) (unused []string, err error)
	// Work carries out jobs by calling do, n at a time, until ctx ends, and returns when
	// the last of them has. A job whose do returns an error comes again after a
	// delay, with one more attempt; one that ctx has interrupted comes again
	// without that, here or in another process.
	Work(ctx context.Context, n int, do func(ctx context.Context, job Job) error) error
	// Ping reports whether the store can be used.
	Ping(ctx context.Context) error
	// Stats counts what there is.
	Stats(ctx context.Context) (Stats, error)
	// Close releases what the store holds. Work has to have returned.
	Close() error
}

// A Tx is a transaction. A row that is not there gives [ErrNotFound].
type Tx interface {
	// Project reports whether there is a project.
	Project(name string) error
	// AddProject adds an empty project, if there is none of that name.
	AddProject(name string) error
	// Content returns what a project holds, with the values of secrets. A
	// member zip holds the key of a blob.
	Content(project string) (archive.Content, error)
	// ContentSize returns how many bytes the objects of a project take where they
	// are kept, 0 for a store that keeps them in memory anyway.
	ContentSize(project string) (int64, error)
	// PutContent adds objects to a project or replaces those of the same name.
	// The blobs that they name have to be there.
	PutContent(project string, objects archive.Content) error

	Token(hash Hash) (Token, error)
	PutToken(Token) error
	// DeleteTokens removes the tokens of that name, in whatever project.
	DeleteTokens(name string) error

	Export(project, id string) (Export, error)
	// Exports lists exports, newest first, without their Selection (but with its
	// description) and Snapshot. An empty status stands for all.
	Exports(project string, status models.ExportStatus) ([]Export, error)
	PutExport(Export) error
	DeleteExport(project, id string) error

	Import(project, id string) (Import, error)
	// Imports lists imports, newest first, without Link, Scanned, Packages and
	// Confirmed. An empty status stands for all.
	Imports(project string, status models.ImportStatus) ([]Import, error)
	PutImport(Import) error
	DeleteImport(project, id string) error

	// DocumentsSize returns how many bytes the documents of an export or import
	// take where they are kept: all that lists leave out. It is 0 if there is no such
	// row, and for a store that keeps them in memory anyway.
	DocumentsSize(project, id string) (int64, error)

	// AddBlob makes a blob known, to which the transaction then has to refer.
	// If one with the same SHA-256 is known already, its key is returned, and
	// b's own is among the unused that Update returns.
	AddBlob(b Blob) (key string, err error)
	Blob(key string) (Blob, error)

	// Enqueue adds a job.
	Enqueue(Job) error
	// Cancel takes away what is left of the jobs of an export or import: those
	// that wait never start, and the context of one that runs ends.
	Cancel(id string) error
	// Finish marks a running job as done, together with what else the
	// transaction changes, or returns [ErrLost].
	Finish(Job) error
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

// A Blob is what is known of one. Without its SHA-256 it is never shared.
type Blob struct {
	Key    string // a UUID, so safe in a file name
	Size   int64
	SHA256 string // in hex, or empty
	CRC32  uint32 // if there is a SHA-256
	Sums   string // made by [Sums]; empty if there is a SHA-256, or for a blob of an earlier version
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
	Blob         string          // key of the archive, empty until it exists
	Size         int64           // of the archive
	Snapshot     archive.Content // what is to be exported, and pins its blobs; empty when that has ended
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
	Attempt int    // 1 at first; set by the store
	Handle  any    // the store's own
}

// A JobKind says what a job does.
type JobKind string

// The kinds of jobs.
const (
	RunExport   JobKind = "export"
	ScanImport  JobKind = "scan"
	ApplyImport JobKind = "apply"
)

// Stats are counts of rows.
type Stats struct {
	Exports map[models.ExportStatus]int
	Imports map[models.ImportStatus]int
	Jobs    int // waiting or running
}
