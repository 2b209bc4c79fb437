package server

import (
	"errors"
	"net/http"
	"syscall"
	"time"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// retryAfter is when a client may repeat what was not done.
const retryAfter = 2 * time.Second

// answer gives an error of the engine the status that it has in the contract.
// An error that it does not know stays as it is and becomes a 500.
func answer(err error, what string) error {
	if refused, ok := errors.AsType[*plan.RefusedError](err); ok {
		return refusal(refused)
	}
	if status, ok := errors.AsType[*engine.StatusError](err); ok {
		return &middleware.Error{Status: http.StatusConflict, Message: status.Message}
	}
	if invalid, ok := errors.AsType[*engine.InvalidError](err); ok {
		return &middleware.Error{Status: http.StatusBadRequest, Message: invalid.Message}
	}
	if errors.Is(err, store.ErrNotFound) {
		return &middleware.Error{Status: http.StatusNotFound, Message: "The " + what + " does not exist"}
	}
	if errors.Is(err, store.ErrDamaged) {
		return &middleware.Error{Status: http.StatusInternalServerError, Message: "The server's copy of the archive is damaged", Err: err}
	}
	if errors.Is(err, syscall.ENOSPC) {
		return &middleware.Error{Status: http.StatusInsufficientStorage, Message: "The server has no space left", Err: err}
	}
	if errors.Is(err, store.ErrBusy) {
		return &middleware.Error{Status: http.StatusServiceUnavailable, Message: "The server's database is busy; try again later", Err: err, RetryAfter: retryAfter}
	}
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return &middleware.Error{Status: http.StatusServiceUnavailable, Message: "The server has too many open files; try again later", Err: err, RetryAfter: retryAfter}
	}
	if errors.Is(err, store.ErrUnavailable) {
		return &middleware.Error{Status: http.StatusServiceUnavailable, Message: "The server's archives cannot be reached; try again later", Err: err, RetryAfter: retryAfter}
	}
	return err
}

const (
	// maxReasons bounds the reasons of a refusal, in characters, so that they are
	// not more bytes than a response takes.
	maxReasons = 1 << 18
	// maxFirstReasons bounds those in the member error.
	maxFirstReasons = 900
)

// refusal names the first reasons in the member error, since the official
// tools show nothing else, and all of them in the detail if there are more.
func refusal(refused *plan.RefusedError) error {
	reasons := make([]string, len(refused.Problems))
	for i, problem := range refused.Problems {
		reasons[i] = problem.String()
	}
	answer := &middleware.Error{Status: http.StatusBadRequest, Message: "The request cannot be carried out: "}
	if refused.Conflict() {
		answer.Status, answer.Message = http.StatusConflict, "Objects exist already: "
	}
	first, all := engine.First(reasons, maxFirstReasons), engine.First(reasons, maxReasons)
	answer.Message += first
	if first != all {
		answer.Detail = all
	}
	return answer
}
