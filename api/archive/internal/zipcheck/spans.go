package zipcheck

import (
	"archive/zip"
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
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
		size, packed, offset := uint64(le.Uint32(b[24:])), uint64(le.Uint32(b[20:])), uint64(le.Uint32(b[42:]))
		missing := widen(b[headerLen+name:][:extra], &size, &packed, &offset)
		if offset > math.MaxInt64 || slices.Contains(missing, &offset) {
			return nil, damaged("its directory is malformed")
		}
		offsets = append(offsets, int64(offset))
		b = b[headerLen+name+extra+comment:]
	}
	return offsets, nil
}

// entrySpans gives every entry its span. An entry that cannot fit into it
// overlaps with what follows, which is known before anything of it is read.
func entrySpans(files []*zip.File, offsets []int64, directory int64) (map[*zip.File]span, error) {
	order := make([]int, len(files))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(offsets[a], offsets[b]) })
	var found Faults
	spans := make(map[*zip.File]span, len(files))
	for k, i := range order {
		f, s, next := files[i], span{offsets[i], directory}, "the directory of the ZIP file"
		if k+1 < len(order) && offsets[order[k+1]] < directory {
			s.end, next = offsets[order[k+1]], printable.Name(files[order[k+1]].Name)
		}
		room := s.end - s.start - localHeaderLen - int64(len(f.Name))
		if room < 0 || f.CompressedSize64 > uint64(room) {
			found.add(Overlap, f.Name, "it overlaps with %s", next)
		}
		spans[f] = s
	}
	return spans, found.Err()
}

// atMost returns the span without what no entry of this name and size can
// reach: its extra field has at most 64 KiB, its data descriptor 24 bytes.
func (s span) atMost(f *zip.File) span {
	most := localHeaderLen + int64(len(f.Name)) + math.MaxUint16 + int64(f.CompressedSize64) + 24 //nolint:gosec // it fits into the file
	s.end = min(s.end, s.start+most)
	return s
}
