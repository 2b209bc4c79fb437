package middleware

import (
	"context"
	"net/http"

	"github.com/ubiops-contrib/transfer/gen/server"
)

// Unimplemented answers every operation with 501. A type that embeds it
// implements the strict interface from its first method on, and goes on doing
// so when the contract gains an operation.
type Unimplemented struct{}

var _ server.StrictServerInterface = Unimplemented{}

func notImplemented() error {
	return &Error{Status: http.StatusNotImplemented, Message: "not implemented", Detail: "this server does not offer the operation"}
}

// ExportsList answers 501.
func (Unimplemented) ExportsList(context.Context, server.ExportsListRequestObject) (server.ExportsListResponseObject, error) {
	return nil, notImplemented()
}

// ExportsCreate answers 501.
func (Unimplemented) ExportsCreate(context.Context, server.ExportsCreateRequestObject) (server.ExportsCreateResponseObject, error) {
	return nil, notImplemented()
}

// ExportsDelete answers 501.
func (Unimplemented) ExportsDelete(context.Context, server.ExportsDeleteRequestObject) (server.ExportsDeleteResponseObject, error) {
	return nil, notImplemented()
}

// ExportsGet answers 501.
func (Unimplemented) ExportsGet(context.Context, server.ExportsGetRequestObject) (server.ExportsGetResponseObject, error) {
	return nil, notImplemented()
}

// ExportsDownload answers 501.
func (Unimplemented) ExportsDownload(context.Context, server.ExportsDownloadRequestObject) (server.ExportsDownloadResponseObject, error) {
	return nil, notImplemented()
}

// ImportsList answers 501.
func (Unimplemented) ImportsList(context.Context, server.ImportsListRequestObject) (server.ImportsListResponseObject, error) {
	return nil, notImplemented()
}

// ImportsCreate answers 501.
func (Unimplemented) ImportsCreate(context.Context, server.ImportsCreateRequestObject) (server.ImportsCreateResponseObject, error) {
	return nil, notImplemented()
}

// ImportsDelete answers 501.
func (Unimplemented) ImportsDelete(context.Context, server.ImportsDeleteRequestObject) (server.ImportsDeleteResponseObject, error) {
	return nil, notImplemented()
}

// ImportsGet answers 501.
func (Unimplemented) ImportsGet(context.Context, server.ImportsGetRequestObject) (server.ImportsGetResponseObject, error) {
	return nil, notImplemented()
}

// ImportsUpdate answers 501.
func (Unimplemented) ImportsUpdate(context.Context, server.ImportsUpdateRequestObject) (server.ImportsUpdateResponseObject, error) {
	return nil, notImplemented()
}

// ImportsDownload answers 501.
func (Unimplemented) ImportsDownload(context.Context, server.ImportsDownloadRequestObject) (server.ImportsDownloadResponseObject, error) {
	return nil, notImplemented()
}
