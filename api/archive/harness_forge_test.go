package archive

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"testing"
)

// forged is a ZIP file in which everything can be said wrongly.
type forged struct {
	entries []*forgedEntry // in the order in which they lie
	order   []int          // of the directory, if another
	after   []byte         // between the entries and the directory
	records int            // more than there are
	size    int            // more than the directory has
	offset  int            // more than where it starts
	zip64   bool           // sizes and offsets in extra fields
}

type forgedEntry struct {
	local, central forgedHeader
	before         []byte // between the entry before and this one
	data           []byte
	descriptor     []byte
	attributes     uint32
	move           int     // the offset in the directory, against where the entry lies
	inside         *forged // the data, if the entry is a package to be made last
}

type forgedHeader struct {
	name         string
	method       uint16
	flags        uint16
	sum          uint32
	packed, size uint32
	extra        []byte
}

// both changes an entry's two headers alike.
func (e *forgedEntry) both(change func(h *forgedHeader)) {
	change(&e.local)
	change(&e.central)
}

// fill makes the headers say what holds for the text.
func (e *forgedEntry) fill(text []byte) {
	e.data = text
	if e.central.method == 8 {
		var b bytes.Buffer
		w, _ := flate.NewWriter(&b, flate.BestCompression)
		_, _ = w.Write(text)
		_ = w.Close()
		e.data = b.Bytes()
	}
	e.both(func(h *forgedHeader) {
		h.sum, h.packed, h.size = crc32.ChecksumIEEE(text), uint32(len(e.data)), uint32(len(text))
	})
	if e.central.flags&flagDescriptor != 0 {
		e.local.sum, e.local.packed, e.local.size = 0, 0, 0
		e.descriptor = e.describe(true, false)
	}
}

// describe returns a data descriptor.
func (e *forgedEntry) describe(signed, long bool) []byte {
	var b []byte
	if signed {
		b = []byte("PK\x07\x08")
	}
	b = binary.LittleEndian.AppendUint32(b, e.central.sum)
	for _, n := range []uint32{e.central.packed, e.central.size} {
		b = binary.LittleEndian.AppendUint32(b, n)
		if long {
			b = append(b, 0, 0, 0, 0)
		}
	}
	return b
}

func forge(names ...string) *forged {
	z := &forged{}
	for _, name := range names {
		e := &forgedEntry{}
		e.both(func(h *forgedHeader) { h.name = name })
		e.fill([]byte("the text of " + name))
		z.entries = append(z.entries, e)
	}
	return z
}

// entry returns the entry of a name, to be changed.
func (z *forged) entry(name string) *forgedEntry {
	for _, e := range z.entries {
		if e.central.name == name {
			return e
		}
	}
	panic("no entry " + name)
}

const (
	storedPackage   = "x/deployments/a/versions/c.zip"
	deflatedPackage = "x/environments/e/e.zip"
	codeFile        = "code/deployment.py"
	dataFile        = "code/data.txt"
)

// forgeable is a valid archive with a stored and a deflated package, deflated
// and streamed entries, and a directory.
func forgeable() *forged {
	texts := map[string]string{
		"x/info.yaml":                     "format_spec: v1.0\n",
		"x/deployments/a/b.yaml":          "deployment_name: dep\n" + pipes,
		"x/deployments/a/versions/c.yaml": "version_name: v1\n",
		"x/environments/e/e.yaml":         "environment_name: e\n",
	}
	z := forge("x/", "x/info.yaml", "x/deployments/a/b.yaml", "x/deployments/a/versions/c.yaml", storedPackage, "x/environments/e/e.yaml", deflatedPackage)
	for _, e := range z.entries {
		e.fill([]byte(texts[e.central.name]))
	}
	for _, name := range []string{"x/deployments/a/b.yaml", deflatedPackage} {
		z.entry(name).both(func(h *forgedHeader) { h.method = 8 })
	}
	for _, name := range []string{"x/deployments/a/versions/c.yaml", deflatedPackage} {
		z.entry(name).both(func(h *forgedHeader) { h.flags = flagDescriptor })
	}
	z.entry("x/deployments/a/b.yaml").fill([]byte(texts["x/deployments/a/b.yaml"]))
	z.entry("x/deployments/a/versions/c.yaml").fill([]byte(texts["x/deployments/a/versions/c.yaml"]))
	for _, name := range []string{storedPackage, deflatedPackage} {
		inside := forge(codeFile, dataFile)
		inside.entries[1].both(func(h *forgedHeader) { h.method = 8 })
		inside.entries[1].fill(bytes.Repeat([]byte("data "), 100))
		z.entry(name).inside = inside
	}
	return z
}

