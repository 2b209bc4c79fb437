package api

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"time"
)

const (
	maxStalls  = 5                      // attempts in a row that bring nothing new
	firstPause = 250 * time.Millisecond // before it continues after a break
	maxPause   = 10 * time.Second
	copyBuffer = 256 << 10
)

var errNotZIP = errors.New("the archive is not a valid ZIP file")

// fileDownload is one download of an archive to a file.
type fileDownload struct {
	remote remoteArchive
	part   *partial
	to     destination

	out    io.Writer // part
	hash   hash.Hash // of the bytes in part
	have   int64     // bytes in part
	best   int64     // the largest have so far
	known  int64     // size of the archive as known before any response; -1 if it was not
	parts  int       // responses and earlier calls that the bytes are from
	broken bool      // the bytes have turned out not to be a ZIP
	result File
	meter  meter
	buf    []byte
}

func newFileDownload(r remoteArchive, part *partial, to destination, size int64, set choices) *fileDownload {
	d := &fileDownload{
		remote: r, part: part, to: to, known: size, out: part, hash: sha256.New(), buf: make([]byte, copyBuffer),
		result: File{ID: r.id}, meter: meter{report: set.progress},
	}
	if set.writer != nil {
		d.out = set.writer(part)
	}
	return d
}

// run downloads, checks and publishes.
func (d *fileDownload) run(ctx context.Context) (*File, error) {
	if err := d.prepare(ctx); err != nil {
		return nil, err
	}
	err := d.complete(ctx)
	if errors.Is(err, errNotZIP) && d.parts > 1 {
		d.best = 0
		if err := d.restart(); err != nil {
			return nil, err
		}
		err = d.complete(ctx)
	}
	if err != nil {
		d.broken = errors.Is(err, errNotZIP)
		return nil, err
	}
	d.result.Path, d.result.Size, d.result.SHA256 = d.to.path(), d.have, hex.EncodeToString(d.hash.Sum(nil))
	// The directory is not synced: what a crash could undo is the name alone.
	if err := d.part.publish(d.to.path(), d.to.overwrite); err != nil {
		return nil, err
	}
	return &d.result, nil
}

// prepare finds out what there is: on the server, and from an earlier call.
func (d *fileDownload) prepare(ctx context.Context) error {
	if d.known < 0 {
		var err error
		if d.known, err = d.remote.size(ctx); err != nil {
			return err
		}
	}
	info, err := d.part.Stat()
	if err != nil {
		return err
	}
	from, have := d.part.from, info.Size()
	if !resumable(from) || d.known >= 0 && from.Size != d.known || from.Size >= 0 && have > from.Size {
		have = 0
	}
	if have == from.Size && have > 0 {
		have-- // asking for the last byte again makes sure of all of them
	}
	if have == 0 {
		return d.restart()
	}
	if err := d.part.Truncate(have); err != nil {
		return err
	}
	for d.have < have {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := d.part.Read(d.buf)
		if err != nil {
			return fmt.Errorf("reading what is there: %w", err)
		}
		d.hash.Write(d.buf[:n])
		d.have += int64(n)
	}
	d.result.Resumed, d.parts = d.have, 1
	d.best = d.have
	return nil
}

// resumable reports whether what is there can be told to be of the same archive.
func resumable(from version) bool { return isStrong(from.ETag) || from.Size > 0 }

// useful reports whether a later call could continue from what is there: on the
// disk, since this call may have failed before it has read any of it.
func (d *fileDownload) useful() bool {
	info, err := os.Lstat(d.part.Name())
	return err == nil && info.Size() > 0 && !d.broken && resumable(d.part.from)
}

// restart forgets what is there.
func (d *fileDownload) restart() error {
	if err := d.part.restart(); err != nil {
		return err
	}
	d.hash.Reset()
	d.have, d.parts, d.result.Resumed = 0, 0, 0
	return d.part.note(version{Size: d.known})
}

// complete brings what is missing, attempt by attempt, and checks the whole.
func (d *fileDownload) complete(ctx context.Context) error {
	for stalls, again := 0, true; again; {
		var err error
		if again, err = d.take(ctx); !again {
			if err != nil {
				return err
			}
			break
		}
		if stalls++; d.have > d.best {
			stalls, d.best = 0, d.have
		}
		if stalls == maxStalls {
			return fmt.Errorf("gave up after %d attempts that brought nothing new: %w", maxStalls, err)
		}
		if ctxErr := sleep(ctx, pause(stalls)); ctxErr != nil {
			return fmt.Errorf("%w, after the download broke: %w", ctxErr, err)
		}
	}
	if err := d.part.Sync(); err != nil {
		return err
	}
	return d.check(ctx)
}

// take asks for what is missing and takes what comes. It reports whether
// another attempt is worth it, after an error of the connection.
func (d *fileDownload) take(ctx context.Context) (again bool, err error) {
	a, err := d.fetch(ctx)
	if err != nil {
		return false, err
	}
	defer func() { _ = a.Close() }()
	if err := d.begin(a); err != nil {
		return false, err
	}
	for {
		n, err := a.Read(d.buf)
		if wErr := d.write(d.buf[:n]); wErr != nil {
			return false, wErr
		}
		switch {
		case err == nil:
		case errors.Is(err, ErrArchiveSize):
			return false, err
		case err == io.EOF, d.have == a.size: //nolint:errorlint // a wrapped one is not an end
			d.meter.end()
			return false, nil
		case ctx.Err() != nil:
			return false, err
		default:
			return true, err
		}
	}
}

// fetch asks for the rest, or for everything if nothing reports whether the
// server's rest would fit.
func (d *fileDownload) fetch(ctx context.Context) (*remoteBody, error) {
	if d.have > 0 && resumable(d.part.from) {
		a, err := d.remote.fetch(ctx, span{from: d.have, etag: d.part.from.ETag, size: d.part.from.Size})
		if !errors.Is(err, errNoSuchPart) && !errors.Is(err, ErrArchiveSize) {
			return a, err
		}
	}
	return d.remote.fetch(ctx, span{size: d.known})
}

// begin makes the partial file fit a response.
func (d *fileDownload) begin(a *remoteBody) error {
	if d.to.name == "" {
		d.to.name = a.name
		if err := d.to.check(); err != nil {
			return err
		}
	}
	d.result.Name = a.name
	if a.from == 0 {
		if err := d.restart(); err != nil {
			return err
		}
	}
	if err := d.part.note(version{Size: a.size, ETag: a.etag}); err != nil {
		return err
	}
	d.parts++
	d.meter.done, d.meter.total = d.have, a.size
	return nil
}

// write writes and hashes what has come.
func (d *fileDownload) write(b []byte) error {
	n, err := d.out.Write(b)
	d.hash.Write(b[:n])
	d.have += int64(n)
	d.meter.add(n)
	return err
}

// pause lasts longer each time, and never exactly as long as another.
func pause(times int) time.Duration {
	limit := min(firstPause<<times, maxPause)
	return limit/2 + random(limit/2)
}

// check makes sure that the file has the form of a ZIP.
func (d *fileDownload) check(ctx context.Context) error {
	z, err := zip.NewReader(d.part, d.have)
	if err != nil {
		return fmt.Errorf("%s: %w: %w", d.to.path(), errNotZIP, err)
	}
	for _, entry := range z.File {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := entry.DataOffset(); err != nil {
			return fmt.Errorf("%s: %w: entry %.200q: %w", d.to.path(), errNotZIP, entry.Name, err)
		}
	}
	return nil
}
