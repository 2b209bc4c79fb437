package server

import (
	"errors"
	"net/http"
	"syscall"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/plan"
	"github.com/ubiops-contrib/transfer/api/server/internal/blob"
	"github.com/ubiops-contrib/transfer/api/server/internal/engine"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// answer gives an error of the engine the status that it has in the contract.
// What it does not know stays as it is and becomes a 500.
func answer(err error, what string) error {
	if refused, ok := errors.AsType[*plan.RefusedError](err); ok {
		if refused.Conflict() {
			return &middleware.Error{Status: http.StatusConflict, Message: "Objects exist already", Detail: refused.Error()}
		}
		return &middleware.Error{Status: http.StatusBadRequest, Message: "The request cannot be carried out", Detail: refused.Error()}
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
		return &middleware.Error{Status: http.StatusServiceUnavailable, Message: "The server's database is busy; try again later", Err: err}
	}
	if errors.Is(err, blob.ErrUnreachable) {
		return &middleware.Error{Status: http.StatusServiceUnavailable, Message: "The server's archives cannot be reached; try again later", Err: err}
	}
	return err
}
