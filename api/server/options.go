package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"github.com/google/uuid"

	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
)

// Options says how a server behaves. The zero value is a server with the
// defaults.
type Options struct {
	// Storage keeps everything; nil keeps it in memory, archives included, until
	// [Server.Close].
	Storage Storage
	// MaxArchive limits the size of an archive in bytes; 0 means 64 GiB.
	MaxArchive int64
	// OnConflict says what an import does with an object that exists already;
	// empty means [plan.Fail].
	OnConflict plan.OnConflict
	// EmptyConfirmation says what a confirmation without any member means;
	// empty means [ConfirmAll].
	EmptyConfirmation EmptyConfirmation
	// RateLimit is how many requests a minute one client may send, by its
	// address; 0 means any number. See [middleware.Options].
	RateLimit int
	// Workers is the number of exports and imports that are carried out at
	// once; 0 means 4. If it is more than one, links are fetched by all but
	// one of them at most: further imports from links wait.
	Workers int
	// ProjectWorkers is how many of the Workers one project may have at once; 0
	// means all but one, so that one is left for others, but at least one.
	// Projects that wait take turns. A negative number sets no limit and begins
	// jobs in the order in which they were asked for, whatever their project.
	// At most half of them fetch links for one project at once.
	ProjectWorkers int
	// Memory is how much memory large requests and jobs may take together, in
	// bytes, by estimates; 0 means 256 MiB. One half is for requests, the other
	// for jobs, and no project gets more than half of either, so that others
	// can work. If there is too little, a request waits for ten seconds and is
	// then answered with 503 and Retry-After; a job waits for as long as it
	// takes. One that needs more than its share runs alone. Small requests
	// never wait. The process takes some 100 MiB beside it; see
	// [runtime/debug.SetMemoryLimit] for garbage.
	Memory int64
	// MaxJSONBody limits a JSON body in bytes; 0 means 16 MiB. What it becomes in
	// memory is limited to 12 times as much. See [middleware.Options].
	MaxJSONBody int64
	// MaxDocuments limits the YAML documents of an archive, in bytes of text
	// together; 0 means 32 MiB, which is ten thousand versions of 3 KB each. The import
	// of an archive that has more fails with that reason. So does one after which its
	// project would hold more than twice as much, counted as JSON.
	MaxDocuments int64
	// Links fetches the archives of imports from a link. Nil means a client
	// that reaches public addresses only, and those of AllowLinkHosts. Redirects
	// are checked with either.
	Links *http.Client
	// LinkTimeout limits the whole download of an archive from a link; 0 means
	// an hour. A link that sends less than 4 KiB a second, on average over
	// a minute, is given up before.
	LinkTimeout time.Duration
	// AllowLinkHosts are hosts, HOST or HOST:PORT, that links may lead to
	// although their addresses are not public or their ports not those of http
	// and https.
	AllowLinkHosts []string
	// Now is the clock; nil means [time.Now].
	Now func() time.Time
	// NewID makes the ids of exports and imports: UUIDs, each greater than the
	// one before. It is there for tests; nil means UUIDv7.
	NewID func() (string, error)
	// OnStep is there for tests. It is called in place of every change of status
	// that the server makes in the background, with the status that is left; it
	// makes the change by calling do and returns the error of do. It may wait
	// before that, but no longer than ctx, whose error it then returns: ctx ends
	// when the export or import is deleted and when the server closes. Each call
	// takes one of the Workers. A change that could not be made is tried again. Nil
	// means that nothing waits.
	OnStep func(ctx context.Context, job Job, do func() error) error
	// OnBadResponse is for tests. If it is set, every response is checked against the
	// contract; it is called with one that breaks it, with the operation and the
	// place, and the response is sent as it is.
	OnBadResponse func(error)
	// Metrics counts what the server does and answers GET /metrics; nil counts
	// nothing.
	Metrics Metrics
	// Log gets what happens; nil drops it. No body, token, query of a link or
	// value of a variable is ever logged.
	Log *slog.Logger
}

// A Job is an export or import in a status.
type Job = engine.Job

// EmptyConfirmation says what a confirmation without any member means, which
// nobody documents.
type EmptyConfirmation string

// What a confirmation without any member can mean.
const (
	ConfirmAll    EmptyConfirmation = "all"    // everything is created as it was scanned
	ConfirmRefuse EmptyConfirmation = "refuse" // an error; it is answered with 400
)

const (
	defaultMaxArchive   = 64 << 30
	defaultWorkers      = 4
	defaultMemory       = 256 << 20
	defaultMaxDocuments = 32 << 20
)

// hostAndPort is a name or an address, with or without a port.
var hostAndPort = regexp.MustCompile(`^([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?$`)

func (o Options) withDefaults() (Options, error) {
	var errs []error
	switch o.OnConflict {
	case "", plan.Fail, plan.Skip, plan.Overwrite:
	default:
		errs = append(errs, fmt.Errorf("OnConflict: %q is not one of fail, skip and overwrite", o.OnConflict))
	}
	switch o.EmptyConfirmation {
	case "", ConfirmAll, ConfirmRefuse:
	default:
		errs = append(errs, fmt.Errorf("EmptyConfirmation: %q is neither all nor refuse", o.EmptyConfirmation))
	}
	if o.MaxArchive < 0 || o.Workers < 0 || o.Memory < 0 || o.MaxJSONBody < 0 || o.MaxDocuments < 0 || o.RateLimit < 0 || o.LinkTimeout < 0 {
		errs = append(errs, errors.New("MaxArchive, Workers, Memory, MaxJSONBody, MaxDocuments, RateLimit and LinkTimeout cannot be negative"))
	}
	for _, host := range o.AllowLinkHosts {
		if !hostAndPort.MatchString(host) {
			errs = append(errs, fmt.Errorf("AllowLinkHosts: %q is not a host with or without a port", host))
		}
	}
	o.MaxArchive = cmp.Or(o.MaxArchive, defaultMaxArchive)
	o.Workers = cmp.Or(o.Workers, defaultWorkers)
	o.ProjectWorkers = cmp.Or(o.ProjectWorkers, max(1, o.Workers-1))
	o.Memory = cmp.Or(o.Memory, defaultMemory)
	o.MaxDocuments = cmp.Or(o.MaxDocuments, defaultMaxDocuments)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.NewID == nil {
		o.NewID = newID
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o, errors.Join(errs...)
}

// projectLinks is how many links of one project are fetched at once.
func projectLinks(o Options) int {
	if o.ProjectWorkers < 0 {
		return o.Workers
	}
	return (o.ProjectWorkers + 1) / 2
}

func newID() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}
