// Package bucket keeps blobs as objects in a bucket of an S3-compatible service: the
// [store.Blobs] that several servers share.
//
// The key of a blob ends with the session of the replica that wrote it, so that a
// sweep knows whose it is: what a dead replica has left, known to no row or
// half-written, goes at once; what a living one writes is its own to sweep.
package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

// A Bucket is a [store.Blobs].
type Bucket struct {
	name, prefix string
	client       minio.Core
	replicas     Replicas

	mu      sync.Mutex
	writing map[string]bool // keys
	reading map[string]int  // how many read a key
	deleted map[string]bool // keys that go when nobody reads them any more
}

var _ store.Blobs = (*Bucket)(nil)

// Replicas knows who uses a bucket.
type Replicas interface {
	// Session is that of this replica at present.
	Session() string
	// Replicas returns the sessions of those that live.
	Replicas(ctx context.Context) ([]string, error)
}

// Open returns the blobs at a location, s3://BUCKET/PREFIX?endpoint=URL&region=NAME.
// Without an endpoint it is Amazon's. The credentials come from the environment, the
// files or the services that Amazon's own tools take them from.
func Open(location string, replicas Replicas) (*Bucket, error) {
	u, err := url.Parse(location)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil {
		return nil, errors.New("the archives must be at s3://BUCKET/PREFIX?endpoint=URL")
	}
	endpoint, err := url.Parse("https://s3.amazonaws.com")
	settings := u.Query()
	for name, values := range settings {
		switch {
		case name == "endpoint" && len(values) == 1:
			endpoint, err = url.Parse(values[0])
		case name == "region" && len(values) == 1:
		default:
			return nil, fmt.Errorf("the location of the archives: unknown or repeated setting %q", name)
		}
	}
	if err != nil || endpoint.Host == "" || endpoint.Scheme != "http" && endpoint.Scheme != "https" || strings.Trim(endpoint.Path, "/") != "" {
		return nil, errors.New("the endpoint of the archives must be http://HOST:PORT or https://HOST")
	}
	secure := endpoint.Scheme == "https"
	transport, err := minio.DefaultTransport(secure)
	if err != nil {
		return nil, err
	}
	transport.DialContext = (&net.Dialer{Timeout: 5 * time.Second}).DialContext
	transport.MaxIdleConnsPerHost = 64
	client, err := minio.NewCore(endpoint.Host, &minio.Options{
		Creds: credentials.NewChainCredentials([]credentials.Provider{
			&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{Client: &http.Client{Transport: transport}},
		}),
		Secure: secure, Region: settings.Get("region"), Transport: transport, MaxRetries: 4,
	})
	if err != nil {
		return nil, err
	}
	prefix := strings.Trim(u.Path, "/")
	if prefix != "" {
		prefix += "/"
	}
	return &Bucket{
		name: u.Host, prefix: prefix, client: *client, replicas: replicas,
		writing: make(map[string]bool), reading: make(map[string]int), deleted: make(map[string]bool),
	}, nil
}

// Open implements [store.Blobs].
func (b *Bucket) Open(ctx context.Context, blob store.Blob) (store.Reader, error) {
	if err := errors.Join(ctx.Err(), store.CheckKey(blob.Key)); err != nil {
		return nil, err
	}
	info, err := b.client.StatObject(ctx, b.name, b.object(blob.Key), minio.StatObjectOptions{})
	if err != nil {
		return nil, b.fault(ctx, blob.Key, err)
	}
	o := &object{bucket: b, ctx: ctx, key: blob.Key, size: info.Size}
	r, err := store.NewReader(ctx, o, info.Size, blob)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reading[blob.Key]++
	return r, nil
}

// Delete implements [store.Blobs]. What this replica reads goes when it is closed;
// another replica can no longer read it.
func (b *Bucket) Delete(ctx context.Context, keys ...string) error {
	var errs []error
	for _, key := range keys {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(errs, err)...)
		}
		err := store.CheckKey(key)
		if err == nil && !b.postpone(key) {
			err = b.remove(ctx, key)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (b *Bucket) postpone(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.reading[key] > 0 {
		b.deleted[key] = true
	}
	return b.reading[key] > 0
}

// release ends the reading of a key.
func (b *Bucket) release(ctx context.Context, key string) error {
	b.mu.Lock()
	b.reading[key]--
	last := b.reading[key] == 0
	remove := last && b.deleted[key]
	if last {
		delete(b.reading, key)
		delete(b.deleted, key)
	}
	b.mu.Unlock()
	if !remove {
		return nil
	}
	return b.remove(context.WithoutCancel(ctx), key)
}

func (b *Bucket) remove(ctx context.Context, key string) error {
	return b.fault(ctx, key, b.client.RemoveObject(ctx, b.name, b.object(key), minio.RemoveObjectOptions{}))
}

// Ping implements [store.Blobs].
func (b *Bucket) Ping(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx) // the listing ends with it
	defer cancel()
	for info := range b.client.ListObjectsIter(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix, MaxKeys: 1}) {
		return b.fault(ctx, "", info.Err)
	}
	return nil
}

// mark is the object that names the database of the blobs. No key has a dot.
const mark = ".database"

// Belong marks the blobs as those of a database, or fails if they are another's: its
// sweep would delete them.
func (b *Bucket) Belong(ctx context.Context, database string) error {
	var options minio.PutObjectOptions
	options.SetMatchETagExcept("*") // unless there is one
	_, err := b.client.PutObject(ctx, b.name, b.object(mark), strings.NewReader(database), int64(len(database)), "", "", options)
	if code := minio.ToErrorResponse(err).StatusCode; err != nil && code != http.StatusPreconditionFailed && code != http.StatusConflict {
		return b.fault(ctx, mark, err)
	}
	body, _, _, err := b.client.GetObject(ctx, b.name, b.object(mark), minio.GetObjectOptions{})
	if err != nil {
		return b.fault(ctx, mark, err)
	}
	defer body.Close() //nolint:errcheck // only read
	is, err := io.ReadAll(io.LimitReader(body, 100))
	if err == nil && string(is) != database {
		err = fmt.Errorf("the archives in %s/%s belong to the database %s and not to %s", b.name, b.prefix, is, database)
	}
	return err
}

func (b *Bucket) object(key string) string { return b.prefix + key }

// fault names the blob in an error. One that is not that of the blob or the context is
// [store.ErrUnavailable].
func (b *Bucket) fault(ctx context.Context, key string, err error) error {
	switch response := minio.ToErrorResponse(err); {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("blob %s: %w", key, ctx.Err())
	case response.Code == minio.NoSuchKey:
		return fmt.Errorf("blob %s: %w", key, fs.ErrNotExist)
	default:
		return fmt.Errorf("%w: bucket %s: blob %s: %w", store.ErrUnavailable, b.name, key, err)
	}
}
