package server

import (
	"errors"
	"net/http"
	"syscall"
	"time"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server/internal/blob"
	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// retryAfter is when a client may try again what has not been done.
const retryAfter = 2 * time.Second

// maxReasons bounds the reasons of a refusal, in characters, so that they are not
// more bytes than an answer takes.
const maxReasons = 1 << 18

// answer gives an error of the engine the status that it has in the contract.
// What it does not know stays as it is and becomes a 500.
func answer(err error, what string) error {
	if refused, ok := errors.AsType[*plan.RefusedError](err); ok {
		reasons := make([]string, len(refused.Problems))
		for i, problem := range refused.Problems {
			reasons[i] = problem.String()
		}
		detail := engine.First(reasons, maxReasons)
		if refused.Conflict() {
			return &middleware.Error{Status: http.StatusConflict, Message: "Objects exist already", Detail: detail}
		}
		return &middleware.Error{Status: http.StatusBadRequest, Message: "The request cannot be carried out", Detail: detail}
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
	if errors.Is(err, syscall.ENOSPC) {
		return &middleware.Error{Status: http.StatusInsufficientStorage, Message: "The server has no space left", Err: err}
	}
	if errors.Is(err, store.ErrBusy) {
		return &middleware.Error{Status: http.StatusServiceUnavailable, Message: "The server's database is busy; try again later", Err: err, RetryAfter: retryAfter}
	}
	if errors.Is(err, blob.ErrUnavailable) {
		return &middleware.Error{Status: http.StatusServiceUnavailable, Message: "The server's archives cannot be reached; try again later", Err: err, RetryAfter: retryAfter}
	}
	return err
}
