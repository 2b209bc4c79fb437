package bucket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/minio/minio-go/v7"

	"github.com/ubiops-contrib/transfer/api/server/internal/store"
)

const (
	// partSize is what a write holds in memory. A blob has at most as many parts, so
	// 68 GiB.
	partSize = 7 << 20
	mostSize = 10_000 * partSize
)

// Write implements [store.Blobs]. A small blob is one request, a larger one is
// written in parts and appears with the last.
func (b *Bucket) Write(ctx context.Context, write func(io.Writer) error) (_ store.Blob, err error) {
	if err := ctx.Err(); err != nil {
		return store.Blob{}, err
	}
	to := &writer{bucket: b, ctx: ctx, key: uuid.NewString() + "-" + b.replicas.Session()}
	b.note(to.key, true)
	defer b.note(to.key, false)
	done := false
	defer func() { // in a panic too
		to.free()
		if !done && to.upload != "" {
			// What is left is swept.
			_ = b.client.AbortMultipartUpload(context.WithoutCancel(ctx), b.name, b.object(to.key), to.upload)
		}
	}()
	if err := write(to); err != nil {
		return store.Blob{}, err
	}
	if err := to.complete(ctx); err != nil {
		return store.Blob{}, err
	}
	done = true
	return store.Blob{Key: to.key, Size: to.size, Sums: to.sums.String()}, nil
}

func (b *Bucket) note(key string, writes bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if writes {
		b.writing[key] = true
	} else {
		delete(b.writing, key)
	}
}

// A writer collects a part and sends it.
type writer struct {
	bucket *Bucket
	ctx    context.Context
	key    string
	size   int64
	sums   store.Sums
	part   []byte
	whole  *[partSize]byte // that part lies in, once it is large
	upload string          // id
	parts  []minio.CompletePart
	failed error
}

var wholes = sync.Pool{New: func() any { return new([partSize]byte) }}

// smallPart is how long a part grows as it comes.
const smallPart = 64 << 10

// Write implements [io.Writer].
func (w *writer) Write(p []byte) (n int, err error) {
	for err = w.err(); err == nil && n < len(p); err = w.err() {
		if w.whole == nil && len(w.part)+len(p)-n > smallPart {
			w.whole = wholes.Get().(*[partSize]byte)
			w.part = append(w.whole[:0], w.part...)
		}
		if len(w.part) == partSize {
			w.send()
			continue
		}
		more := p[n:min(len(p), n+partSize-len(w.part))]
		w.part = append(w.part, more...)
		_, _ = w.sums.Write(more) // which does not fail
		n += len(more)
		w.size += int64(len(more))
	}
	return n, err
}

// ReadFrom implements [io.ReaderFrom]: the buffer of io.Copy is small.
func (w *writer) ReadFrom(r io.Reader) (int64, error) {
	return store.CopyBuffer(w.ctx, struct{ io.Writer }{w}, r)
}

func (w *writer) err() error { return errors.Join(w.ctx.Err(), w.failed) }

// send sends the part, which is not the only one.
func (w *writer) send() {
	b := w.bucket
	if w.size > mostSize {
		w.failed = fmt.Errorf("a blob in a bucket has at most %d bytes", int64(mostSize))
		return
	}
	if w.upload == "" {
		if w.upload, w.failed = b.client.NewMultipartUpload(w.ctx, b.name, b.object(w.key), minio.PutObjectOptions{}); w.failed != nil {
			w.failed = b.fault(w.ctx, w.key, w.failed)
			return
		}
	}
	number := len(w.parts) + 1
	part, err := b.client.PutObjectPart(w.ctx, b.name, b.object(w.key), w.upload, number, bytes.NewReader(w.part), int64(len(w.part)), minio.PutObjectPartOptions{})
	if err != nil {
		w.failed = b.fault(w.ctx, w.key, err)
		return
	}
	w.parts = append(w.parts, minio.CompletePart{PartNumber: number, ETag: part.ETag})
	w.part = w.part[:0]
}

func (w *writer) complete(ctx context.Context) error {
	b := w.bucket
	if w.err() == nil && w.upload != "" && len(w.part) > 0 {
		w.send()
	}
	if err := w.err(); err != nil {
		return err
	}
	var err error
	if w.upload == "" {
		_, err = b.client.PutObject(ctx, b.name, b.object(w.key), bytes.NewReader(w.part), w.size, "", "", minio.PutObjectOptions{})
	} else {
		_, err = b.client.CompleteMultipartUpload(ctx, b.name, b.object(w.key), w.upload, w.parts, minio.PutObjectOptions{})
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		// It may have been kept nevertheless.
		_ = b.remove(context.WithoutCancel(ctx), w.key)
	}
	return b.fault(ctx, w.key, err)
}

// free gives the memory of the part to others.
func (w *writer) free() {
	if w.whole != nil {
		wholes.Put(w.whole)
		w.whole, w.part = nil, nil
	}
}

// IsOf reports whether a key is one of those that a session writes.
func IsOf(key, session string) bool { return strings.HasSuffix(key, "-"+session) }
