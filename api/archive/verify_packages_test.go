package archive

import (
	"errors"
	"strings"
	"testing"
)

// What Open refuses by the directory, Verify refuses in the archive and in
// packages.
func TestVerify_holdsTheRulesOfOpenOneLevelDown(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		what   string
		change func(z *forged)
		code   Code
		path   string // in the package
	}{
		{"a name out of the root", func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.name = "../evil" }) }, CodeName, "../evil"},
		{"an absolute name", func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.name = "/evil" }) }, CodeName, "/evil"},
		{"a drive", func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.name = "c:/x" }) }, CodeName, "c:/x"},
		{"a NUL", func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.name = "a\x00" }) }, CodeName, "a\x00"},
		{"a back-slash beside a slash out of the root", func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.name = `a\..\..\evil` }) }, CodeName, `a\..\..\evil`},
		{"a name twice", func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.name = dataFile }) }, CodeClash, dataFile},
		{"a file that is a directory", func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.name = "code" }) }, CodeClash, "code"},
		{"a device", func(z *forged) { z.entries[0].attributes = 0o060666 << 16 }, CodeIrregular, codeFile},
		{"encryption", func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.flags = 1 }) }, CodeEncrypted, codeFile},
		{"another method", func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.method = 12 }) }, CodeMethod, codeFile},
		{"stored with two sizes", func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.size++ }) }, CodeDamaged, codeFile},
		{"sizes beyond the file", func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.size, h.packed = 1<<30, 1<<30 }) }, CodeDamaged, ""},
		{"a single entry over the limit", func(z *forged) { z.entries[1].both(func(h *forgedHeader) { h.size = 3 << 30 }) }, CodeLimit, dataFile},
		{"a false count", func(z *forged) { z.records = 1 }, CodeDamaged, ""},
		{"a false size of the directory", func(z *forged) { z.size = 1 }, CodeDamaged, ""},
		{"a false place of the directory", func(z *forged) { z.offset = 1 }, CodeDamaged, ""},
	} {
		z := forgeableInside()
		test.change(z)
		err := verifyBytes(t, archiveOf(z).bytes())
		for _, path := range []string{storedPackage, deflatedPackage} {
			if test.path != "" {
				path += "!/" + test.path
			}
			wantFindingAt(t, test.what, err, test.code, path, "")
		}
		outer := forgeable()
		outer.entries = append(outer.entries, z.entries...)
		outer.records, outer.size, outer.offset = z.records, z.size, z.offset
		err = verifyBytes(t, outer.bytes())
		wantFindingAt(t, test.what, err, test.code, test.path, "")
		_, err = openBytes(outer.bytes())
		wantFindingAt(t, test.what+", at open", err, test.code, test.path, "")
	}
}

func TestVerify_refusesPackagesThatAreNotZIPFiles(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "the package", strings.Repeat("the package ", 100)} {
		z := forgeable()
		for _, name := range []string{storedPackage, deflatedPackage} {
			z.entry(name).inside = nil
			z.entry(name).fill([]byte(text))
		}
		err := verifyBytes(t, z.bytes())
		wantFindingAt(t, text, err, CodeNotZip, storedPackage, "not a ZIP file")
		wantFindingAt(t, text, err, CodeNotZip, deflatedPackage, "not a ZIP file")
	}
	z := forgeable()
	z.entry(storedPackage).inside = forge()
	if err := verifyBytes(t, z.bytes()); err != nil {
		t.Errorf("a ZIP file without entries: %v", err)
	}
}

// A package is checked by where it lies; what lies in packages is not looked into.
func TestVerify_goesOneLevelDown(t *testing.T) {
	t.Parallel()
	z := forgeable()
	z.entry(storedPackage).inside.entries[0].both(func(h *forgedHeader) { h.name = storedPackage })
	z.entries = append(z.entries, forge("x/other.zip", "x/pipelines/p/versions/v.zip", "y/deployments/a/versions/d.zip").entries...)
	if err := verifyBytes(t, z.bytes()); err != nil {
		t.Error(err)
	}
	z.entries = append(z.entries, forge("x/deployments/a/versions/orphan.zip").entries...)
	wantFinding(t, verifyBytes(t, z.bytes()), CodeNotZip, "x/deployments/a/versions/orphan.zip", 0)
}

