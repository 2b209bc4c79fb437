package middleware

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/server"
)

// NewStrict turns an implementation of the generated strict interface into a
// handler that serves it under opts.BaseURL. The implementation returns its
// errors, an [*Error] where the client is to read it.
//
// It also mends what the generated response types do when members are left
// out: a StatusCode of 0 becomes 201 for POST, 204 for DELETE, 200 for the
// others and 500 for the 5XX types; a nil list is sent as []; a nil response
// is answered with 500 instead of an empty 200.
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

// complete fills in what the implementation left out of its response.
func complete(next server.StrictHandlerFunc, operation string) server.StrictHandlerFunc {
	return func(ctx context.Context, w http.ResponseWriter, r *http.Request, request any) (any, error) {
		result, err := next(ctx, w, r, request)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", operation, err)
		}
		switch v := result.(type) {
		case nil:
			return nil, errors.New(operation + " returned neither a response nor an error")
		case server.ExportsList2XXJSONResponse:
			if v.Body == nil {
				v.Body = models.Exports{}
				result = v
			}
		case server.ImportsList2XXJSONResponse:
			if v.Body == nil {
				v.Body = models.Imports{}
				result = v
			}
		}
		if rw := unwrap(w); rw != nil {
			rw.result = result
		}
		return result, nil
	}
}

// isFailure reports whether a response of the strict interface carries an
// error. It is asked only where the status was left 0.
func isFailure(result any) bool {
	v := reflect.ValueOf(result)
	if v.Kind() != reflect.Struct {
		return false
	}
	body := v.FieldByName("Body")
	return body.IsValid() && body.Type() == reflect.TypeFor[models.Error]()
}
