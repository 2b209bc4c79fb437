package server

import (
	"context"
	"errors"
	"io/fs"
	"net/http"

	"github.com/ubiops-contrib/transfer/api/middleware"
	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// download answers an archive, if it is there.
func (o *operations) download(ctx context.Context, kind, status, project, id, key string) (middleware.Archive, error) {
	if key == "" {
		return middleware.Archive{}, &middleware.Error{Status: http.StatusConflict, Message: "The " + kind + " is " + status + "; it has no archive"}
	}
	blob, b, err := o.open(ctx, key)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, store.ErrNotFound): // deleted since the row was read
		return middleware.Archive{}, &middleware.Error{Status: http.StatusNotFound, Message: "The " + kind + " does not exist"}
	case err != nil:
		return middleware.Archive{}, answer(err, kind)
	}
	return middleware.Archive{Content: store.Checked(b, blob), Name: project + "-" + kind + "-" + id + ".zip", ETag: key}, nil
}

// open returns the row of a blob and its content.
func (o *operations) open(ctx context.Context, key string) (blob store.Blob, r store.Reader, err error) {
	err = o.Store.Look(ctx, func(tx store.Tx) (err error) {
		blob, err = tx.Blob(key)
		return err
	})
	if err == nil {
		r, err = o.Blobs.Open(ctx, key)
	}
	return blob, r, err
}
