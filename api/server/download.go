package server

import (
	"context"
	"errors"
	"io/fs"
	"net/http"

	"github.com/ubiops-contrib/transfer/api/middleware"
)

// download answers an archive, if it is there.
func (o *operations) download(ctx context.Context, kind, status, project, id, key string) (middleware.Archive, error) {
	if key == "" {
		return middleware.Archive{}, &middleware.Error{Status: http.StatusConflict, Message: "The " + kind + " is " + status + "; it has no archive"}
	}
	b, err := o.OpenArchive(ctx, key)
	switch {
	case errors.Is(err, fs.ErrNotExist): // deleted since the row was read
		return middleware.Archive{}, &middleware.Error{Status: http.StatusNotFound, Message: "The " + kind + " does not exist"}
	case err != nil:
		return middleware.Archive{}, answer(err, kind)
	}
	return middleware.Archive{Content: b, Name: project + "-" + kind + "-" + id + ".zip", ETag: key}, nil
}
