package middleware

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/ubiops-contrib/transfer/gen/server"
)

// NewStrict turns an implementation of the generated strict interface into a
// handler that serves it under each of opts.BaseURLs. The implementation returns its
// errors, an [*Error] if the client is to read it.
//
// A nil response without an error is answered with 500, and so is a response
// whose status is neither in the contract nor one of success: that is an error
// of the implementation, and Options.OnError is told. [server.ErrNotImplemented]
// is answered with 501.
//
// The error says everything that is wrong with opts.
func NewStrict(impl server.StrictServerInterface, opts Options) (http.Handler, error) {
	var inner server.ServerInterface
	if impl != nil {
		inner = server.NewStrictHandlerWithOptions(impl,
			[]server.StrictMiddlewareFunc{complete},
			server.StrictHTTPServerOptions{
				RequestErrorHandlerFunc:  writeDecodeError,
				ResponseErrorHandlerFunc: WriteError,
			})
	}
	return New(inner, opts)
}

// writeDecodeError answers a body that was validated and still does not fit
// the Go type.
func writeDecodeError(w http.ResponseWriter, r *http.Request, err error) {
	WriteError(w, r, badJSON(err))
}

// complete checks what the implementation returned.
func complete(next server.StrictHandlerFunc, operation string) server.StrictHandlerFunc {
	return func(ctx context.Context, w http.ResponseWriter, r *http.Request, request any) (any, error) {
		result, err := next(ctx, w, r, request)
		switch {
		case errors.Is(err, server.ErrNotImplemented):
			return nil, &Error{Status: http.StatusNotImplemented, Message: "not implemented", Detail: "this server does not offer the operation", Err: err}
		case err != nil:
			return nil, fmt.Errorf("%s: %w", operation, err)
		case result == nil:
			return nil, errors.New(operation + " returned neither a response nor an error")
		}
		if rw := unwrap(w); rw != nil {
			rw.strict = true
		}
		return result, nil
	}
}
