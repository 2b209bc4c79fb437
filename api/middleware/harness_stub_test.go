package middleware_test

import (
	"context"
	"net/http"

	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/gen/server"
)

// stub is a strict implementation; a test gives the operations that it
// needs.
type stub struct {
	server.StrictUnimplemented
	list     func(context.Context, server.ExportsListRequestObject) (server.ExportsListResponseObject, error)
	create   func(context.Context, server.ExportsCreateRequestObject) (server.ExportsCreateResponseObject, error)
	remove   func(context.Context, server.ExportsDeleteRequestObject) (server.ExportsDeleteResponseObject, error)
	get      func(context.Context, server.ExportsGetRequestObject) (server.ExportsGetResponseObject, error)
	download func(context.Context, server.ExportsDownloadRequestObject) (server.ExportsDownloadResponseObject, error)
	imports  func(context.Context, server.ImportsListRequestObject) (server.ImportsListResponseObject, error)
	upload   func(context.Context, server.ImportsCreateRequestObject) (server.ImportsCreateResponseObject, error)
	update   func(context.Context, server.ImportsUpdateRequestObject) (server.ImportsUpdateResponseObject, error)
	fetch    func(context.Context, server.ImportsDownloadRequestObject) (server.ImportsDownloadResponseObject, error)
}

func (s stub) ExportsList(ctx context.Context, r server.ExportsListRequestObject) (server.ExportsListResponseObject, error) {
	if s.list == nil {
		return server.ExportsList200JSONResponse{}, nil
	}
	return s.list(ctx, r)
}

func (s stub) ExportsCreate(ctx context.Context, r server.ExportsCreateRequestObject) (server.ExportsCreateResponseObject, error) {
	if s.create == nil {
		return server.ExportsCreate201JSONResponse{Body: models.ExportList{ID: exportID}}, nil
	}
	return s.create(ctx, r)
}

func (s stub) ExportsDelete(ctx context.Context, r server.ExportsDeleteRequestObject) (server.ExportsDeleteResponseObject, error) {
	if s.remove == nil {
		return server.ExportsDelete204Response{}, nil
	}
	return s.remove(ctx, r)
}

func (s stub) ExportsGet(ctx context.Context, r server.ExportsGetRequestObject) (server.ExportsGetResponseObject, error) {
	if s.get == nil {
		return server.ExportsGet200JSONResponse{Body: models.ExportDetail{ID: r.ExportID}}, nil
	}
	return s.get(ctx, r)
}

func (s stub) ExportsDownload(ctx context.Context, r server.ExportsDownloadRequestObject) (server.ExportsDownloadResponseObject, error) {
	return s.download(ctx, r)
}

func (s stub) ImportsList(ctx context.Context, r server.ImportsListRequestObject) (server.ImportsListResponseObject, error) {
	if s.imports == nil {
		return server.ImportsList200JSONResponse{}, nil
	}
	return s.imports(ctx, r)
}

func (s stub) ImportsCreate(ctx context.Context, r server.ImportsCreateRequestObject) (server.ImportsCreateResponseObject, error) {
	if s.upload == nil {
		return server.ImportsCreate201JSONResponse{Body: models.ImportList{ID: exportID}}, nil
	}
	return s.upload(ctx, r)
}

func (s stub) ImportsUpdate(ctx context.Context, r server.ImportsUpdateRequestObject) (server.ImportsUpdateResponseObject, error) {
	if s.update == nil {
		return server.ImportsUpdate200JSONResponse{Body: models.ImportDetail{ID: r.ImportID}}, nil
	}
	return s.update(ctx, r)
}

func (s stub) ImportsDownload(ctx context.Context, r server.ImportsDownloadRequestObject) (server.ImportsDownloadResponseObject, error) {
	return s.fetch(ctx, r)
}

// bare is a non-strict implementation; a test gives the operations that it
// needs, and the others are nil.
type bare struct {
	server.ServerInterface
	list     http.HandlerFunc
	create   http.HandlerFunc
	update   http.HandlerFunc
	upload   http.HandlerFunc
	download http.HandlerFunc
	remove   http.HandlerFunc
}

func (b bare) ExportsList(w http.ResponseWriter, r *http.Request, _ models.ProjectName, _ models.ExportsListParams) {
	b.list(w, r)
}

func (b bare) ExportsCreate(w http.ResponseWriter, r *http.Request, _ models.ProjectName, _ models.ExportsCreateParams) {
	b.create(w, r)
}

func (b bare) ImportsUpdate(w http.ResponseWriter, r *http.Request, _ models.ProjectName, _ models.ImportID) {
	b.update(w, r)
}

func (b bare) ImportsCreate(w http.ResponseWriter, r *http.Request, _ models.ProjectName) {
	b.upload(w, r)
}

func (b bare) ExportsDownload(w http.ResponseWriter, r *http.Request, _ models.ProjectName, _ models.ExportID, _ models.ExportsDownloadParams) {
	b.download(w, r)
}

func (b bare) ExportsDelete(w http.ResponseWriter, r *http.Request, _ models.ProjectName, _ models.ExportID) {
	b.remove(w, r)
}
