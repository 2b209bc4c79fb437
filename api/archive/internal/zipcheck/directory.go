package zipcheck

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// archive/zip reads entries until something is not an entry, whatever number the
// file states (it compares 16 bits of it), and keeps all it has read. So the
// directory is found and walked here first, under the limits, and archive/zip
// then sees exactly those bytes.

const (
	endLen         = 22 // end of central directory record
	locatorLen     = 20 // zip64 end of central directory locator
	end64Len       = 56 // zip64 end of central directory record
	headerLen      = 46 // central directory header
	localHeaderLen = 30
	maxCommentLen  = math.MaxUint16
)

// tailSize is how much of the end is read at once. It holds the directory of
// about 10,000 entries, so that such an archive is listed with one read.
const tailSize = 1 << 20

// directory is the part of the file from its central directory on.
type directory struct {
	file    io.ReaderAt
	offset  int64   // where the central directory starts
	count   int     // entries that the directory holds
	offsets []int64 // where these start
	memory  []byte  // the file from start on
	start   int64
}

// ReadAt serves the directory from memory while archive/zip parses it.
func (d *directory) ReadAt(p []byte, off int64) (int, error) {
	if d.memory == nil || off < d.start {
		return d.file.ReadAt(p, off)
	}
	return bytes.NewReader(d.memory).ReadAt(p, off-d.start)
}

// entries lets archive/zip parse the directory.
func (d *directory) entries() ([]*zip.File, error) {
	r, err := zip.NewReader(d, d.start+int64(len(d.memory)))
	if errors.Is(err, zip.ErrInsecurePath) { // a setting of the program; names are checked here
		err = nil
	}
	if err != nil || len(r.File) != d.count {
		return nil, damaged("its directory is malformed")
	}
	d.memory = nil
	return r.File, nil
}

func readDirectory(r io.ReaderAt, size int64, limits Limits) (*directory, error) {
	if size < endLen {
		return nil, Faults{{Code: NotZip, Message: fmt.Sprintf("not a ZIP file: it has %d bytes only", max(size, 0))}}
	}
	tail := make([]byte, min(size, tailSize))
	start := size - int64(len(tail))
	if err := readFull(r, tail, start); err != nil {
		return nil, err
	}
	end, err := findEnd(r, tail)
	if err != nil {
		return nil, err
	}
	place, err := endRecord(r, tail, start, end)
	if err != nil {
		return nil, err
	}
	if place.records > uint64(limits.Entries) { //nolint:gosec // limits are positive
		return nil, overLimit("the archive has %d entries; the limit is %d", place.records, limits.Entries)
	}
	if place.size > uint64(limits.DirectorySize) { //nolint:gosec // limits are positive
		return nil, overLimit("the archive's directory has %d bytes; the limit is %d", place.size, limits.DirectorySize)
	}
	// Also refuses data before the archive and numbers that are made up.
	if place.offset > math.MaxInt64 || int64(place.offset) != place.end-int64(place.size) { //nolint:gosec // the size is within its limit
		return nil, damaged("its directory is not where the file says")
	}
	d := &directory{file: r, offset: int64(place.offset), memory: tail, start: start}
	if d.offset < start {
		d.memory, d.start = make([]byte, size-d.offset), d.offset
		if err := readFull(r, d.memory, d.start); err != nil {
			return nil, err
		}
	}
	headers := d.memory[d.offset-d.start:]
	d.count, err = countHeaders(headers[:place.size], limits.Entries)
	if err == nil && uint64(d.count) != place.records { //nolint:gosec // a count
		err = damaged("it states %d entries and has %d", place.records, d.count)
	}
	if err == nil {
		d.offsets, err = localOffsets(headers, d.count)
	}
	return d, err
}

