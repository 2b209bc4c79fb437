package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// ErrUploadSize says that the reader of an archive yielded another number of
// bytes than was announced.
var ErrUploadSize = errors.New("the archive does not have the announced size")

var (
	errReadBefore = errors.New("the reader of the archive was read before and cannot seek")
	errStopped    = errors.New("the upload was stopped")
	errNotSent    = errors.New("the server reported success before the whole archive was sent")
)

// UploadProgress has p told how far the upload of an archive is: its own bytes,
// without the form around them. It is not called where nothing is uploaded.
func UploadProgress(p Progress) ImportOption {
	return func(c *importChoices) { c.progress = p }
}

// archive is what is uploaded. The transport reads it in a goroutine of its own
// and may go on doing so after the answer has come; it may also start again
// while the first attempt is still being read. So only the newest attempt gets
// bytes, and none does after stop.
type archive struct {
	reader io.Reader
	seeker io.Seeker // reader, where it can be rewound to start; else nil
	start  int64
	size   int64
	name   string
	closer io.Closer // nil where the reader is the caller's to close

	reading sync.Mutex // held while reader is read or moved

	mu      sync.Mutex // guards what follows
	used    bool
	current *attempt // the one that may read
	whole   bool     // it has read the archive to its end
	err     error    // why it could not
}

// attempt is one reading of an archive from its start. It counts as complete
// only when it has seen the end at the announced size.
type attempt struct {
	archive *archive
	reader  io.Reader
	left    int64 // guarded by archive.reading
	meter   meter // guarded by archive.mu
}

// open begins an attempt and ends the one before.
func (a *archive) open(ctx context.Context, p Progress) (*attempt, error) {
	next := &attempt{archive: a, reader: a.reader, left: a.size, meter: meter{tell: p, total: a.size}}
	a.mu.Lock()
	again := a.used
	a.used, a.current, a.whole, a.err = true, next, false, nil
	a.mu.Unlock()
	if a.seeker == nil {
		if again {
			return nil, errReadBefore
		}
		next.reader = newInterruptible(ctx, a.reader)
		return next, nil
	}
	a.reading.Lock()
	defer a.reading.Unlock()
	if _, err := a.seeker.Seek(a.start, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewinding the archive: %w", err)
	}
	return next, nil
}

// stop ends the present attempt. A reader that can seek is a file or memory and
// soon done with a Read, so that it is waited for; another one may block in it
// for ever.
func (a *archive) stop() {
	a.mu.Lock()
	a.current = nil
	a.mu.Unlock()
	if a.seeker == nil && a.closer == nil {
		return
	}
	a.reading.Lock()
	defer a.reading.Unlock()
	if a.closer != nil {
		_ = a.closer.Close() // opened for reading: nothing can be lost
	}
}

// result is nil when the last attempt has read the archive to its end.
func (a *archive) result() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil && !a.whole {
		return errNotSent
	}
	return a.err
}

// Read yields exactly the announced number of bytes and then io.EOF. It fails
// where the archive ends before that or goes on after it.
func (t *attempt) Read(p []byte) (int, error) {
	a := t.archive
	a.reading.Lock()
	defer a.reading.Unlock()
	a.mu.Lock()
	mine := a.current == t
	a.mu.Unlock()
	switch {
	case !mine:
		return 0, errStopped
	case len(p) == 0:
		return 0, nil
	case t.left == 0:
		if err := t.end(); err != nil {
			return 0, t.note(false, err)
		}
		return 0, t.note(true, io.EOF)
	}
	n, err := t.reader.Read(p[:min(int64(len(p)), t.left)])
	t.left -= int64(n)
	t.count(n)
	switch {
	case err == nil, errors.Is(err, io.EOF) && t.left == 0:
		return n, nil
	case errors.Is(err, io.EOF):
		err = fmt.Errorf("%w: it ends after %d of %d bytes", ErrUploadSize, a.size-t.left, a.size)
	default:
		err = fmt.Errorf("reading the archive: %w", err)
	}
	return n, t.note(false, err)
}

// count tells the progress. Under the lock, since nothing may be told after stop.
func (t *attempt) count(n int) {
	t.archive.mu.Lock()
	defer t.archive.mu.Unlock()
	if t.archive.current == t {
		t.meter.add(n)
	}
}

// end reports whether the reader ends here, as it should.
func (t *attempt) end() error {
	n, err := io.ReadFull(t.reader, make([]byte, 1))
	switch {
	case n > 0:
		return fmt.Errorf("%w: it goes on after %d bytes", ErrUploadSize, t.archive.size)
	case err != io.EOF:
		return fmt.Errorf("reading the archive: %w", err)
	}
	return nil
}

// note keeps how the attempt ended, for result, and returns err.
func (t *attempt) note(whole bool, err error) error {
	a := t.archive
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.current == t {
		if a.whole = whole; whole {
			t.meter.end() // of an empty archive
		} else {
			a.err = err
		}
	}
	return err
}

// Close ends the attempt. The transport may call it while it still reads.
func (t *attempt) Close() error {
	a := t.archive
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.current == t {
		a.current = nil
	}
	return nil
}
