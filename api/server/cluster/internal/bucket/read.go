package bucket

import (
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/minio/minio-go/v7"
)

const (
	// windowSize is what a reader keeps of what it has read last: the same bytes are
	// read twice, to check them and to give them.
	windowSize = 1 << 20
	// firstRange is how many bytes are asked for at first, and then ever more as long
	// as reading goes on where it was.
	firstRange = 1 << 20
	mostRange  = 1 << 30
)

// An object is a blob that is read from its bucket.
type object struct {
	bucket *Bucket
	ctx    context.Context // that the blob was opened with
	key    string
	size   int64

	mu     sync.Mutex
	window []byte        // what was read last
	begin  int64         // where that is
	body   io.ReadCloser // what follows it; nil for nothing
	rest   int64         // bytes in body
	ahead  int64         // bytes to ask for next time
}

// ReadAt implements [io.ReaderAt].
func (o *object) ReadAt(p []byte, off int64) (n int, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for n < len(p) && err == nil {
		at := off + int64(n)
		end := o.begin + int64(len(o.window))
		switch {
		case at >= o.size:
			err = io.EOF
		case at >= o.begin && at < end:
			n += copy(p[n:], o.window[at-o.begin:])
		default:
			if at != end {
				o.jump(at)
			}
			err = o.fill(len(p) - n)
		}
	}
	return n, err
}

// jump lets reading go on elsewhere.
func (o *object) jump(at int64) {
	o.drop()
	o.window, o.begin, o.ahead = o.window[:0], at, firstRange
}

// fill reads so many bytes into the window, if they fit.
func (o *object) fill(n int) error {
	if o.window == nil {
		o.window = make([]byte, 0, min(windowSize, o.size))
		o.ahead = firstRange
	}
	if len(o.window) == cap(o.window) {
		o.begin += int64(len(o.window) - len(o.window)/2)
		o.window = append(o.window[:0], o.window[len(o.window)-len(o.window)/2:]...)
	}
	at := o.begin + int64(len(o.window))
	if o.rest == 0 {
		if err := o.ask(at); err != nil {
			return err
		}
	}
	n = int(min(int64(n), int64(cap(o.window)-len(o.window)), o.rest))
	read, err := io.ReadFull(o.body, o.window[len(o.window):len(o.window)+n])
	o.window = o.window[:len(o.window)+read]
	o.rest -= int64(read)
	if err != nil {
		o.drop()
		return o.bucket.fault(o.ctx, o.key, err)
	}
	return nil
}

// ask asks for what begins at a place.
func (o *object) ask(at int64) error {
	o.drop()
	n := min(o.ahead, o.size-at)
	o.ahead = min(4*o.ahead, mostRange)
	var options minio.GetObjectOptions
	if err := options.SetRange(at, at+n-1); err != nil {
		return err
	}
	body, info, _, err := o.bucket.client.GetObject(o.ctx, o.bucket.name, o.bucket.object(o.key), options)
	if err != nil {
		return o.bucket.fault(o.ctx, o.key, err)
	}
	o.body, o.rest = body, n
	if info.Size != n {
		o.drop()
		return o.bucket.fault(o.ctx, o.key, fmt.Errorf("%d bytes were asked for and %d came", n, info.Size))
	}
	return nil
}

func (o *object) drop() {
	if o.body != nil {
		_ = o.body.Close() // only read
	}
	o.body, o.rest = nil, 0
}

// Close implements [io.Closer].
func (o *object) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drop()
	return o.bucket.release(o.ctx, o.key)
}
