package api

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// ErrArchiveSize says that an archive does not have the size that was announced:
// by the caller, for the reader of an upload, or by the server, for a download.
// A download that merely ends too early is an [io.ErrUnexpectedEOF].
var ErrArchiveSize = errors.New("the archive does not have the announced size")

var (
	errReadBefore = errors.New("the reader of the archive was read before and cannot seek")
	errStopped    = errors.New("the upload was stopped")
	errNotSent    = errors.New("the server reported success before the whole archive was sent")
)

// upload is an archive that is uploaded. The transport reads it in a goroutine of
// its own and may still do so after the response has come; it may also start
// again while an attempt before is still being read. So only the newest reading
// gets bytes, and none does after stop.
type upload struct {
	reader   io.Reader
	seeker   io.Seeker // reader, if it can be rewound to start; else nil
	start    int64
	size     int64
	name     string
	closer   io.Closer // nil if the reader is the caller's to close
	progress func(done, total int64)

	reading sync.Mutex // held while reader is read or moved

	mu      sync.Mutex // guards what follows
	used    bool
	current *reading // the one that may read
	whole   bool     // it has read the archive to its end
	err     error    // why it could not
}

// reading is one reading of an archive from its start. It counts as complete
// only when it has seen the end at the announced size.
type reading struct {
	upload *upload
	left   int64 // guarded by upload.reading
	meter  meter // guarded by upload.mu
}

// open begins a reading and ends the one before.
func (u *upload) open() (*reading, error) {
	next := &reading{upload: u, left: u.size, meter: meter{report: u.progress, total: u.size}}
	u.mu.Lock()
	again := u.used
	u.used, u.current, u.whole, u.err = true, next, false, nil
	u.mu.Unlock()
	if u.seeker == nil {
		if again {
			return nil, errReadBefore
		}
		return next, nil
	}
	u.reading.Lock()
	defer u.reading.Unlock()
	if _, err := u.seeker.Seek(u.start, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewinding the archive: %w", err)
	}
	return next, nil
}

// stop ends the present reading. A reader that can seek is a file or memory and
// a Read of it soon returns, so stop waits for it; another one may block in it for
// ever.
func (u *upload) stop() {
	u.mu.Lock()
	u.current = nil
	u.mu.Unlock()
	if u.seeker == nil && u.closer == nil {
		return
	}
	u.reading.Lock()
	defer u.reading.Unlock()
	if u.closer != nil {
		_ = u.closer.Close() // opened for reading: nothing can be lost
	}
}

// result is nil if the last reading has read the archive to its end.
func (u *upload) result() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err == nil && !u.whole {
		return errNotSent
	}
	return u.err
}

// Read yields exactly the announced number of bytes and then io.EOF. It fails
// if the archive is shorter or longer.
func (r *reading) Read(p []byte) (int, error) {
	u := r.upload
	u.reading.Lock()
	defer u.reading.Unlock()
	u.mu.Lock()
	current := u.current == r
	u.mu.Unlock()
	switch {
	case !current:
		return 0, errStopped
	case len(p) == 0:
		return 0, nil
	case r.left == 0:
		if err := r.end(); err != nil {
			return 0, r.note(false, err)
		}
		return 0, r.note(true, io.EOF)
	}
	n, err := u.reader.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	if !r.count(n) {
		return 0, errStopped
	}
	switch {
	case err == nil, errors.Is(err, io.EOF) && r.left == 0:
		return n, nil
	case errors.Is(err, io.EOF):
		err = fmt.Errorf("%w: it ends after %d of %d bytes", ErrArchiveSize, u.size-r.left, u.size)
	default:
		err = fmt.Errorf("reading the archive: %w", err)
	}
	return n, r.note(false, err)
}

// count reports the progress, and returns whether the reading continues. It holds
// the lock, since nothing may be reported after stop.
func (r *reading) count(n int) bool {
	r.upload.mu.Lock()
	defer r.upload.mu.Unlock()
	if r.upload.current != r {
		return false
	}
	r.meter.add(n)
	return true
}

// end reports whether the reader ends here, as it should.
func (r *reading) end() error {
	n, err := io.ReadFull(r.upload.reader, make([]byte, 1))
	switch {
	case n > 0:
		return fmt.Errorf("%w: there is more after %d bytes", ErrArchiveSize, r.upload.size)
	case err != io.EOF:
		return fmt.Errorf("reading the archive: %w", err)
	}
	return nil
}

// note keeps how the reading ended, for result, and returns err.
func (r *reading) note(whole bool, err error) error {
	u := r.upload
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.current == r {
		if u.whole = whole; whole {
			r.meter.end() // of an empty archive
		} else {
			u.err = err
		}
	}
	return err
}

// Close ends the reading. The transport may call it while it still reads.
func (r *reading) Close() error {
	u := r.upload
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.current == r {
		u.current = nil
	}
	return nil
}