func TestVerify_keepsLimitsAcrossLevels(t *testing.T) {
	t.Parallel()
	zeros := make([]byte, 1<<20)
	z := forgeable()
	inside := forge("a", "b", "c", "d")
	for _, e := range inside.entries {
		e.both(func(h *forgedHeader) { h.method = 8 })
		e.fill(zeros)
	}
	z.entry(storedPackage).inside = inside
	data := z.bytes()
	total := int64(0)
	for _, e := range z.entries {
		total += int64(e.central.size)
	}
	total += 4<<20 + int64(len("the text of "+codeFile)) + 500
	for _, test := range []struct {
		what   string
		limits Limits
		path   string
		text   string
	}{
		{"nothing", Limits{Ratio: 2000, TotalSize: total, EntrySize: 1 << 20, Entries: 7}, "", ""},
		{"total across levels", Limits{Ratio: 2000, TotalSize: total - 1}, deflatedPackage, "unpack to more than"},
		{"total in a package", Limits{Ratio: 2000, TotalSize: 4<<20 - 1}, storedPackage, "unpacks to more than"},
		{"ratio across levels", Limits{}, storedPackage, "200 times what it takes"},
		{"one entry", Limits{Ratio: 2000, EntrySize: 1<<20 - 1}, storedPackage + "!/a", "the limit is"},
		{"entries", Limits{Ratio: 2000, Entries: 6}, "", "7 entries"},
		{"the package's directory", Limits{Ratio: 2000, DirectorySize: 100}, "", "directory has"},
	} {
		err := verifyBytes(t, data, WithLimits(test.limits))
		if test.text == "" {
			if err != nil {
				t.Errorf("%s: %v", test.what, err)
			}
			continue
		}
		wantFindingAt(t, test.what, err, CodeLimit, test.path, test.text)
	}
	z.entry(deflatedPackage).fill(data)
	if list, _ := errors.AsType[Findings](verifyBytes(t, z.bytes(), WithLimits(Limits{Ratio: 2000, TotalSize: 4 << 20}))); len(list) != 1 {
		t.Errorf("one total, findings:\n%v", list)
	}
	many := forgeable()
	many.entry(deflatedPackage).inside = forge(strings.Split("a b c d e f g h", " ")...)
	wantFinding(t, verifyBytes(t, many.bytes(), WithLimits(Limits{Entries: 7})), CodeLimit, deflatedPackage, 0)
	wantFinding(t, verifyBytes(t, many.bytes(), WithLimits(Limits{DirectorySize: 46*8 + 7})), CodeLimit, "", 0)
	// Small entries whose sum is over the ratio: what a compressed package hides.
	nested := forgeable()
	inner := forge("a", "b", "c")
	for _, e := range inner.entries {
		e.fill(zeros[:1<<20-1])
	}
	nested.entry(deflatedPackage).inside = inner
	wantFinding(t, verifyBytes(t, nested.bytes(), WithLimits(Limits{Ratio: 100})), CodeLimit, deflatedPackage, 0)
}

// What packages made on Linux have, and the platform takes, is a warning.
func TestVerify_warnsOfWhatNotEverySystemHolds(t *testing.T) {
	t.Parallel()
	for what, test := range map[string]struct {
		change func(z *forged)
		code   Code
		path   string // in the package
		text   string
	}{
		"a back-slash beside a slash": {func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.name = `a\b` }) }, CodePortable, `!/a\b`, "back-slash"},
		"an old code page":            {func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.name = "\xff/\x81" }) }, CodePortable, "!/\xff/\x81", "UTF-8"},
		"a line break":                {func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.name = "a\nb" }) }, CodePortable, "!/a\nb", "control character"},
		"names that differ by case":   {func(z *forged) { z.entries[0].both(func(h *forgedHeader) { h.name = "CODE/data.txt" }) }, CodePortable, "!/" + dataFile, "upper and lower case"},
		"a symbolic link":             {func(z *forged) { z.entries[0].attributes = 0o120777 << 16 }, CodePortable, "!/" + codeFile, "not followed"},
		"back-slashes alone": {func(z *forged) {
			z.entries = z.entries[:2]
			for i, name := range []string{`code\`, `code\data.txt`} {
				z.entries[i].both(func(h *forgedHeader) { h.name = name })
			}
			z.entries[0].fill(nil)
		}, CodeBackSlash, "", "read as slashes"},
	} {
		z := forgeableInside()
		test.change(z)
		var got []*Finding
		if err := verifyBytes(t, archiveOf(z).bytes(), OnWarning(func(f *Finding) { got = append(got, f) })); err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		for i, path := range []string{storedPackage, deflatedPackage} {
			if len(got) != 2 || got[i].Code != test.code || got[i].Path != path+test.path || got[i].Severity != SeverityWarning || !strings.Contains(got[i].Message, test.text) {
				t.Errorf("%s: %q", what, warned(got))
				break
			}
		}
	}
}
