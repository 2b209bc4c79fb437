package cli

import (
	"context"
	"errors"
	"net"
	"net/http"

	"github.com/ubiops-contrib/transfer/api"
)

// What the command exits with. Commands that take the place of the official ones
// know only 0, 1, [exitUsage] and 130.
const (
	exitFailed      = 1   // usage too
	exitChanges     = 2   // there are changes, if that was asked
	exitDifferent   = 3   // all has arrived, but is different
	exitRefused     = 4   // before anything was sent
	exitUnreachable = 5   // the host, or it does not allow this
	exitInterrupted = 130 // by Ctrl-C or SIGTERM
)

// exitUsage is what the official command exits with if it cannot read its
// arguments.
const exitUsage = 2

// exitError is an error that says what the command exits with.
type exitError struct {
	error
	code int
}

func (e *exitError) Unwrap() error { return e.error }

// exitWith lets the command exit with a code other than what the error itself
// stands for.
func exitWith(code int, err error) error { return &exitError{err, code} }

// ExitCode is what the command exits with after an error of [Run].
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	if e, ok := errors.AsType[*exitError](err); ok {
		return e.code
	}
	if unreachable(err) {
		return exitUnreachable
	}
	return exitFailed
}

// unreachable reports whether a host could not be reached, or does not allow what
// was asked.
func unreachable(err error) bool {
	if e, ok := errors.AsType[*api.Error](err); ok {
		return e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}