// findEnd returns where in tail the end record starts: the last place that
// has its signature, as archive/zip sees it, and nothing may follow it.
func findEnd(r io.ReaderAt, tail []byte) (int, error) {
	window := tail[max(0, len(tail)-endLen-maxCommentLen):]
	i := bytes.LastIndex(window[:len(window)-endLen+4], []byte("PK\x05\x06"))
	if i < 0 {
		var first [4]byte
		if err := readFull(r, first[:], 0); err != nil {
			return 0, err
		}
		if string(first[:]) == "PK\x03\x04" {
			return 0, Faults{{Code: NotZip, Message: "the ZIP file is cut short: its end, with the directory, is missing"}}
		}
		return 0, Faults{{Code: NotZip, Message: "not a ZIP file"}}
	}
	comment := int(binary.LittleEndian.Uint16(window[i+endLen-2:]))
	if i+endLen+comment != len(window) {
		return 0, damaged("its end is not where the file says")
	}
	return len(tail) - len(window) + i, nil
}

// placement is what the end records say about the central directory.
type placement struct {
	records, size, offset uint64
	end                   int64 // where the directory has to end
}

func endRecord(r io.ReaderAt, tail []byte, start int64, end int) (placement, error) {
	le := binary.LittleEndian
	b := tail[end:]
	disk, diskRecords := le.Uint32(b[4:]), uint64(le.Uint16(b[8:]))
	p := placement{
		records: uint64(le.Uint16(b[10:])),
		size:    uint64(le.Uint32(b[12:])),
		offset:  uint64(le.Uint32(b[16:])),
		end:     start + int64(end),
	}
	if end >= locatorLen && string(tail[end-locatorLen:][:4]) == "PK\x06\x07" {
		locator := tail[end-locatorLen:]
		at := le.Uint64(locator[8:])
		if le.Uint32(locator[4:]) != 0 || le.Uint32(locator[16:]) != 1 || at > math.MaxInt64 || int64(at) > p.end-locatorLen-end64Len || int64(at) < p.end-tailSize/2 {
			return p, damaged("its zip64 end is not where the file says")
		}
		record := make([]byte, end64Len)
		if err := readFull(r, record, int64(at)); err != nil {
			return p, err
		}
		if string(record[:4]) != "PK\x06\x06" || le.Uint64(record[4:])+12 != uint64(p.end-locatorLen)-at { //nolint:gosec // at lies before
			return p, damaged("its zip64 end is malformed")
		}
		p.end = int64(at)
		// The same condition as in archive/zip, the odd 16 bits included.
		if p.records == math.MaxUint16 || p.size == math.MaxUint16 || p.offset == math.MaxUint32 {
			disk = le.Uint32(record[16:]) | le.Uint32(record[20:])
			diskRecords = le.Uint64(record[24:])
			p.records, p.size, p.offset = le.Uint64(record[32:]), le.Uint64(record[40:]), le.Uint64(record[48:])
		}
	}
	if disk != 0 || diskRecords != p.records {
		return p, damaged("it is one part of several")
	}
	return p, nil
}

// countHeaders walks the directory without keeping anything.
func countHeaders(b []byte, limit int) (int, error) {
	count := 0
	for ; len(b) > 0; count++ {
		if count == limit {
			return 0, overLimit("the archive has more than %d entries", limit)
		}
		if len(b) < headerLen || string(b[:4]) != "PK\x01\x02" {
			return 0, damaged("its directory is malformed")
		}
		le := binary.LittleEndian
		n := headerLen + int(le.Uint16(b[28:])) + int(le.Uint16(b[30:])) + int(le.Uint16(b[32:]))
		if n > len(b) {
			return 0, damaged("its directory is malformed")
		}
		b = b[n:]
	}
	return count, nil
}

// readFull reads all of p. What it returns is a fault of the reader, not of
// the archive.
func readFull(r io.ReaderAt, p []byte, off int64) error {
	if _, err := io.ReadFull(io.NewSectionReader(r, off, int64(len(p))), p); err != nil {
		return fmt.Errorf("reading the archive at byte %d: %w", off, err)
	}
	return nil
}
