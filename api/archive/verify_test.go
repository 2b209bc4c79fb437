package archive

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

func TestVerify_acceptsWhatIsSound(t *testing.T) {
	t.Parallel()
	if err := verifyBytes(t, template(t)); err != nil {
		t.Errorf("the official template: %v", err)
	}
	for what, change := range map[string]func(z *forged){
		"any order in the directory":                func(z *forged) { z.order = []int{6, 4, 2, 0, 1, 3, 5} },
		"a descriptor without signature":            func(z *forged) { e := z.entries[3]; e.descriptor = e.describe(false, false) },
		"a long descriptor":                         func(z *forged) { e := z.entries[3]; e.descriptor = e.describe(true, true) },
		"a long descriptor without signature":       func(z *forged) { e := z.entries[3]; e.descriptor = e.describe(false, true) },
		"a descriptor that repeats the header":      func(z *forged) { e := z.entries[3]; e.local = e.central },
		"extra fields":                              func(z *forged) { z.entries[3].both(func(h *forgedHeader) { h.extra = []byte("ab\x02\x00cd") }) },
		"a deflated directory, as some tools write": func(z *forged) { e := z.entries[0]; e.both(func(h *forgedHeader) { h.method = 8 }); e.fill(nil) },
		"other levels of compression in the flags":  func(z *forged) { z.entries[2].local.flags = 2 },
	} {
		z := forgeable()
		change(z)
		if err := verifyBytes(t, z.bytes()); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Every rule of Verify for the entries of a ZIP file. Each change is made to
// the archive, to its stored package and to its deflated package.
func TestVerify_refusesByEveryRuleOnBothLevels(t *testing.T) {
	t.Parallel()
	const first, second = 0, 1 // the second one is deflated
	for _, test := range []struct {
		what   string
		change func(z *forged)
		code   Code
		at     int // entry that is named, -1 for the file
		text   string
	}{
		{"data before the first entry", func(z *forged) { z.entries[first].before = []byte("#!/bin/sh\n") }, CodeHiddenData, -1, "10 bytes at byte 0, before its first entry"},
		{"data between entries", func(z *forged) { z.entries[second].before = []byte("hidden") }, CodeHiddenData, -1, "between its entries"},
		{"data before the directory", func(z *forged) { z.after = []byte("hidden") }, CodeHiddenData, -1, "between its entries"},
		{"an entry that the directory leaves out", func(z *forged) { z.order = rest(z, second) }, CodeHiddenData, -1, "belong to no entry"},
		{"data behind the compressed stream", func(z *forged) {
			e := z.entries[second]
			e.data = append(e.data, "hidden"...)
			e.both(func(h *forgedHeader) { h.packed += 6 })
		}, CodeHiddenData, second, "6 bytes follow"},
		{"two entries in one place", func(z *forged) {
			z.entries[second].move = -z.entries[second].lengthBefore(z, first)
		}, CodeOverlap, second, "overlaps"},
		{"an entry inside of another", func(z *forged) {
			e := z.entries[first]
			e.both(func(h *forgedHeader) { h.packed += 20; h.size += 20 })
		}, CodeOverlap, second, "overlaps"},
		{"an entry in the place of a damaged one", func(z *forged) {
			e := z.entries[second]
			e.move = -e.lengthBefore(z, first)
			describe(z.entries[first], func(h *forgedHeader) { h.sum++ })
			e.move -= len(z.entries[first].descriptor)
		}, CodeOverlap, second, "overlaps"},
		{"a descriptor that is part of the next entry", func(z *forged) {
			e := z.entries[first]
			e.both(func(h *forgedHeader) { h.flags |= flagDescriptor })
		}, CodeMismatch, first, "descriptor"},
		{"local name", func(z *forged) { e := &z.entries[first].local; e.name = strings.ToUpper(e.name) }, CodeMismatch, first, "names"},
		{"local method", func(z *forged) { z.entries[second].local.method = 0 }, CodeMismatch, second, "methods"},
		{"local flags", func(z *forged) { z.entries[first].local.flags = flagUTF8 }, CodeMismatch, first, "flags"},
		{"local encryption", func(z *forged) { z.entries[first].local.flags = 1 }, CodeMismatch, first, "flags"},
		{"local packed size", func(z *forged) { z.entries[second].local.packed++ }, CodeMismatch, second, "sizes"},
		{"local size", func(z *forged) { z.entries[second].local.size-- }, CodeMismatch, second, "sizes"},
		{"local size of nothing", func(z *forged) { z.entries[second].local.size = 0 }, CodeMismatch, second, "sizes"},
		{"local checksum", func(z *forged) { z.entries[first].local.sum ^= 1 }, CodeMismatch, first, "checksums"},
		{"descriptor's checksum", func(z *forged) { describe(z.entries[first], func(h *forgedHeader) { h.sum ^= 1 }) }, CodeMismatch, first, "descriptor"},
		{"descriptor's packed size", func(z *forged) { describe(z.entries[second], func(h *forgedHeader) { h.packed++ }) }, CodeMismatch, second, "descriptor"},
		{"descriptor's size", func(z *forged) { describe(z.entries[second], func(h *forgedHeader) { h.size++ }) }, CodeMismatch, second, "descriptor"},
		{"wrong checksum", func(z *forged) { z.entries[second].both(func(h *forgedHeader) { h.sum ^= 1 }) }, CodeDamaged, second, "checksum"},
		{"checksum of zero", func(z *forged) { z.entries[second].both(func(h *forgedHeader) { h.sum = 0 }) }, CodeDamaged, second, "checksum"},
		{"changed data", func(z *forged) { z.entries[first].data[3] ^= 1 }, CodeDamaged, first, "checksum"},
		{"broken stream", func(z *forged) { z.entries[second].data[0] = 0xff }, CodeDamaged, second, "broken"},
		{"stream without end", func(z *forged) {
			e := z.entries[second]
			e.data = e.data[:len(e.data)-2]
			e.both(func(h *forgedHeader) { h.packed -= 2 })
		}, CodeDamaged, second, "do not match"},
		{"more than the size", func(z *forged) { z.entries[second].both(func(h *forgedHeader) { h.size-- }) }, CodeDamaged, second, "more than"},
		{"less than the size", func(z *forged) { z.entries[second].both(func(h *forgedHeader) { h.size++ }) }, CodeDamaged, second, "the directory states"},
		{"no header at the place", func(z *forged) { z.entries[second].move = 1 }, CodeDamaged, second, "no header"},
		{"a place behind the entries", func(z *forged) { z.entries[second].move = 1 << 20 }, CodeDamaged, second, "outside"},
		{"truncated", func(z *forged) {
			e := z.entries[second]
			e.both(func(h *forgedHeader) { h.packed += 1 << 20 })
		}, CodeDamaged, -1, "larger than the file"},
	} {
		z := forgeableInside()
		test.change(z)
		want := ""
		if test.at >= 0 {
			want = z.entries[test.at].central.name
		}
		err := verifyBytes(t, archiveOf(z).bytes())
		for _, path := range []string{storedPackage, deflatedPackage} {
			p := path
			if want != "" {
				p += "!/" + want
			}
			wantFindingAt(t, test.what, err, test.code, p, test.text)
		}
		// The same in the archive itself.
		outer := forgeable()
		outer.entries = append(z.entries, outer.entries...)
		outer.after, outer.order = z.after, nil
		if z.order != nil {
			outer.order = rest(outer, 1)
		}
		wantFindingAt(t, test.what, verifyBytes(t, outer.bytes()), test.code, want, test.text)
	}
}

// forgeableInside is what the packages of the test above are.
func forgeableInside() *forged {
	z := forge(codeFile, dataFile, "code/more.txt")
	z.entries[1].both(func(h *forgedHeader) { h.method = 8 })
	z.entries[1].fill(bytes.Repeat([]byte("data "), 100))
	return z
}

// archiveOf returns an archive whose packages are both z.
func archiveOf(z *forged) *forged {
	data := z.bytes()
	archive := forgeable()
	for _, name := range []string{storedPackage, deflatedPackage} {
		e := archive.entry(name)
		e.inside = nil
		e.fill(data)
	}
	return archive
}

// rest returns all entries but one.
func rest(z *forged, without int) []int {
	var all []int
	for i := range z.entries {
		if i != without {
			all = append(all, i)
		}
	}
	return all
}

func (e *forgedEntry) lengthBefore(z *forged, other int) int {
	o := z.entries[other]
	return localHeaderLen + len(o.local.name) + len(o.local.extra) + len(o.data) + len(o.descriptor) + len(e.before)
}

// describe makes an entry's descriptor say something else than the directory.
func describe(e *forgedEntry, change func(h *forgedHeader)) {
	e.both(func(h *forgedHeader) { h.flags |= flagDescriptor })
	lie := *e
	change(&lie.central)
	e.descriptor = lie.describe(true, false)
}

// wantFindingAt looks for a finding among those of an error.
func wantFindingAt(t *testing.T, what string, err error, code Code, path, text string) {
	t.Helper()
	list, _ := errors.AsType[Findings](err)
	for _, f := range list {
		if f.Code == code && f.Path == path && f.Severity == SeverityError && strings.Contains(f.Message, text) {
			return
		}
	}
	t.Errorf("%s: got\n%v\nwant %s at %q with %q", what, err, code, path, text)
}

func TestVerify_reportsAllEntriesAndNoMoreThanEnough(t *testing.T) {
	t.Parallel()
	z := forgeable()
	z.entries[1].local.name = "y"
	z.entries[3].data[0] ^= 1
	z.entries[5].local.sum++
	list, _ := errors.AsType[Findings](verifyBytes(t, z.bytes()))
	if len(list) != 3 {
		t.Errorf("got\n%v", list)
	}
	many := forgeable()
	for i := range 200 {
		e := forge("x/" + strings.Repeat("y", i+1)).entries[0]
		e.fill(make([]byte, 50_000))
		e.data[0] ^= 1
		many.entries = append(many.entries, e)
	}
	data := many.bytes()
	reads := &countingReader{Reader: bytes.NewReader(data)}
	list, _ = errors.AsType[Findings](Verify(t.Context(), reads, int64(len(data))))
	if whole := len(data) / zipcheck.StreamSize; reads.n > whole/2 {
		t.Errorf("%d reads after which nothing is reported", reads.n)
	}
	if len(list) != maxFindings+1 || !strings.Contains(list[maxFindings].Message, "left out") {
		t.Errorf("%d findings, the last: %v", len(list), list[len(list)-1])
	}
}

func TestVerify_saysThatThereIsNoInfo(t *testing.T) {
	t.Parallel()
	wantFinding(t, verifyBytes(t, forge("a").bytes()), CodeNoInfo, "", 0)
	wantFinding(t, verifyBytes(t, []byte("no ZIP")), CodeNotZip, "", 0)
	wantFinding(t, verifyBytes(t, nil), CodeNotZip, "", 0)
}

// A file whose header states an offset that is negative as a signed number.
func TestVerify_refusesOffsetsThatNoFileHas(t *testing.T) {
	t.Parallel()
	z := forgeable()
	z.zip64 = true
	data := z.bytes()
	at := bytes.LastIndex(data, []byte("x/info.yaml")) + len("x/info.yaml") + 4 + 16
	for _, offset := range []uint64{1 << 63, 1<<64 - 1, 1<<63 - 1} {
		bad := patch(data, at, binary.LittleEndian.AppendUint64(nil, offset)...)
		list, _ := errors.AsType[Findings](verifyBytes(t, bad))
		if !slices.ContainsFunc(list, func(f *Finding) bool { return f.Code == CodeDamaged }) {
			t.Errorf("offset %d: %v", offset, list)
		}
	}
}

func TestVerify_refusesALocalHeaderThatReachesIntoTheDirectory(t *testing.T) {
	t.Parallel()
	data := forgeable().bytes()
	last := bytes.LastIndex(data, []byte("PK\x03\x04\x14\x00\x08\x00\x08"))
	for _, at := range []int{26, 28} { // lengths of the name and of the extra field
		err := verifyBytes(t, patch(data, last+at, 0xff, 0xff))
		wantFindingAt(t, "length", err, CodeDamaged, deflatedPackage, "no header")
	}
}
