package archive

import (
	"archive/zip"
	"cmp"
	"encoding/binary"
	"math"
	"slices"
)

// span is the part of the ZIP file that may hold an entry: from its local
// header to the next one, or to the directory.
type span struct{ start, end int64 }

// localOffsets returns where the directory says the entries start, in its
// order. countHeaders has walked the same bytes without a fault.
func localOffsets(headers []byte, count int) ([]int64, error) {
	le := binary.LittleEndian
	offsets := make([]int64, 0, count)
	for b := headers; len(offsets) < count; {
		name, extra, comment := int(le.Uint16(b[28:])), int(le.Uint16(b[30:])), int(le.Uint16(b[32:]))
		offset := uint64(le.Uint32(b[42:]))
		if offset == math.MaxUint32 {
			offset = zip64Offset(b, b[headerLen+name:][:extra])
		}
		if offset > math.MaxInt64 {
			return nil, damaged("its directory is malformed")
		}
		offsets = append(offsets, int64(offset))
		b = b[headerLen+name+extra+comment:]
	}
	return offsets, nil
}

// zip64Offset finds the offset that the header itself has no room for, as
// archive/zip does. It follows those sizes that have no room there either.
func zip64Offset(header, extra []byte) uint64 {
	le := binary.LittleEndian
	for len(extra) >= 4 {
		id, n := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			break
		}
		if id == 1 {
			at := 0
			for _, size := range []int{24, 20} {
				if le.Uint32(header[size:]) == math.MaxUint32 {
					at += 8
				}
			}
			if at+8 <= n {
				return le.Uint64(extra[at:])
			}
			break
		}
		extra = extra[n:]
	}
	return math.MaxUint64
}

// entrySpans gives every entry its span. An entry that cannot fit into it
// overlaps with what follows, which is known before anything of it is read.
func entrySpans(files []*zip.File, offsets []int64, directory int64) (map[*zip.File]span, error) {
	order := make([]int, len(files))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(offsets[a], offsets[b]) })
	var found Findings
	spans := make(map[*zip.File]span, len(files))
	for k, i := range order {
		f, s, next := files[i], span{offsets[i], directory}, "the directory of the ZIP file"
		if k+1 < len(order) && offsets[order[k+1]] < directory {
			s.end, next = offsets[order[k+1]], display(files[order[k+1]].Name)
		}
		room := s.end - s.start - localHeaderLen - int64(len(f.Name))
		if room < 0 || f.CompressedSize64 > uint64(room) {
			found.add(CodeDamaged, f.Name, "it overlaps with %s", next)
		}
		spans[f] = s
	}
	return spans, found.err()
}

// atMost returns the span without what no entry of this name and size can
// reach: its extra field has at most 64 KiB, its data descriptor 24 bytes.
func (s span) atMost(f *zip.File) span {
	most := localHeaderLen + int64(len(f.Name)) + math.MaxUint16 + int64(f.CompressedSize64) + 24 //nolint:gosec // it fits into the file
	s.end = min(s.end, s.start+most)
	return s
}
