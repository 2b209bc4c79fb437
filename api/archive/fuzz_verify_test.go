package archive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// mostMemory is what Open and Verify may allocate in total for a file of a
// size, under fuzzLimits: the directory some times over, YAML documents as
// [Limits] says, the buffers of both levels, and 1 KiB for every 46 bytes that
// can be an entry.
func mostMemory(size int) uint64 {
	return uint64(200*fuzzLimits.DocumentsSize) + 4<<20 + 64*uint64(size)
}

// checkJudged opens and verifies, within the bound of memory. What both accept
// has to be the same for archive/zip, on both levels.
func checkJudged(t *testing.T, data []byte) {
	t.Helper()
	a, used, opened, verified := judge(t, data, fuzzLimits)
	if limit := mostMemory(len(data)); used > limit {
		t.Errorf("%d bytes allocated for %d; the bound is %d", used, len(data), limit)
	}
	for _, err := range []error{opened, verified} {
		if _, isFindings := errors.AsType[Findings](err); err != nil && (!isFindings || err.Error() == "") {
			t.Fatalf("no finding: %v", err)
		}
	}
	if opened != nil || verified != nil {
		return
	}
	contents := readByOthers(t, data)
	for _, p := range a.Packages() {
		whole := a.root + p.Path
		if got := readPackage(t, a, p.Path); got != contents[whole] {
			t.Errorf("%s has other contents for archive/zip", whole)
		}
		readByOthers(t, []byte(contents[whole]))
	}
}

func judge(t *testing.T, data []byte, limits Limits) (a *Archive, used uint64, opened, verified error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a, opened = openBytes(data, WithLimits(limits))
	verified = verifyBytes(t, data, WithLimits(limits))
	runtime.ReadMemStats(&after)
	return a, after.TotalAlloc - before.TotalAlloc, opened, verified
}

// readByOthers reads a ZIP file with archive/zip, and again from the front as
// programs do that cannot seek, and demands that both see the same.
func readByOthers(t *testing.T, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("archive/zip refuses what was accepted: %v", err)
	}
	contents := map[string]string{}
	starts := map[int64]string{}
	for _, f := range z.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatalf("%q: %v", f.Name, err)
		}
		text, err := io.ReadAll(rc)
		if err != nil || uint64(len(text)) != f.UncompressedSize64 {
			t.Fatalf("%q: %d bytes: %v", f.Name, len(text), err)
		}
		if _, twice := contents[f.Name]; twice {
			t.Fatalf("%q is there twice", f.Name)
		}
		contents[f.Name] = string(text)
		start, err := f.DataOffset()
		if err != nil {
			t.Fatal(err)
		}
		starts[start] = f.Name
	}
	le := binary.LittleEndian
	for at := 0; len(starts) > 0; {
		at = bytes.Index(data[at:], []byte("PK\x03\x04")) + at // over a descriptor
		start := at + localHeaderLen + int(le.Uint16(data[at+26:])) + int(le.Uint16(data[at+28:]))
		name, ok := starts[int64(start)]
		if !ok || string(data[at+localHeaderLen:][:len(name)]) != name {
			t.Fatalf("from the front there is another entry at byte %d", at)
		}
		delete(starts, int64(start))
		for _, f := range z.File {
			if f.Name == name {
				at = start + int(f.CompressedSize64)
			}
		}
	}
	return contents
}

// FuzzVerify starts from the bytes of a file.
func FuzzVerify(f *testing.F) {
	f.Add(template(f))
	f.Add(small().zip(f))
	f.Add(forgeable().bytes())
	long := forgeable()
	long.zip64 = true
	f.Add(long.bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) <= 64<<10 {
			checkJudged(t, data)
		}
	})
}

// FuzzForged starts from a list of changes to a valid archive, so that it gets
// past the first check. Each takes six bytes: what is changed, of which entry
// of the archive or, from 128 on, of a package in it, and to which value.
func FuzzForged(f *testing.F) {
	f.Add([]byte{})
	for kind := range byte(len(forgeries)) {
		for _, entry := range []byte{2, 6, 130} {
			f.Add([]byte{kind, entry, 1, 0, 0, 0})
		}
		f.Add([]byte{kind, 4, 0xff, 0xff, 0xff, 0xff, kind, 128, 0xff, 0xff, 0xff, 0x7f, 0, 2, 3, 0, 0, 0})
	}
	f.Fuzz(func(t *testing.T, changes []byte) {
		if len(changes) > 64*6 {
			return
		}
		z := forgeable()
		packages := []*forged{z.entry(storedPackage).inside, z.entry(deflatedPackage).inside}
		for change := range slices.Chunk(changes, 6) {
			if len(change) == 6 && change[1] >= 128 {
				forgeOne(packages[change[1]%2], change[0], change[1]/2, change[2:])
			}
		}
		z.pack()
		for change := range slices.Chunk(changes, 6) {
			if len(change) == 6 && change[1] < 128 {
				forgeOne(z, change[0], change[1], change[2:])
			}
		}
		checkJudged(t, z.bytes())
	})
}

func forgeOne(z *forged, kind, entry byte, value []byte) {
	forgeries[int(kind)%len(forgeries)](z, z.entries[int(entry)%len(z.entries)], binary.LittleEndian.Uint32(value))
}

