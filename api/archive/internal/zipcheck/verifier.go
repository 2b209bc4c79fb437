package zipcheck

import (
	"archive/zip"
	"bufio"
	"cmp"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"slices"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
)

// Verifier reads ZIP files whole, one after another, from front to back.
type Verifier struct {
	Report func(*Fault) // is called with each fault
	Full   func() bool  // reports whether no more faults are wanted

	// Nested are entries that are ZIP files too. Those without a fault are given to
	// Visit: where they lie in the file if they are stored, else as a temporary
	// copy, which is good for the call.
	Nested map[*zip.File]bool
	Visit  func(*zip.File, Section) error

	in      *bufio.Reader
	inflate io.ReadCloser
	buffer  []byte
	section Section
}

// entry is one entry with what archive/zip does not tell of it.
type entry struct {
	*zip.File
	name   string // as the ZIP file has it
	offset int64  // of its local header
}

// Verify reads the file that [Read] has checked, which is the section. Every entry's
// own header must say what the directory says, its data must unpack to the stated
// size and checksum and end where the entry ends, and every byte must belong to an
// entry or to the directory. An error comes from the source or a temporary file.
func (v *Verifier) Verify(section Section, z *File) error {
	if v.in == nil {
		v.in, v.buffer = bufio.NewReaderSize(nil, StreamSize), make([]byte, 64<<10)
	}
	v.section = section
	s := &stream{in: v.in, file: section.Reader()}
	s.in.Reset(s.file)
	entries := make([]entry, len(z.Entries))
	for i, f := range z.Entries {
		entries[i] = entry{File: f, name: z.name(f), offset: z.offsets[i]}
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(a.offset, b.offset) })
	return v.walk(s, z.offset, entries)
}

func (v *Verifier) fault(code Code, entry, format string, args ...any) {
	v.Report(&Fault{Code: code, Entry: entry, Message: fmt.Sprintf(format, args...)})
}

// walk reads the entries in the order in which they lie in the file.
// end is where its directory starts.
func (v *Verifier) walk(s *stream, end int64, entries []entry) error {
	claimed := int64(0) // where the furthest of the entries so far ends
	sure := true        // that all of them have said where they end
	last := ""
	for _, e := range entries {
		if v.Full() {
			return nil
		}
		if e.offset < 0 || e.offset > end-localHeaderLen {
			v.fault(Damaged, e.Name, "its header lies outside of the file's entries")
			sure = false
			continue
		}
		if e.offset < claimed { // not read, so that no byte is read for many entries
			v.fault(Overlap, e.Name, "it overlaps the entry %s", printable.Name(last))
			sure = false
			continue
		}
		if sure && e.offset > claimed {
			v.hidden(claimed, e.offset)
		}
		next, err := v.entry(s, end, e)
		if err != nil {
			return err
		}
		sure = next > 0
		claimed, last = max(e.offset+localHeaderLen, next), e.Name
	}
	if sure && claimed < end {
		v.hidden(claimed, end)
	}
	return nil
}

func (v *Verifier) hidden(from, to int64) {
	where := "between its entries"
	if from == 0 {
		where = "before its first entry"
	}
	v.fault(HiddenData, "", "%d bytes at byte %d, %s, belong to no entry", to-from, from, where)
}

// entry reads one entry, and the ZIP file that it is, and returns where it ends; 0
// if it does not say.
func (v *Verifier) entry(s *stream, end int64, e entry) (next int64, err error) {
	sound := true
	h, err := readLocalHeader(s, e.offset, end)
	switch {
	case err != nil:
		return 0, readError(e.File, err)
	case h == nil:
		v.fault(Damaged, e.Name, "there is no header where the directory says")
		return 0, nil
	}
	data := e.offset + h.length
	if e.CompressedSize64 > uint64(max(end-data, 0)) {
		v.fault(Damaged, e.Name, "it is cut short: it would reach into the directory of the ZIP file")
		return 0, nil
	}
	if what := h.differs(e.File, e.name); what != "" {
		sound = false
		v.fault(Mismatch, e.Name, "its own header and the directory have different %s", what)
	}
	next = data + int64(e.CompressedSize64) //nolint:gosec // before the end
	copied, whole, err := v.body(s, data, next, e)
	if copied != nil {
		defer func() { err = errors.Join(err, copied.Close(), os.Remove(copied.Name())) }()
	}
	if err == nil && e.Flags&flagDescriptor != 0 {
		var b []byte
		if b, err = s.peek(next, end); err == nil {
			n := descriptorLength(b, e.File)
			if n == 0 {
				v.fault(Mismatch, e.Name, "its data descriptor and the directory have different checksums or sizes")
				return 0, nil
			}
			next += int64(n)
		}
	}
	if err != nil {
		return 0, readError(e.File, err)
	}
	if sound && whole && v.Nested[e.File] {
		err = v.Visit(e.File, v.sectionOf(e, data, copied))
	}
	return next, err
}

// sectionOf returns where the data of an entry lies: in place, or in its copy.
func (v *Verifier) sectionOf(e entry, data int64, copied *os.File) Section {
	size := int64(e.UncompressedSize64) //nolint:gosec // within the limits
	if copied != nil {
		return Section{Source: NewSource(v.section.ctx, copied), Size: size}
	}
	return Section{Source: v.section.Source, Start: v.section.Start + data, Size: size}
}

// body reads the data of an entry, and reports whether it is sound. It returns a
// copy of it, open, if e is a ZIP file that is compressed.
func (v *Verifier) body(s *stream, start, end int64, e entry) (copied *os.File, sound bool, err error) {
	if err := s.section(start, end); err != nil {
		return nil, false, err
	}
	sum := crc32.NewIEEE()
	from, to := io.Reader(s), io.Writer(sum)
	if e.Method == zip.Deflate {
		if v.inflate == nil {
			v.inflate = flate.NewReader(s)
		} else if err := v.inflate.(flate.Resetter).Reset(s, nil); err != nil {
			return nil, false, err
		}
		from = v.inflate
		if v.Nested[e.File] {
			if copied, err = os.CreateTemp("", "package-*.zip"); err != nil {
				return nil, false, err
			}
			to = io.MultiWriter(sum, copied)
		}
	}
	n, err := io.CopyBuffer(to, io.LimitReader(from, int64(e.UncompressedSize64)+1), v.buffer) //nolint:gosec // within the limits
	if err == nil && v.section.err == nil {
		return copied, v.compare(e.File, uint64(n), sum.Sum32(), s.end-s.pos), nil //nolint:gosec // not negative
	}
	if fault, ok := errors.AsType[*Fault](entryError(e.File, err)); ok && v.section.err == nil {
		v.Report(fault)
		return copied, false, nil
	}
	return copied, false, err
}

// compare holds what an entry unpacked to against what it should be, and reports
// whether it is that. left is how much of its data was not needed for that.
func (v *Verifier) compare(f *zip.File, n uint64, sum uint32, left int64) bool {
	switch {
	case n > f.UncompressedSize64:
		v.fault(Damaged, f.Name, "it unpacks to more than the %d bytes that the directory states", f.UncompressedSize64)
	case n < f.UncompressedSize64:
		v.fault(Damaged, f.Name, "it unpacks to %d bytes; the directory states %d", n, f.UncompressedSize64)
	case sum != f.CRC32:
		v.fault(Damaged, f.Name, "its checksum is wrong")
	case left > 0:
		v.fault(HiddenData, f.Name, "%d bytes follow the end of its compressed data", left)
	default:
		return true
	}
	return false
}
