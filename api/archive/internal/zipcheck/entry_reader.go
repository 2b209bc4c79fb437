package zipcheck

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"sync"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
)

// archive/zip reads an entry in pieces of 4 or 32 KiB, after two reads for its
// header. Here one reader of the whole span serves header and data.

// bufferSize is how much of a package is read at once.
const bufferSize = 1 << 20

var (
	buffers   = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, bufferSize) }}
	inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}
)

// EntryReader unpacks an entry and checks it against the directory.
type EntryReader struct {
	file   *zip.File
	below  *rangeReader
	packed *packedReader
	body   io.Reader // packed, or the inflater on top of it
	left   uint64    // bytes that the entry still has to give
	sum    uint32
	err    error // what ended it
}

// newEntryReader reads the local header of f, which has the given name. from has
// the n bytes of its span, and is closed in any case.
func newEntryReader(f *zip.File, name string, from io.ReadCloser, n int64) (*EntryReader, error) {
	below := &rangeReader{ReadCloser: from, left: n}
	in := buffers.Get().(*bufio.Reader)
	in.Reset(below)
	r := &EntryReader{
		file: f, below: below, left: f.UncompressedSize64,
		packed: &packedReader{in: in, left: f.CompressedSize64},
	}
	if err := r.header(name, n); err != nil {
		return nil, r.abandon(err)
	}
	r.body = r.packed
	if f.Method == zip.Deflate {
		inflater := inflaters.Get().(io.Reader)
		if err := inflater.(flate.Resetter).Reset(r.packed, nil); err != nil {
			return nil, r.abandon(err)
		}
		r.body = inflater
	}
	return r, nil
}

// header passes over the local header, which has to be that of the directory.
func (r *EntryReader) header(name string, n int64) error {
	f, length := r.file, localHeaderLen+len(name)
	b, err := r.packed.in.Peek(length)
	if err != nil {
		return r.fault(err)
	}
	le := binary.LittleEndian
	switch {
	case string(b[:4]) != "PK\x03\x04":
		return r.damaged("it is not where the directory of the ZIP file says")
	case int(le.Uint16(b[26:])) != len(name), string(b[localHeaderLen:]) != name:
		return r.damaged("the ZIP file has it under another name than its directory says")
	case le.Uint16(b[8:]) != f.Method:
		return r.damaged("the ZIP file has it with another compression method than its directory says")
	}
	length += int(le.Uint16(b[28:]))
	if rest := n - int64(length); rest < 0 || f.CompressedSize64 > uint64(rest) {
		return r.damaged("it overlaps with what follows")
	}
	if _, err := r.packed.in.Discard(length); err != nil {
		return r.fault(err)
	}
	return nil
}

// Read returns io.EOF only if the whole entry is what the directory states.
func (r *EntryReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.body.Read(p)
	if uint64(n) > r.left { //nolint:gosec // never negative
		n, err = int(r.left), zip.ErrFormat //nolint:gosec // less than n
	}
	r.left -= uint64(n) //nolint:gosec // never negative
	r.sum = crc32.Update(r.sum, crc32.IEEETable, p[:n])
	if errors.Is(err, io.EOF) {
		err = r.end()
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = r.fault(err)
	}
	r.err = err
	return n, err
}

// end checks the whole; io.EOF means that all is well.
func (r *EntryReader) end() error {
	switch {
	case r.left > 0 || r.packed.left > 0:
		return zip.ErrFormat
	case r.sum != r.file.CRC32:
		return zip.ErrChecksum
	case r.file.Flags&(1<<3) == 0:
		return io.EOF
	}
	// The data descriptor: the checksum again, with or without a signature.
	b, _ := r.packed.in.Peek(8) // its error matters only if the bytes are too few
	if len(b) < 4 {
		return zip.ErrFormat
	}
	le := binary.LittleEndian
	if le.Uint32(b) == r.sum || len(b) == 8 && string(b[:4]) == "PK\x07\x08" && le.Uint32(b[4:]) == r.sum {
		return io.EOF
	}
	return zip.ErrChecksum
}

// abandon closes what could not be opened.
func (r *EntryReader) abandon(err error) error {
	if closeErr := r.Close(); closeErr != nil {
		return errors.Join(err, closeErr)
	}
	return err
}

// Stated returns what the directory says.
func (r *EntryReader) Stated() (size int64, crc32 uint32) {
	return int64(r.file.UncompressedSize64), r.file.CRC32 //nolint:gosec // within the limits
}

// Close ends the reading of the entry.
func (r *EntryReader) Close() error {
	if r.packed.in == nil {
		return nil
	}
	if r.body != nil && r.body != io.Reader(r.packed) {
		inflaters.Put(r.body)
	}
	r.packed.in.Reset(nil)
	buffers.Put(r.packed.in)
	r.packed.in, r.body = nil, nil
	r.err = fmt.Errorf("reading %s: %w", printable.Name(r.file.Name), fs.ErrClosed)
	return r.below.Close()
}

func (r *EntryReader) damaged(message string) error {
	return &Fault{Code: Damaged, Entry: r.file.Name, Message: message}
}

// fault tells faults of the file from faults of the reader below.
func (r *EntryReader) fault(err error) error {
	if r.below.err != nil {
		return readError(r.file, r.below.err)
	}
	return entryError(r.file, err)
}

// entryError tells faults of the file from faults of the reader below.
func entryError(f *zip.File, err error) error {
	corrupt, isCorrupt := errors.AsType[flate.CorruptInputError](err)
	switch {
	case errors.Is(err, zip.ErrChecksum):
		return &Fault{Code: Damaged, Entry: f.Name, Message: "its checksum is wrong"}
	case isCorrupt:
		return &Fault{Code: Damaged, Entry: f.Name, Message: fmt.Sprintf("its compressed data is broken at byte %d", int64(corrupt))}
	case errors.Is(err, zip.ErrFormat), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Fault{Code: Damaged, Entry: f.Name, Message: "its bytes do not match the directory of the ZIP file"}
	}
	return readError(f, err)
}

func readError(f *zip.File, err error) error {
	return fmt.Errorf("reading %s: %w", printable.Name(f.Name), err)
}

// packedReader reads the data of one entry. flate takes no more bytes than it
// needs from an io.ByteReader, so that what is left over shows.
type packedReader struct {
	in   *bufio.Reader
	left uint64
}

func (r *packedReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.in.Read(p[:min(uint64(len(p)), r.left)])
	r.left -= uint64(n) //nolint:gosec // never negative
	return n, err
}

func (r *packedReader) ReadByte() (byte, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	b, err := r.in.ReadByte()
	if err == nil {
		r.left--
	}
	return b, err
}

// rangeReader reads bytes that the archive has for certain: a reader that ends
// before them is at fault, not the archive.
type rangeReader struct {
	io.ReadCloser
	left int64
	err  error // of the reader
}

func (r *rangeReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n, err := r.ReadCloser.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	switch {
	case errors.Is(err, io.EOF) && r.left == 0:
		err = nil
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	r.err = err
	return n, err
}
