package plan

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// A Problem is one reason to refuse a selection or a confirmation.
type Problem struct {
	// Path leads to the place in the body: /deployments/NAME/versions/NAME/zip.
	Path jsontext.Pointer
	// Reason says in a few words what is wrong there.
	Reason string
	// Conflict marks an object that exists already in the target.
	Conflict bool
}

// String returns path and reason in one line.
func (p Problem) String() string { return archive.Printable(string(p.Path)) + ": " + p.Reason }

// A RefusedError holds every reason for which a selection or a confirmation was
// refused. Nothing was changed.
type RefusedError struct{ Problems []Problem }

// Error lists the problems, one after the other.
func (e *RefusedError) Error() string {
	reasons := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		reasons[i] = p.String()
	}
	return strings.Join(reasons, "; ")
}

// Conflict reports whether existing objects of the target are the only reason.
func (e *RefusedError) Conflict() bool {
	for _, p := range e.Problems {
		if !p.Conflict {
			return false
		}
	}
	return true
}

type problems []Problem

func (ps *problems) add(path jsontext.Pointer, format string, args ...any) {
	*ps = append(*ps, Problem{Path: path, Reason: fmt.Sprintf(format, args...)})
}

func (ps problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return &RefusedError{Problems: ps}
}
