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
	firstPause = 250 * time.Millisecond // before it goes on after a break
	maxPause   = 10 * time.Second
	copyBuffer = 256 << 10
)

var errNoZIP = errors.New("the archive is no sound ZIP file")

// fileDownload is one call of DownloadFile.
type fileDownload struct {
	remote *remoteArchive
	part   *partial
	to     target
	set    downloadChoices

	out    io.Writer // part
	hash   hash.Hash // of the bytes in part
	have   int64     // bytes in part
	best   int64     // the largest have so far
	known  int64     // size of the archive as told before any answer; -1 where it was not
	parts  int       // answers and earlier calls that the bytes are from
	broken bool      // the bytes have turned out to be no ZIP
	result File
	meter  meter
	buf    []byte
}

func newFileDownload(r *remoteArchive, part *partial, to target, set downloadChoices) *fileDownload {
	d := &fileDownload{remote: r, part: part, to: to, set: set, out: part, hash: sha256.New(), buf: make([]byte, copyBuffer)}
	if set.writer != nil {
		d.out = set.writer(part)
	}
	d.meter = meter{tell: set.progress}
	return d
}

// run downloads, checks and publishes.
func (d *fileDownload) run(ctx context.Context) (*File, error) {
	if err := d.prepare(ctx); err != nil {
		return nil, err
	}
	err := d.complete(ctx)
	if errors.Is(err, errNoZIP) && d.parts > 1 {
		d.best = 0
		if err := d.restart(); err != nil {
			return nil, err
		}
		err = d.complete(ctx)
	}
	if err != nil {
		d.broken = errors.Is(err, errNoZIP)
		return nil, err
	}
	d.result.Path, d.result.Size, d.result.SHA256 = d.to.path(), d.have, hex.EncodeToString(d.hash.Sum(nil))
	// The directory is not synced: what a crash could undo is the name alone.
	if err := d.part.publish(d.to.path(), d.set.overwrite); err != nil {
		return nil, err
	}
	return &d.result, nil
}

// prepare finds out what there is: on the server, and from an earlier call.
func (d *fileDownload) prepare(ctx context.Context) error {
	d.known = d.set.size
	if d.known < 0 {
		var err error
		if d.known, err = d.remote.detailSize(ctx); err != nil {
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
func resumable(from origins) bool { return isStrong(from.ETag) || from.Size > 0 }

// useful reports whether a later call could go on with what is there: on the
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
	return d.part.note(origins{Size: d.known})
}

// complete brings what is missing, attempt by attempt, and checks the whole.
func (d *fileDownload) complete(ctx context.Context) error {
	for stalls, again := 0, true; again; {
		var err error
		if again, err = d.attempt(ctx); !again {
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

// pause lasts longer from time to time, and never exactly as long as another.
func pause(times int) time.Duration {
	limit := min(firstPause<<times, maxPause)
	return limit/2 + random(limit/2)
}

// check holds the file to the form of a ZIP.
func (d *fileDownload) check(ctx context.Context) error {
	z, err := zip.NewReader(d.part, d.have)
	if err != nil {
		return fmt.Errorf("%s: %w: %w", d.to.path(), errNoZIP, err)
	}
	for _, entry := range z.File {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := entry.DataOffset(); err != nil {
			return fmt.Errorf("%s: %w: entry %.200q: %w", d.to.path(), errNoZIP, entry.Name, err)
		}
	}
	return nil
}
