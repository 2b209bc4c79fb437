package zipcheck

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"slices"
)

const (
	flagDescriptor  = 1 << 3
	flagUTF8        = 1 << 11
	flagsThatMatter = 1<<0 | flagDescriptor | 1<<5 | 1<<6 | flagUTF8 | 1<<13 // those that change what is read
	zip64Extra      = 1
	descriptorLen   = 24 // at most
)

// localHeader is what stands before an entry's data.
type localHeader struct {
	flags, method uint16
	sum           uint32
	packed, size  uint64
	name          []byte
	length        int64
}

// readLocalHeader returns nil if there is no header before end.
func readLocalHeader(s *stream, offset, end int64) (*localHeader, error) {
	if err := s.section(offset, end); err != nil {
		return nil, err
	}
	var b [localHeaderLen]byte
	if _, err := io.ReadFull(s, b[:]); err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	name, extra := int(le.Uint16(b[26:])), int(le.Uint16(b[28:]))
	h := &localHeader{
		flags: le.Uint16(b[6:]), method: le.Uint16(b[8:]), sum: le.Uint32(b[14:]),
		packed: uint64(le.Uint32(b[18:])), size: uint64(le.Uint32(b[22:])),
		length: localHeaderLen + int64(name) + int64(extra),
	}
	if string(b[:4]) != "PK\x03\x04" || h.length > end-offset {
		return nil, nil
	}
	rest := make([]byte, name+extra)
	if _, err := io.ReadFull(s, rest); err != nil {
		return nil, err
	}
	h.name = rest[:name]
	widen(rest[name:], &h.size, &h.packed)
	return h, nil
}

// differs says what a local header and the directory contradict each other in.
func (h *localHeader) differs(f *zip.File, name string) string {
	// A program that writes a descriptor may leave out what comes with it.
	later := h.flags&flagDescriptor != 0
	same := func(local, central uint64) bool { return local == central || later && local == 0 }
	switch {
	case string(h.name) != name:
		return "names"
	case h.method != f.Method:
		return "methods"
	case (h.flags^f.Flags)&flagsThatMatter != 0:
		return "flags"
	case !same(h.packed, f.CompressedSize64), !same(h.size, f.UncompressedSize64):
		return "sizes"
	case !same(uint64(h.sum), uint64(f.CRC32)):
		return "checksums"
	}
	return ""
}

// widen replaces those of the numbers that 32 bits cannot hold by what the
// extra field says, which has just these, in their order. It returns those that
// the field does not have. The rules are those of archive/zip.
func widen(extra []byte, numbers ...*uint64) (missing []*uint64) {
	le := binary.LittleEndian
	numbers = slices.DeleteFunc(numbers, func(n *uint64) bool { return *n != math.MaxUint32 })
	for len(numbers) > 0 && len(extra) >= 4 {
		tag, size := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if extra = extra[4:]; size > len(extra) {
			return numbers
		}
		field := extra[:size]
		extra = extra[size:]
		for tag == zip64Extra && len(numbers) > 0 && len(field) >= 8 {
			*numbers[0] = le.Uint64(field)
			numbers, field = numbers[1:], field[8:]
		}
	}
	return numbers
}

// descriptorLength returns how many of the bytes behind an entry's data are its
// data descriptor; 0 if they are none for it. Whether it has a signature, and
// 32 or 64 bits for a size, is stated nowhere.
func descriptorLength(b []byte, f *zip.File) int {
	le := binary.LittleEndian
	sum := le.AppendUint32(nil, f.CRC32)
	forms := [][]byte{le.AppendUint64(le.AppendUint64(slices.Clone(sum), f.CompressedSize64), f.UncompressedSize64)}
	if packed, size := f.CompressedSize64, f.UncompressedSize64; packed <= math.MaxUint32 && size <= math.MaxUint32 {
		forms = append(forms, le.AppendUint32(le.AppendUint32(sum, uint32(packed)), uint32(size)))
	}
	for _, form := range forms {
		if signed := append([]byte("PK\x07\x08"), form...); bytes.HasPrefix(b, signed) {
			return len(signed)
		}
	}
	for _, form := range forms {
		if bytes.HasPrefix(b, form) {
			return len(form)
		}
	}
	return 0
}
