package zipcheck

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"unicode/utf8"
)

// Writer writes a ZIP file whose entries are stored and state size and
// checksum before their bytes. So the file depends on names, modes and bytes
// alone, and can be read as a stream too, which an entry that is stored and
// followed by a data descriptor cannot.
type Writer struct {
	zip    *zip.Writer
	to     *counted
	patch  patcher // nil if what was written cannot be changed
	buffer []byte
}

// stated is a reader that knows size and CRC-32 of its bytes before they are read.
type stated interface {
	Stated() (size int64, crc32 uint32)
}

// checked is an [EntryReader], or holds one: its bytes are those that are stated.
type checked interface{ isChecked() }

func (*EntryReader) isChecked() {}

// patcher is a file: what was written can be changed at the end, so that
// packages need to be read once only.
type patcher interface {
	io.WriterAt
	io.Seeker
}

// counted counts from where a file stood.
type counted struct {
	io.Writer
	at int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	c.at += int64(n)
	return n, err
}

// CopyBuffer is a size of a buffer that fits into the cache of a core, so that the checksum finds the
// bytes there.
const CopyBuffer = 512 << 10

// NewWriter returns a writer to w.
func NewWriter(w io.Writer) *Writer {
	s := &Writer{to: &counted{Writer: w}, buffer: make([]byte, CopyBuffer)}
	s.zip = zip.NewWriter(s.to)
	if file, ok := w.(patcher); ok {
		// A pipe cannot seek, and a file that is opened to append to says so.
		at, err := file.Seek(0, io.SeekCurrent)
		if _, appends := file.WriteAt(nil, at); err == nil && appends == nil {
			s.patch, s.to.at = file, at
		}
	}
	return s
}

// create begins an entry. archive/zip leaves it to the caller of CreateRaw to
// fill in all of a header.
func (s *Writer) create(path string, mode fs.FileMode, size int64, sum uint32) (io.Writer, *zip.FileHeader, error) {
	const (
		utf8Names = 1 << 11
		firstDate = 1<<5 | 1 // 1 January 1980, the earliest that a ZIP file can state
		version20 = 20
		version45 = 45 // the first with zip64
	)
	h := &zip.FileHeader{
		Name: path, Method: zip.Store, CRC32: sum, ReaderVersion: version20,
		ModifiedDate:       firstDate,    //nolint:staticcheck // CreateRaw does not look at Modified
		CompressedSize64:   uint64(size), //nolint:gosec // a size
		UncompressedSize64: uint64(size), //nolint:gosec // a size
	}
	h.SetMode(mode)
	h.CreatorVersion |= version20
	for _, c := range []byte(path) {
		if c >= utf8.RuneSelf {
			h.Flags = utf8Names
		}
	}
	if size >= math.MaxUint32 {
		h.ReaderVersion = version45
		h.Extra = binary.LittleEndian.AppendUint16(h.Extra, zip64Extra)
		h.Extra = binary.LittleEndian.AppendUint16(h.Extra, 16)
		h.Extra = binary.LittleEndian.AppendUint64(h.Extra, h.UncompressedSize64)
		h.Extra = binary.LittleEndian.AppendUint64(h.Extra, h.CompressedSize64)
	}
	w, err := s.zip.CreateRaw(h)
	h.Extra = nil // archive/zip adds it by itself to the directory, but not to the local header
	return w, h, err
}

// Data writes an entry.
func (s *Writer) Data(path string, data []byte) error {
	w, _, err := s.create(path, 0o644, int64(len(data)), crc32.ChecksumIEEE(data))
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}

