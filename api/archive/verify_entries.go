package archive

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
	"os"
)

// walk reads the entries of a container in the order in which they lie in it.
// end is where its directory starts.
func (v *verification) walk(c *container, s *stream, end int64, entries []entry) error {
	claimed := int64(0) // where the furthest of the entries so far ends
	sure := true        // that all of them have said where they end
	last := ""
	for _, e := range entries {
		if v.full() {
			return nil
		}
		if e.offset < 0 || e.offset > end-localHeaderLen {
			v.found.add(CodeDamaged, c.at(e.Name), "its header lies outside of the file's entries")
			sure = false
			continue
		}
		if e.offset < claimed { // not read, so that no byte is read for many entries
			v.found.add(CodeOverlap, c.at(e.Name), "it overlaps the entry %s", display(last))
			sure = false
			continue
		}
		if sure && e.offset > claimed {
			v.hidden(c, claimed, e.offset)
		}
		next, err := v.entry(c, s, end, e)
		if err != nil {
			return err
		}
		sure = next > 0
		claimed, last = max(e.offset+localHeaderLen, next), e.Name
	}
	if sure && claimed < end {
		v.hidden(c, claimed, end)
	}
	return nil
}

func (v *verification) hidden(c *container, from, to int64) {
	where := "between its entries"
	if from == 0 {
		where = "before its first entry"
	}
	v.found.add(CodeHiddenData, c.path, "%d bytes at byte %d, %s, belong to nothing", to-from, from, where)
}

// entry reads one entry, and the package that it is, and returns where it
// ends; 0 if it does not say.
func (v *verification) entry(c *container, s *stream, end int64, e entry) (next int64, err error) {
	before := len(v.found)
	h, err := readLocalHeader(s, e.offset, end)
	switch {
	case err != nil:
		return 0, fault(e, err)
	case h == nil:
		v.found.add(CodeDamaged, c.at(e.Name), "there is no header where the directory says")
		return 0, nil
	}
	data := e.offset + h.length
	if e.CompressedSize64 > uint64(max(end-data, 0)) {
		v.found.add(CodeDamaged, c.at(e.Name), "it is cut short: it would end behind the file's entries")
		return 0, nil
	}
	if what := h.differs(e.File, e.name); what != "" {
		v.found.add(CodeMismatch, c.at(e.Name), "its own header and the directory have different %s", what)
	}
	next = data + int64(e.CompressedSize64) //nolint:gosec // before the end
	copied, err := v.body(c, s, data, next, e)
	if copied != nil {
		defer func() { err = errors.Join(err, copied.Close(), os.Remove(copied.Name())) }()
	}
	if err == nil && e.Flags&flagDescriptor != 0 {
		var b []byte
		if b, err = s.peek(next, end); err == nil {
			n := descriptorLength(b, e.File)
			if n == 0 {
				v.found.add(CodeMismatch, c.at(e.Name), "its data descriptor and the directory have different checksums or sizes")
				return 0, nil
			}
			next += int64(n)
		}
	}
	if err != nil {
		return 0, fault(e, err)
	}
	if e.isPackage && len(v.found) == before {
		err = v.packageIn(c, e, data, copied)
	}
	return next, err
}

// body reads the data of an entry. It returns a copy of it, open, where e is a
// compressed package.
func (v *verification) body(c *container, s *stream, start, end int64, e entry) (copied *os.File, err error) {
	if err := s.section(start, end); err != nil {
		return nil, err
	}
	sum := crc32.NewIEEE()
	from, to := io.Reader(s), io.Writer(sum)
	if e.Method == zip.Deflate {
		if v.inflate == nil {
			v.inflate = flate.NewReader(s)
		} else if err := v.inflate.(flate.Resetter).Reset(s, nil); err != nil {
			return nil, err
		}
		from = v.inflate
		if e.isPackage {
			if copied, err = os.CreateTemp("", "package-*.zip"); err != nil {
				return nil, err
			}
			to = io.MultiWriter(sum, copied)
		}
	}
	n, err := io.CopyBuffer(to, io.LimitReader(from, int64(e.UncompressedSize64)+1), v.buffer) //nolint:gosec // within the limits
	if err == nil && c.err == nil {
		v.judge(c.at(e.Name), e.File, uint64(n), sum.Sum32(), s.end-s.pos) //nolint:gosec // not negative
		return copied, nil
	}
	if finding, ok := errors.AsType[*Finding](entryError(e.File, err)); ok && c.err == nil {
		finding.Path = c.at(e.Name)
		v.found.append(finding)
		return copied, nil
	}
	return copied, err
}

// judge compares what an entry unpacked to with what it should have been.
// left is how much of its data was not needed for that.
func (v *verification) judge(path string, f *zip.File, n uint64, sum uint32, left int64) {
	switch {
	case n > f.UncompressedSize64:
		v.found.add(CodeDamaged, path, "it unpacks to more than the %d bytes that the directory states", f.UncompressedSize64)
	case n < f.UncompressedSize64:
		v.found.add(CodeDamaged, path, "it unpacks to %d bytes; the directory states %d", n, f.UncompressedSize64)
	case sum != f.CRC32:
		v.found.add(CodeDamaged, path, "its checksum is wrong")
	case left > 0:
		v.found.add(CodeHiddenData, path, "%d bytes follow the end of its compressed data", left)
	}
}
