package archive

import (
	"encoding/binary"
	"testing"
)

func TestOpenRefusesEntriesThatOverlap(t *testing.T) {
	t.Parallel()
	data := storedZip(t, small())
	const info, other = "x/info.yaml", "x/deployments/a/versions/c.yaml"
	offset := binary.LittleEndian.AppendUint32(nil, uint32(local(data, other)))
	end := binary.LittleEndian.AppendUint32(nil, uint32(central(data, "x/deployments/a/b.yaml")))
	for what, test := range map[string]struct {
		data []byte
		path string
	}{
		"two at one place":     {patch(data, central(data, info)+42, offset...), other},
		"in the directory":     {patch(data, central(data, info)+42, end...), info},
		"behind the file":      {patch(data, central(data, info)+42, 0, 0, 0, 0x7f), info},
		"no zip64 offset":      {patch(data, central(data, info)+42, 0xff, 0xff, 0xff, 0xff), ""},
		"larger than the room": {patch(data, central(data, "x/deployments/a/b.yaml")+20, 150, 0, 0, 0, 150, 0, 0, 0), "x/deployments/a/b.yaml"},
	} {
		_, err := openBytes(test.data)
		code := CodeOverlap
		if test.path == "" {
			code = CodeDamaged
		}
		wantFinding(t, err, code, test.path, 0)
		if err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}

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
			wantFinding(t, err, CodeDamaged, "", 0)
		} else if err != nil || len(offsets) != 1 || offsets[0] != test.want {
			t.Errorf("%s: %v %v", what, offsets, err)
		}
	}
}
