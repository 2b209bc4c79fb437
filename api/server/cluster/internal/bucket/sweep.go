package bucket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/minio/minio-go/v7"
)

// Sweep implements [store.Blobs]. It leaves what another living replica has written, and
// takes what a dead one has, whatever its age: a replica that is not among those that
// live makes nothing known any more.
func (b *Bucket) Sweep(ctx context.Context, keep func(key string) (bool, error), before time.Time) (removed int, err error) {
	s := sweep{bucket: b, own: b.replicas.Session(), before: before}
	if s.live, err = b.replicas.Replicas(ctx); err == nil {
		err = errors.Join(s.objects(ctx, keep), s.uploads(ctx))
	}
	if err = errors.Join(append(s.failed, err)...); err != nil {
		err = fmt.Errorf("sweeping blobs: %w", err)
	}
	return s.removed, err
}

type sweep struct {
	bucket  *Bucket
	live    []string // before anything is looked at
	own     string
	before  time.Time
	removed int
	failed  []error
}

// mayRemove reports whether a name is the key of a blob that this replica may remove.
func (s *sweep) mayRemove(key string, written time.Time) bool {
	const one = len("00000000-0000-0000-0000-000000000000")
	if len(key) != 2*one+1 || uuid.Validate(key[:one]) != nil || uuid.Validate(key[one+1:]) != nil || key != strings.ToLower(key) {
		return false
	}
	session := key[one+1:]
	if session != s.own {
		return !slices.Contains(s.live, session)
	}
	s.bucket.mu.Lock()
	defer s.bucket.mu.Unlock()
	return written.Before(s.before) && !s.bucket.writing[key]
}

func (s *sweep) objects(ctx context.Context, keep func(string) (bool, error)) error {
	ctx, cancel := context.WithCancel(ctx) // the listing ends with it
	defer cancel()
	b := s.bucket
	for info := range b.client.ListObjectsIter(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix}) {
		if err := errors.Join(info.Err, ctx.Err()); err != nil {
			return b.fault(ctx, "", err)
		}
		key := strings.TrimPrefix(info.Key, b.prefix)
		if !s.mayRemove(key, info.LastModified) {
			continue
		}
		if kept, err := keep(key); err != nil {
			return err
		} else if kept {
			continue
		}
		s.took(b.remove(ctx, key))
	}
	return ctx.Err()
}

// uploads ends those that were never completed.
func (s *sweep) uploads(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b := s.bucket
	for upload := range b.client.ListIncompleteUploads(ctx, b.name, b.prefix, true) {
		if upload.Err != nil {
			return b.fault(ctx, "", upload.Err)
		}
		key := strings.TrimPrefix(upload.Key, b.prefix)
		if !s.mayRemove(key, upload.Initiated) {
			continue
		}
		err := b.client.AbortMultipartUpload(ctx, b.name, upload.Key, upload.UploadID)
		if minio.ToErrorResponse(err).Code == minio.NoSuchUpload {
			continue // it has come to its end meanwhile
		}
		s.took(b.fault(ctx, key, err))
	}
	return ctx.Err()
}

func (s *sweep) took(err error) {
	if err == nil {
		s.removed++
	} else {
		s.failed = append(s.failed, err)
	}
}
