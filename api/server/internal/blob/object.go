package blob

import (
	"context"
	"errors"
	"io"

	gcblob "gocloud.dev/blob"
)

// object is a blob in a bucket that is no folder.
type object struct {
	ctx    context.Context // that it was opened with
	bucket *Bucket
	key    string
}

func (o *object) Close() error { return nil }

func (o *object) readAt(p []byte, off int64) (int, error) {
	r, err := o.openRange(off, int64(len(p)))
	if err != nil {
		return 0, err
	}
	n, err := io.ReadFull(r, p)
	return n, errors.Join(err, r.Close())
}

func (o *object) openRange(off, n int64) (io.ReadCloser, error) {
	if err := o.ctx.Err(); err != nil {
		return nil, err
	}
	r, err := o.bucket.bucket.NewRangeReader(o.ctx, o.key, off, n, nil)
	if err != nil {
		return nil, o.bucket.fault(o.key, err)
	}
	return &objectRange{object: o, reader: r, left: n}, nil
}

// objectRange is the body of one request.
type objectRange struct {
	object *object
	reader *gcblob.Reader
	left   int64
}

func (r *objectRange) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	if err := r.object.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.reader.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	switch {
	case errors.Is(err, io.EOF) && r.left == 0:
		err = nil // it comes with the next Read
	case errors.Is(err, io.EOF):
		err = r.object.bucket.fault(r.object.key, io.ErrUnexpectedEOF)
	case err != nil:
		err = r.object.bucket.fault(r.object.key, err)
	}
	return n, err
}

func (r *objectRange) Close() error { return r.reader.Close() }
