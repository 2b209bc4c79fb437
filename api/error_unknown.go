package api

import "fmt"

// UnknownOutcomeError says that a create or a confirmation may have been carried
// out or not: the connection broke, the context ended, or a gateway gave up
// after the whole request was sent, or the answer to it was a success that
// cannot be read. A create was not sent again after it.
//
// What to do: [ImportsService.Confirm] has looked at the import by itself as long
// as it could; read its status. For a create, see [WithCreateLookup], or list
// the jobs of the project before the create is repeated.
type UnknownOutcomeError struct {
	Method string
	Path   string  // below the base URL, escaped, without a query
	Err    error   // an [*Error] where there was an answer
	Lookup *Lookup // nil where [WithCreateLookup] was not given or the context had ended
}

// Error reads like "POST /projects/p/imports: it is not known whether this was
// carried out: unexpected EOF".
func (e *UnknownOutcomeError) Error() string {
	text := fmt.Sprintf("%s %s: it is not known whether this was carried out: %v", e.Method, e.Path, e.Err)
	if e.Lookup != nil {
		text += "; " + e.Lookup.String()
	}
	return text
}

// Unwrap returns Err.
func (e *UnknownOutcomeError) Unwrap() error { return e.Err }
