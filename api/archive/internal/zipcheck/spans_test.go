package zipcheck

import (
	"encoding/binary"
	"errors"
	"testing"
)

func TestOffsetsThatNeedSixtyFourBitsAreRead(t *testing.T) {
	t.Parallel()
	le := binary.LittleEndian
	header := func(packed, size, offset uint32, extra ...byte) []byte {
		b := make([]byte, headerLen, 200)
		le.PutUint32(b[20:], packed)
		le.PutUint32(b[24:], size)
		le.PutUint16(b[28:], 4)
		le.PutUint16(b[30:], uint16(len(extra)))
		le.PutUint32(b[42:], offset)
		return append(append(b, "name"...), extra...)
	}
	const none = 0xffffffff
	field := func(id uint16, numbers ...uint64) []byte {
		b := le.AppendUint16(le.AppendUint16(nil, id), uint16(8*len(numbers)))
		for _, n := range numbers {
			b = le.AppendUint64(b, n)
		}
		return b
	}
	for what, test := range map[string]struct {
		header []byte
		want   int64 // -1 for malformed
	}{
		"32 bits":             {header(1, 1, 77), 77},
		"alone":               {header(1, 1, none, field(1, 1<<40)...), 1 << 40},
		"after both sizes":    {header(none, none, none, field(1, 1, 2, 1<<41)...), 1 << 41},
		"after one size":      {header(none, 1, none, field(1, 1, 1<<42)...), 1 << 42},
		"after another field": {header(1, 1, none, append(field(7, 5), field(1, 1<<43)...)...), 1 << 43},
		"too short a field":   {header(none, none, none, field(1, 1, 2)...), -1},
		"another field only":  {header(1, 1, none, field(7, 5)...), -1},
		"a field cut short":   {header(1, 1, none, field(1, 5)[:9]...), -1},
		"negative":            {header(1, 1, none, field(1, 1<<63)...), -1},
	} {
		offsets, err := localOffsets(test.header, 1)
		if test.want < 0 {
			if faults, ok := errors.AsType[Faults](err); !ok || faults[0].Code != Damaged {
				t.Errorf("%s: %v", what, err)
			}
		} else if err != nil || len(offsets) != 1 || offsets[0] != test.want {
			t.Errorf("%s: %v %v", what, offsets, err)
		}
	}
}
