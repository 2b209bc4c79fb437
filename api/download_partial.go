package api

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json"
)

// ErrDownloadInUse says that the same archive is being downloaded to the same
// file already, by this process or another one.
var ErrDownloadInUse = errors.New("another download to this file is under way")

// partial is the file that an archive grows in, beside its destination. Its name is
// made from what is downloaded to where, so that a later call finds it. A second
// file has the lock and what must be known to continue: it is locked as long as
// anybody works on either.
//
// Without locks the name is unique and no later call finds the file:
// nothing is ever shared.
type partial struct {
	*os.File
	lock *lockFile // nil if there are no locks
	from version
}

// version says which archive the bytes of a partial file are of.
type version struct {
	Size int64  `json:"size"` // of the whole archive, -1 if it is not known
	ETag string `json:"etag"`
}

const maxOrigins = 64 << 10 // bytes that they are encoded in

// openPartial opens or makes the partial file of what the identity names.
func openPartial(dir string, identity ...string) (*partial, error) {
	sum := sha256.Sum256([]byte(strings.Join(identity, "\x00")))
	name := filepath.Join(dir, fmt.Sprintf(".download-%x", sum[:16]))
	lock, err := openLocked(name + ".lock")
	if errors.Is(err, errors.ErrUnsupported) {
		return ownPartial(dir)
	}
	if err != nil {
		return nil, err
	}
	p := &partial{lock: lock}
	err = json.UnmarshalRead(lock.content(maxOrigins), &p.from)
	if err != nil {
		// New, or from a process that was killed while it wrote this, or while it
		// gave the file its name: then it may be the destination already.
		p.from, err = version{}, os.Remove(name+".part")
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err == nil {
		p.File, err = openRegular(name + ".part")
	}
	if err != nil {
		return nil, errors.Join(err, lock.remove())
	}
	return p, nil
}

// ownPartial makes a partial file that no other call finds.
func ownPartial(dir string) (*partial, error) {
	f, err := os.CreateTemp(dir, ".download-*.part")
	if err != nil {
		return nil, err
	}
	return &partial{File: f}, nil
}

// openRegular opens or makes a private file and follows no link.
func openRegular(path string) (*os.File, error) {
	if err := regular(path); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // G304: in the caller's directory
}

// regular fails if there is something other than a regular file at a path.
func regular(path string) error {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not a regular file", path)
	}
	return nil
}

// restart empties the file.
func (p *partial) restart() error {
	if err := p.Truncate(0); err != nil {
		return err
	}
	_, err := p.Seek(0, io.SeekStart)
	return err
}

// note keeps for a later call which archive the bytes are of.
func (p *partial) note(from version) error {
	if p.from == from {
		return nil
	}
	p.from = from
	return p.write()
}

// write puts p.from into the file with the lock.
func (p *partial) write() error {
	if p.lock == nil {
		return nil
	}
	text, err := json.Marshal(p.from)
	if err != nil {
		return err
	}
	return p.lock.hold(text)
}

// publish gives the file its name. Nothing but that happens to what may be at
// the destination: without overwrite it stays, otherwise it is replaced at once.
func (p *partial) publish(path string, overwrite bool) error {
	if p.lock != nil { // from here on no later call continues it
		if err := p.lock.hold(nil); err != nil {
			return err
		}
	}
	// Unlike the lock, the file is closed first: some systems do not rename an open one.
	if err := p.Close(); err != nil {
		return err
	}
	if err := p.rename(path, overwrite); err != nil {
		return errors.Join(err, p.write()) // a later call may have more luck
	}
	return nil
}

func (p *partial) rename(path string, overwrite bool) error {
	if !overwrite {
		err := os.Link(p.Name(), path)
		if err == nil {
			return nil // the other name goes with remove
		}
		if errors.Is(err, fs.ErrExist) {
			return exists(path)
		}
		if err := vacant(path); err != nil { // a file system without hard links
			return err
		}
	}
	return os.Rename(p.Name(), path)
}

func exists(path string) error {
	return &fs.PathError{Op: "download", Path: path, Err: fs.ErrExist}
}

// vacant fails if there is something at a path.
func vacant(path string) error {
	_, err := os.Lstat(path)
	if err == nil {
		return exists(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// remove leaves nothing beside the destination.
func (p *partial) remove() error {
	err := p.closeFile()                                                     // some systems remove no open one
	if removed := os.Remove(p.Name()); !errors.Is(removed, fs.ErrNotExist) { // it has become the destination
		err = errors.Join(err, removed)
	}
	if p.lock != nil {
		err = errors.Join(err, p.lock.remove())
	}
	return err
}

// keep leaves the file to a later call.
func (p *partial) keep() error {
	err := p.Sync()
	if errors.Is(err, fs.ErrClosed) { // after publish has failed
		err = nil
	}
	err = errors.Join(err, p.closeFile())
	if p.lock != nil {
		err = errors.Join(err, p.lock.Close())
	}
	return err
}

func (p *partial) closeFile() error {
	err := p.Close()
	if errors.Is(err, fs.ErrClosed) {
		err = nil
	}
	return err
}
