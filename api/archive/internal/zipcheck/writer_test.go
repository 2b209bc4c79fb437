package zipcheck

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"
)

// The local header is what programs go by that read an entry as a stream.
func TestWriter_statesLargeSizesInTheLocalHeader(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{math.MaxUint32 - 1, math.MaxUint32, math.MaxUint32 + 2} {
		var b bytes.Buffer
		w := NewWriter(&b)
		if _, _, err := w.create("name", 0o644, size, 0); err != nil {
			t.Fatal(err)
		}
		if err := w.zip.Flush(); err != nil {
			t.Fatal(err)
		}
		header, extra := b.Bytes(), 0
		if size >= math.MaxUint32 {
			extra = 20
		}
		le := binary.LittleEndian
		want := uint32(min(size, math.MaxUint32))
		if len(header) != localHeaderLen+len("name")+extra || le.Uint32(header[18:]) != want || le.Uint32(header[22:]) != want || le.Uint16(header[28:]) != uint16(extra) {
			t.Fatalf("%d bytes: local header %x", size, header)
		}
		if field := header[localHeaderLen+len("name"):]; extra > 0 && (le.Uint32(field) != 16<<16|1 || le.Uint64(field[4:]) != uint64(size) || le.Uint64(field[12:]) != uint64(size)) {
			t.Errorf("%d bytes: local zip64 field %x", size, field)
		}
	}
}