// pack makes the packages' bytes, after which they can be changed no more, and
// their entries can.
func (z *forged) pack() {
	for _, e := range z.entries {
		if e.inside != nil {
			e.fill(e.inside.bytes())
			e.inside = nil
		}
	}
}

// bytes writes the file.
func (z *forged) bytes() []byte {
	z.pack()
	var b bytes.Buffer
	offsets := make([]int, len(z.entries))
	for i, e := range z.entries {
		b.Write(e.before)
		offsets[i] = b.Len()
		b.WriteString("PK\x03\x04\x14\x00")
		e.local.write(&b, z.zip64, -1, 0)
		b.WriteString(e.local.name)
		b.Write(e.local.allExtra(z.zip64, -1))
		b.Write(e.data)
		b.Write(e.descriptor)
	}
	b.Write(z.after)
	start := b.Len()
	order := z.order
	if order == nil {
		for i := range z.entries {
			order = append(order, i)
		}
	}
	for _, i := range order {
		e := z.entries[i]
		b.WriteString("PK\x01\x02\x14\x03\x14\x00")
		e.central.write(&b, z.zip64, offsets[i]+e.move, e.attributes)
		b.WriteString(e.central.name)
		b.Write(e.central.allExtra(z.zip64, offsets[i]+e.move))
	}
	le := binary.LittleEndian
	end := []byte("PK\x05\x06\x00\x00\x00\x00")
	end = le.AppendUint16(end, uint16(len(order)+z.records))
	end = le.AppendUint16(end, uint16(len(order)+z.records))
	end = le.AppendUint32(end, uint32(b.Len()-start+z.size))
	end = le.AppendUint32(end, uint32(start+z.offset))
	b.Write(append(end, 0, 0))
	return b.Bytes()
}

// write writes a header from the flags on; offset is -1 for a local one.
func (h forgedHeader) write(b *bytes.Buffer, zip64 bool, offset int, attributes uint32) {
	le := binary.LittleEndian
	packed, size := h.packed, h.size
	extra := len(h.allExtra(zip64, offset))
	if zip64 {
		packed, size = 1<<32-1, 1<<32-1
	}
	p := le.AppendUint16(nil, h.flags)
	p = le.AppendUint16(p, h.method)
	p = append(p, 0, 0, 0, 0)
	p = le.AppendUint32(p, h.sum)
	p = le.AppendUint32(p, packed)
	p = le.AppendUint32(p, size)
	p = le.AppendUint16(p, uint16(len(h.name)))
	p = le.AppendUint16(p, uint16(extra))
	if offset >= 0 {
		p = append(p, 0, 0, 0, 0, 0, 0)
		p = le.AppendUint32(p, attributes)
		at := uint32(offset)
		if zip64 {
			at = 1<<32 - 1
		}
		p = le.AppendUint32(p, at)
	}
	b.Write(p)
}

func (h forgedHeader) allExtra(zip64 bool, offset int) []byte {
	if !zip64 {
		return h.extra
	}
	le := binary.LittleEndian
	var field []byte
	field = le.AppendUint64(field, uint64(h.size))
	field = le.AppendUint64(field, uint64(h.packed))
	if offset >= 0 {
		field = le.AppendUint64(field, uint64(offset))
	}
	p := le.AppendUint16(nil, zip64Extra)
	p = le.AppendUint16(p, uint16(len(field)))
	return append(append(p, field...), h.extra...)
}

func TestWhatIsForgedWithoutAChangeIsValid(t *testing.T) {
	t.Parallel()
	for _, zip64 := range []bool{false, true} {
		z := forgeable()
		z.zip64 = zip64
		data := z.bytes()
		if err := verifyBytes(t, data); err != nil {
			t.Fatal(err)
		}
		if a := mustOpen(t, data); len(a.Packages()) != 2 || len(a.Others()) != 0 {
			t.Errorf("%v, others %v", a.Packages(), a.Others())
		}
	}
}
