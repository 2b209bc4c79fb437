package api

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// LookupResult is what a [Lookup] came to.
type LookupResult string

// What a look-up can come to.
const (
	LookupFound     LookupResult = "found"     // exactly one new job fits
	LookupNotFound  LookupResult = "not found" // none does
	LookupAmbiguous LookupResult = "ambiguous" // several do
	LookupFailed    LookupResult = "failed"    // the jobs could not be listed
)

// lookups is how often the jobs are listed until a new one appears: a server
// may still be at work on a request whose connection broke.
const lookups = 4

// Lookup says which jobs of a project may be the one that a create with an
// unknown outcome has made: those that were not in the list before it, and whose
// description (of an export) or size (of an import from a file) does not differ,
// where the server tells it.
//
// This is sure only where nobody else creates jobs in the project at the same
// time: another writer's job looks the same. And "not found" means that none
// appeared within several seconds, not that none will.
type Lookup struct {
	Result LookupResult
	IDs    []string // of the jobs that fit
	Err    error    // why listing failed
}

// String reads like "one new job fits, x".
func (l *Lookup) String() string {
	switch l.Result {
	case LookupFound:
		return "one new job fits, " + l.IDs[0]
	case LookupAmbiguous:
		return "several new jobs fit: " + strings.Join(l.IDs, ", ")
	case LookupNotFound:
		return "no new job was found"
	default:
		return fmt.Sprintf("looking for the job failed: %v", l.Err)
	}
}

// creation is a create whose job can be looked for.
type creation[T any] struct {
	client *Client
	list   func(context.Context) ([]T, error)
	id     func(T) string
	fits   func(T) bool
}

// run makes the call. Where that was asked for, it lists the jobs before and,
// after an unknown outcome, again.
func (c creation[T]) run(ctx context.Context, create func() (*T, error)) (*T, error) {
	if !c.client.options.findCreated {
		return create()
	}
	jobs, err := c.list(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the jobs before the create: %w", err)
	}
	before := make(map[string]bool, len(jobs))
	for _, job := range jobs {
		before[c.id(job)] = true
	}
	created, err := create()
	if lost, ok := errors.AsType[*UnknownOutcomeError](err); ok && ctx.Err() == nil {
		lost.Lookup = c.look(ctx, before)
	}
	return created, err
}

func (c creation[T]) look(ctx context.Context, before map[string]bool) *Lookup {
	for n := 1; ; n++ {
		jobs, err := c.list(ctx)
		if err != nil {
			return &Lookup{Result: LookupFailed, Err: err}
		}
		var ids []string
		for _, job := range jobs {
			if !before[c.id(job)] && c.fits(job) {
				ids = append(ids, c.id(job))
			}
		}
		switch {
		case len(ids) == 1:
			return &Lookup{Result: LookupFound, IDs: ids}
		case len(ids) > 1:
			return &Lookup{Result: LookupAmbiguous, IDs: ids}
		case n == lookups:
			return &Lookup{Result: LookupNotFound}
		}
		if err := sleep(ctx, c.client.send.retry.delay(n, 0)); err != nil {
			return &Lookup{Result: LookupFailed, Err: err}
		}
	}
}

// fitting reports whether a value that a server may leave out is the one that
// is expected, as far as it tells.
func fitting[T comparable](told models.Nullable[T], want T) bool {
	value, ok := told.Get()
	return !ok || value == want
}
