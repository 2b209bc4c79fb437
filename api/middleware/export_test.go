package middleware

import (
	"net/http"

	"github.com/ubiops-contrib/transfer/api/internal/contract"
)

// WriteBindError is for tests of what cannot be reached from outside.
var WriteBindError func(http.ResponseWriter, *http.Request, error) = writeBindError

// Disposition is for a table of file names.
var Disposition = disposition

// NewRateLimiter returns a rate limiter as two functions: one counts a request
// from an address, one returns how many sources are remembered.
func NewRateLimiter() (take func(remote string) int, sources func() int) {
	l := &rateLimiter{limit: 1}
	take = func(remote string) int {
		used, _ := l.take(Client(remote))
		return used
	}
	return take, func() int { return len(l.count) }
}

// EmptyObjects changes the body of an imports_update.
func EmptyObjects(data []byte) error {
	operations, err := contract.Operations()
	if err != nil {
		return err
	}
	emptyObjects(data, operations["PATCH /projects/{project_name}/imports/{import_id}"].Schema)
	return nil
}
