package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"time"

	"github.com/google/uuid"
)

// bytesInMemory are the blobs of a [NewMemory].
type bytesInMemory struct {
	mu    sync.RWMutex
	blobs map[string]kept // nil when it is closed
}

type kept struct {
	data    []byte
	written time.Time
}

// Write implements [Blobs].
func (m *bytesInMemory) Write(ctx context.Context, write func(io.Writer) error) (Blob, error) {
	if err := ctx.Err(); err != nil {
		return Blob{}, err
	}
	to := &memoryWriter{ctx: ctx}
	err := write(to)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return Blob{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.blobs == nil {
		return Blob{}, errClosed
	}
	key := uuid.NewString()
	m.blobs[key] = kept{to.data.Bytes(), time.Now()}
	var sums Sums
	_, _ = sums.Write(to.data.Bytes()) // which does not fail
	return Blob{Key: key, Size: int64(to.data.Len()), Sums: sums.String()}, nil
}

// memoryWriter writes until its context ends.
type memoryWriter struct {
	ctx  context.Context
	data bytes.Buffer
}

func (w *memoryWriter) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.data.Write(p)
}

func (w *memoryWriter) ReadFrom(r io.Reader) (int64, error) {
	return w.data.ReadFrom(readerFunc(func(p []byte) (int, error) {
		if err := w.ctx.Err(); err != nil {
			return 0, err
		}
		return r.Read(p)
	}))
}

// Open implements [Blobs].
func (m *bytesInMemory) Open(ctx context.Context, b Blob) (Reader, error) {
	if err := errors.Join(ctx.Err(), CheckKey(b.Key)); err != nil {
		return nil, err
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	kept, ok := m.blobs[b.Key]
	if !ok {
		return nil, fmt.Errorf("blob %s: %w", b.Key, fs.ErrNotExist)
	}
	return NewReader(ctx, bytes.NewReader(kept.data), int64(len(kept.data)), b)
}

// Delete implements [Blobs].
func (m *bytesInMemory) Delete(ctx context.Context, keys ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var errs []error
	for _, key := range keys {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(errs, err)...)
		}
		errs = append(errs, CheckKey(key))
		delete(m.blobs, key)
	}
	return errors.Join(errs...)
}

// Sweep implements [Blobs].
func (m *bytesInMemory) Sweep(ctx context.Context, keep func(string) (bool, error), before time.Time) (removed int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, b := range m.blobs {
		if !b.written.Before(before) {
			continue
		}
		kept, err := keep(key)
		if err = errors.Join(ctx.Err(), err); err != nil {
			return removed, fmt.Errorf("sweeping blobs: %w", err)
		}
		if !kept {
			delete(m.blobs, key)
			removed++
		}
	}
	return removed, nil
}

// Ping implements [Blobs].
func (m *bytesInMemory) Ping(ctx context.Context) error { return ctx.Err() }

func (m *bytesInMemory) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.blobs = nil
}
