package api

import (
	"context"
	"errors"
	"io"
)

// attempt asks for what is missing and takes what comes. It reports whether it
// is worth another one after the error, which is one of the connection.
func (d *fileDownload) attempt(ctx context.Context) (again bool, err error) {
	a, err := d.fetch(ctx)
	if err != nil {
		return false, err
	}
	defer func() { _ = a.body.Close() }()
	if err := d.begin(a); err != nil {
		return false, err
	}
	for {
		n, err := a.body.Read(d.buf)
		if wErr := d.take(d.buf[:n]); wErr != nil {
			return false, wErr
		}
		switch {
		case err == nil:
		case errors.Is(err, ErrDownloadSize):
			return false, err
		case err == io.EOF, d.have == a.size: //nolint:errorlint // a wrapped one is no end
			d.meter.end()
			return false, nil
		case ctx.Err() != nil:
			return false, err
		default:
			return true, err
		}
	}
}

// fetch asks for the rest, or for everything where there is no telling whether
// the server's rest would fit.
func (d *fileDownload) fetch(ctx context.Context) (*answer, error) {
	if d.have > 0 && resumable(d.part.from) {
		a, err := d.remote.fetch(ctx, span{from: d.have, etag: d.part.from.ETag, size: d.part.from.Size})
		if !errors.Is(err, errNoSuchPart) && !errors.Is(err, ErrDownloadSize) {
			return a, err
		}
	}
	return d.remote.fetch(ctx, span{size: d.known})
}

// begin makes the partial file fit an answer.
func (d *fileDownload) begin(a *answer) error {
	if d.to.name == "" {
		d.to.name = a.name
		if err := d.to.check(d.set.overwrite); err != nil {
			return err
		}
	}
	d.result.Name = a.name
	if a.from == 0 {
		if err := d.restart(); err != nil {
			return err
		}
	}
	if err := d.part.note(origins{Size: a.size, ETag: a.etag}); err != nil {
		return err
	}
	d.parts++
	d.meter.done, d.meter.total = d.have, a.size
	return nil
}

// take writes and hashes what has come.
func (d *fileDownload) take(b []byte) error {
	n, err := d.out.Write(b)
	d.hash.Write(b[:n])
	d.have += int64(n)
	d.meter.add(n)
	return err
}
