package archive

import (
	"encoding/binary"
	"fmt"
	"testing"
)

// lies are small files that state large things.
func lies() map[string][]byte {
	const huge = 1<<32 - 2
	all := map[string][]byte{}
	change := func(what string, change func(z *forged)) {
		z := forgeable()
		change(z)
		all[what] = z.bytes()
	}
	for _, entry := range []int{1, 2, 3, 4, 6} {
		change(fmt.Sprintf("size of entry %d", entry), func(z *forged) { z.pack(); z.entries[entry].both(func(h *forgedHeader) { h.size = huge }) })
		change(fmt.Sprintf("both sizes of entry %d", entry), func(z *forged) {
			z.pack()
			z.entries[entry].both(func(h *forgedHeader) { h.size, h.packed = huge, huge })
		})
		change(fmt.Sprintf("sizes of 64 bits, entry %d", entry), func(z *forged) {
			z.pack()
			z.zip64 = true
			z.entries[entry].both(func(h *forgedHeader) { h.size, h.packed = huge, huge })
		})
	}
	change("size in a stored package", func(z *forged) {
		z.entry(storedPackage).inside.entries[1].both(func(h *forgedHeader) { h.size = huge })
	})
	change("size in a deflated package", func(z *forged) {
		z.entry(deflatedPackage).inside.entries[1].both(func(h *forgedHeader) { h.size = huge })
	})
	change("a place", func(z *forged) { z.entries[1].move = huge / 4 })
	change("entries", func(z *forged) { z.records = 60_000 })
	change("entries of a package", func(z *forged) { z.entry(storedPackage).inside.records = 60_000 })
	change("directory", func(z *forged) { z.size = huge / 2 })
	change("directory's place", func(z *forged) { z.offset = huge / 2 })
	end := make([]byte, end64Len+locatorLen+endLen)
	copy(end, "PK\x06\x06")
	binary.LittleEndian.PutUint64(end[4:], end64Len-12)
	for _, field := range []int{24, 32} { // entries on this disk, entries
		binary.LittleEndian.PutUint64(end[field:], 1<<40)
	}
	binary.LittleEndian.PutUint64(end[40:], 1<<50) // size of the directory
	copy(end[end64Len:], "PK\x06\x07")
	binary.LittleEndian.PutUint32(end[end64Len+16:], 1)
	copy(end[end64Len+locatorLen:], "PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
	all["entries and directory in 64 bits"] = end
	return all
}

// No t.Parallel here and below: allocations of other tests would be counted.

func TestOpen_lyingDirectoriesAllocateNothingForTheLie(t *testing.T) {
	var most uint64
	for what, data := range lies() {
		_, used, opened, verified := judge(t, data, Limits{})
		if opened == nil && verified == nil {
			t.Errorf("%s: accepted", what)
		}
		for range 4 { // what a lie allocates, it allocates every time; a pool may have been emptied
			_, again, _, _ := judge(t, data, Limits{})
			used = min(used, again)
		}
		if used > 3<<20 { // buffers of Verify, inflating, a document; the lies are of 64 KiB to 1 PiB
			t.Errorf("%s: %d bytes allocated for a file of %d", what, used, len(data))
		}
		most = max(most, used)
	}
	t.Logf("at most %d bytes", most)
}

// What a deflated package unpacks to goes to a file.
func TestVerify_holdsNoPackageInMemory(t *testing.T) {
	z := forgeable()
	inside := forge("a")
	inside.entries[0].fill(make([]byte, 32<<20))
	z.entry(deflatedPackage).inside = inside
	z.entry(storedPackage).inside = inside
	data := z.bytes()
	_, used, opened, verified := judge(t, data, Limits{Ratio: 2000})
	if opened != nil || verified != nil {
		t.Fatal(opened, verified)
	}
	if used > 8<<20 {
		t.Errorf("%d bytes allocated for packages of 32 MiB", used)
	}
	t.Logf("%d bytes", used)
}

func TestVerify_allocatesByEntriesAndNotByBytes(t *testing.T) {
	const entries = 5000
	z := forgeable()
	for i := range entries {
		z.entries = append(z.entries, forge(fmt.Sprintf("x/files/%d", i)).entries...)
	}
	_, used, opened, verified := judge(t, z.bytes(), Limits{})
	if opened != nil || verified != nil {
		t.Fatal(opened, verified)
	}
	if used > 4<<20+entries*3<<10 {
		t.Errorf("%d bytes allocated for %d entries", used, entries)
	}
	t.Logf("%d bytes an entry", used/entries)
}
