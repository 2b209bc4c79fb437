package store

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// ErrDamaged is the error of reading a whole blob that is not what was written.
var ErrDamaged = errors.New("it is not what was written")

// WriteSummed is [Blobs.Write]; the blob that it returns has its CRC-32.
func WriteSummed(ctx context.Context, blobs Blobs, write func(io.Writer) error) (Blob, error) {
	sum := crc32.NewIEEE()
	b, err := blobs.Write(ctx, func(w io.Writer) error { return write(io.MultiWriter(w, sum)) })
	b.CRC32 = sum.Sum32()
	return b, err
}

// Checked returns the content of a blob. The range that is all of it, read from
// its beginning, ends with [ErrDamaged] in place of the last bytes if they are not
// what was written, so that nobody takes it for whole. A blob without a CRC-32 is
// one of an earlier version, and is not checked.
func Checked(r Reader, b Blob) Reader {
	whole, ok := r.(*section)
	if !ok || b.CRC32 == 0 {
		return r
	}
	return &checked{section: whole, blob: b}
}

type checked struct {
	*section
	blob Blob
}

// OpenRange implements [Reader].
func (c *checked) OpenRange(off, n int64) (io.ReadCloser, error) {
	body, err := c.section.OpenRange(off, n)
	if part, ok := body.(*section); ok && off == 0 && n == c.Size() {
		return &checking{section: part, blob: c.blob}, err
	}
	return body, err
}

// checking sums what it reads, and keeps back the end until the sum is known.
type checking struct {
	*section
	blob Blob
	sum  uint32
}

// add takes bytes into the sum, and fails if they are the last and it is wrong.
func (c *checking) add(p []byte, end int64) error {
	c.sum = crc32.Update(c.sum, crc32.IEEETable, p)
	if end == c.Size() && c.sum != c.blob.CRC32 {
		return fmt.Errorf("the blob %s: %w", c.blob.Key, ErrDamaged)
	}
	return nil
}

// Read implements [io.Reader].
func (c *checking) Read(p []byte) (int, error) {
	n, err := c.section.Read(p)
	if damaged := c.add(p[:n], c.at); n > 0 && damaged != nil {
		return 0, damaged
	}
	return n, err
}

// WriteTo implements [io.WriterTo]: the bytes are read once to be summed and once
// by the kernel, which then has them in its cache.
func (c *checking) WriteTo(w io.Writer) (total int64, err error) {
	buffer := make([]byte, min(bufferSize, max(c.Size(), 1)))
	for c.at < c.Size() {
		n, err := c.ReadAt(buffer, c.at)
		if err != nil && !errors.Is(err, io.EOF) {
			return total, err
		}
		if err := c.add(buffer[:n], c.at+int64(n)); err != nil {
			return total, err
		}
		sent, err := c.pass(w, buffer[:n])
		c.at += sent
		if total += sent; err != nil {
			return total, err
		}
	}
	return total, nil
}

// pass writes what was read, by the kernel if it can.
func (c *checking) pass(w io.Writer, p []byte) (int64, error) {
	if file, to, ok := c.kernel(w); ok {
		return c.send(to, file, int64(len(p)))
	}
	n, err := w.Write(p)
	return int64(n), err
}