// Stream writes an entry from a reader: straight through if it has a Stated method,
// or if its size is known and the checksum can be filled in later; else read
// twice, from a spool if need be.
func (s *Writer) Stream(path string, mode fs.FileMode, from io.Reader) (err error) {
	if s.patch != nil {
		if size, ok := sizeOf(from); ok {
			return s.streamAndPatch(path, mode, size, from)
		}
	}
	size, sum, ok, err := s.foresee(from)
	if err != nil {
		return err
	}
	if !ok {
		kept := &Spool{}
		defer func() { err = errors.Join(err, kept.Close()) }()
		if err := s.copy(kept, from); err != nil {
			return err
		}
		size, sum = kept.Stated()
		from = kept.Open().SectionReader
	}
	w, _, err := s.create(path, mode, size, sum)
	if err != nil {
		return err
	}
	to := &measure{to: w, limit: size}
	_, to.checked = from.(checked)
	if err := s.copy(to, from); err != nil {
		return err
	}
	if to.size != size || to.sum != sum && !to.checked {
		return fmt.Errorf("%d bytes with CRC-32 %08x were announced, %d with %08x came", size, sum, to.size, to.sum)
	}
	return nil
}

// streamAndPatch writes an entry and then its checksum into the header.
func (s *Writer) streamAndPatch(path string, mode fs.FileMode, size int64, from io.Reader) error {
	const sumAt = 14 // in a local header
	if err := s.zip.Flush(); err != nil {
		return err
	}
	header := s.to.at
	w, h, err := s.create(path, mode, size, 0)
	if err != nil {
		return err
	}
	to := &measure{to: w, limit: size}
	if err := s.copy(to, from); err != nil {
		return err
	}
	if to.size != size {
		return fmt.Errorf("the reader had %d bytes at first, and gave %d", size, to.size)
	}
	if err := s.zip.Flush(); err != nil {
		return err
	}
	h.CRC32 = to.sum // for the directory
	_, err = s.patch.WriteAt(binary.LittleEndian.AppendUint32(nil, to.sum), header+sumAt)
	return err
}

// sizeOf returns how much a reader that can seek still has, unless it states
// that and more.
func sizeOf(from io.Reader) (int64, bool) {
	seeker, ok := from.(io.Seeker)
	if _, known := from.(stated); !ok || known {
		return 0, false
	}
	at, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil { // a pipe
		return 0, false
	}
	end, endErr := seeker.Seek(0, io.SeekEnd)
	if _, err := seeker.Seek(at, io.SeekStart); err != nil || endErr != nil || end < at {
		return 0, false
	}
	return end - at, true
}

// foresee returns size and checksum of what a reader will give, if it can tell
// or can be read twice.
func (s *Writer) foresee(from io.Reader) (size int64, sum uint32, ok bool, err error) {
	if known, ok := from.(stated); ok {
		size, sum = known.Stated()
		if size < 0 {
			return 0, 0, false, fmt.Errorf("a size of %d bytes was announced", size)
		}
		return size, sum, true, nil
	}
	seeker, ok := from.(io.Seeker)
	if !ok {
		return 0, 0, false, nil
	}
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0, 0, false, nil //nolint:nilerr // a pipe, which is a file that cannot seek
	}
	first := &measure{limit: math.MaxInt64}
	if err := s.copy(first, from); err != nil {
		return 0, 0, false, err
	}
	_, err = seeker.Seek(start, io.SeekStart)
	return first.size, first.sum, true, err
}

// copy uses the buffer even if from is a file, whose own way has a small one.
func (s *Writer) copy(to io.Writer, from io.Reader) error {
	_, err := io.CopyBuffer(to, struct{ io.Reader }{from}, s.buffer)
	return err
}

// Close writes the directory.
func (s *Writer) Close() error { return s.zip.Close() }

// measure counts and sums what passes through, up to a limit.
type measure struct {
	to      io.Writer // nil for nowhere
	limit   int64
	checked bool // by the reader, so not summed again
	size    int64
	sum     uint32
}

func (m *measure) Write(p []byte) (int, error) {
	if int64(len(p)) > m.limit-m.size {
		return 0, fmt.Errorf("more than the announced %d bytes came", m.limit)
	}
	m.size += int64(len(p))
	if !m.checked {
		m.sum = crc32.Update(m.sum, crc32.IEEETable, p)
	}
	if m.to == nil {
		return len(p), nil
	}
	return m.to.Write(p)
}