// names that an entry can be given: hostile ones, and those of other entries.
var forgedNames = []string{
	"../evil", "/evil", `a\b`, "C:/x", "a\x00", "\xff", "", "x/", "x/info.yaml", "X/INFO.yaml", "x/info.yaml/a", "y/info.yaml",
	"x/deployments/a/versions/d.zip", "x/deployments/a/versions/d.yaml", "x/environment_variables.yaml", codeFile, "a/", strings.Repeat("d/", 40),
}

var forgeries = []func(z *forged, e *forgedEntry, v uint32){
	func(_ *forged, e *forgedEntry, v uint32) { e.local.name = forgedNames[int(v%uint32(len(forgedNames)))] },
	func(_ *forged, e *forgedEntry, v uint32) {
		e.central.name = forgedNames[int(v%uint32(len(forgedNames)))]
	},
	func(_ *forged, e *forgedEntry, v uint32) {
		e.both(func(h *forgedHeader) { h.name = forgedNames[int(v%uint32(len(forgedNames)))] })
	},
	func(_ *forged, e *forgedEntry, v uint32) { e.local.packed += v },
	func(_ *forged, e *forgedEntry, v uint32) { e.local.size += v },
	func(_ *forged, e *forgedEntry, v uint32) { e.central.packed += v },
	func(_ *forged, e *forgedEntry, v uint32) { e.central.size += v },
	func(_ *forged, e *forgedEntry, v uint32) {
		e.both(func(h *forgedHeader) { h.packed += v; h.size += v })
	},
	func(_ *forged, e *forgedEntry, v uint32) { e.local.sum ^= v },
	func(_ *forged, e *forgedEntry, v uint32) { e.both(func(h *forgedHeader) { h.sum = v }) },
	func(_ *forged, e *forgedEntry, v uint32) { e.local.flags ^= uint16(v) },
	func(_ *forged, e *forgedEntry, v uint32) { e.both(func(h *forgedHeader) { h.flags ^= uint16(v) }) },
	func(_ *forged, e *forgedEntry, v uint32) { e.local.method = uint16(v) },
	func(_ *forged, e *forgedEntry, v uint32) { e.both(func(h *forgedHeader) { h.method = uint16(v) % 9 }) },
	func(_ *forged, e *forgedEntry, v uint32) { // compressed, or not, as it should be
		e.both(func(h *forgedHeader) { h.method = uint16(8 * (v % 2)); h.flags = uint16(8 * (v / 2 % 2)) })
		e.descriptor = nil
		e.fill(bytes.Repeat([]byte{byte(v >> 8)}, int(v>>16)))
	},
	func(_ *forged, e *forgedEntry, v uint32) { e.before = make([]byte, v%1000) },
	func(z *forged, _ *forgedEntry, v uint32) { z.after = make([]byte, v%1000) },
	func(_ *forged, e *forgedEntry, v uint32) { e.move += int(int32(v)) },
	func(_ *forged, e *forgedEntry, v uint32) { e.move += int(int8(v)) },
	func(_ *forged, e *forgedEntry, v uint32) { e.attributes = v },
	func(_ *forged, e *forgedEntry, v uint32) { e.descriptor = e.describe(v%2 == 0, v/2%2 == 0) },
	func(_ *forged, e *forgedEntry, v uint32) {
		if len(e.data) > 0 {
			e.data = bytes.Clone(e.data)
			e.data[int(v>>8)%len(e.data)] ^= byte(v)
		}
	},
	func(_ *forged, e *forgedEntry, v uint32) { e.data = e.data[:int(v%uint32((len(e.data)+1)))] },
	func(_ *forged, e *forgedEntry, v uint32) {
		e.data = append(bytes.Clone(e.data), make([]byte, v%100)...)
	},
	func(_ *forged, e *forgedEntry, v uint32) {
		e.local.extra = append(binary.LittleEndian.AppendUint32(nil, v), "12345678abcdefgh"...)
	},
	func(_ *forged, e *forgedEntry, v uint32) {
		e.central.extra = append(binary.LittleEndian.AppendUint32(nil, v), "12345678abcdefgh"...)
	},
	func(z *forged, _ *forgedEntry, v uint32) { z.zip64 = v%2 == 1 },
	func(z *forged, _ *forgedEntry, v uint32) { z.records += int(int16(v)) },
	func(z *forged, _ *forgedEntry, v uint32) { z.size += int(int32(v)) },
	func(z *forged, _ *forgedEntry, v uint32) { z.offset += int(int32(v)) },
	func(z *forged, _ *forgedEntry, v uint32) { z.order = rest(z, int(v%uint32(len(z.entries)))) },
	func(z *forged, _ *forgedEntry, v uint32) { // the directory in another order
		z.order = append(rest(z, int(v%uint32(len(z.entries)))), int(v%uint32(len(z.entries))))
	},
	func(z *forged, _ *forgedEntry, v uint32) { // an entry in the directory twice
		z.order = append(rest(z, -1), int(v%uint32(len(z.entries))))
	},
	func(z *forged, e *forgedEntry, v uint32) { // an entry twice
		if len(z.entries) < 100 {
			twin := *e
			twin.both(func(h *forgedHeader) { h.name = h.name[:len(h.name)/2] + string(rune('a'+v%26)) })
			z.entries = append(z.entries, &twin)
		}
	},
	func(z *forged, e *forgedEntry, v uint32) { // two entries change places
		for i, other := range z.entries {
			if other == e {
				k := int(v % uint32(len(z.entries)))
				z.entries[i], z.entries[k] = z.entries[k], e
				return
			}
		}
	},
}
