package archive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestOpen_refusesNamesThatLeaveTheRootOrAreNotPortable(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"../evil", "x/../../evil", "x/..", "/etc/passwd", "//host/x", `x\y`, `..\evil`, "C:/x", "c:x", "x//y", "./x", "x/./y",
		"x/a\x00b", "x/a\nb", "x/\xff", "", ".", "..", strings.Repeat("d/", 40) + "x", strings.Repeat("n", 20_000),
	} {
		_, err := openBytes(small().with(name, "").zip(t))
		wantFinding(t, err, CodeName, name, 0)
		if strings.Contains(err.Error(), "\x00") || !utf8.ValidString(err.Error()) {
			t.Errorf("%q: the message has raw bytes of the name", name)
		}
	}
}

func TestOpen_refusesEntriesThatAreNotPlainFiles(t *testing.T) {
	t.Parallel()
	for what, test := range map[string]struct {
		code   Code
		change func(*zip.FileHeader)
	}{
		"symbolic link": {CodeIrregular, func(h *zip.FileHeader) { h.SetMode(fs.ModeSymlink | 0o777) }},
		"device":        {CodeIrregular, func(h *zip.FileHeader) { h.SetMode(fs.ModeDevice | 0o777) }},
		"directory":     {CodeIrregular, func(h *zip.FileHeader) { h.SetMode(fs.ModeDir | 0o777) }},
		"encrypted":     {CodeEncrypted, func(h *zip.FileHeader) { h.Flags |= 1 }},
	} {
		_, err := openBytes(storedZip(t, small(), func(h *zip.FileHeader) {
			if strings.HasSuffix(h.Name, ".zip") {
				test.change(h)
			}
		}))
		if f, ok := errors.AsType[*Finding](err); !ok || f.Code != test.code || f.Path != "x/deployments/a/versions/c.zip" {
			t.Errorf("%s: %v", what, err)
		}
	}
	data := storedZip(t, small())
	at := bytes.LastIndex(data, []byte("x/info.yaml")) - headerLen
	binary.LittleEndian.PutUint16(data[at+10:], 12)
	_, err := openBytes(data)
	wantFinding(t, err, CodeMethod, "x/info.yaml", 0)
}

func TestOpen_refusesNamesThatClash(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"X/info.yaml", "x/INFO.yaml", "x/info.yaml/", "x/info.yaml/inside", "x/deployments/A/b.yaml"} {
		_, err := openBytes(small().with(name, "").zip(t))
		if f, ok := errors.AsType[*Finding](err); !ok || f.Code != CodeClash {
			t.Errorf("%s: %v", name, err)
		}
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for range 2 {
		if _, err := z.Create("info.yaml"); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := openBytes(b.Bytes())
	wantFinding(t, err, CodeClash, "info.yaml", 0)
}

func TestOpen_keepsItsLimits(t *testing.T) {
	t.Parallel()
	data := small().with("x/zeros", strings.Repeat("\x00", 4<<20)).zip(t)
	if _, err := openBytes(data, WithLimits(Limits{Ratio: 2000})); err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]Limits{
		"entries":   {Ratio: 2000, Entries: 4},
		"directory": {Ratio: 2000, DirectorySize: 100},
		"total":     {Ratio: 2000, TotalSize: 4 << 20},
		"entry":     {Ratio: 2000, EntrySize: 4<<20 - 1},
		"ratio":     {},
		"document":  {Ratio: 2000, DocumentSize: 16},
		"documents": {Ratio: 2000, DocumentsSize: 70},
	} {
		_, err := openBytes(data, WithLimits(l))
		if f, ok := errors.AsType[*Finding](err); !ok || f.Code != CodeLimit {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOpen_refusesWhatIsNotAWholeZIP(t *testing.T) {
	t.Parallel()
	data := small().zip(t)
	for what, test := range map[string]struct {
		data []byte
		code Code
		text string
	}{
		"empty":          {nil, CodeNotZip, "0 bytes"},
		"text":           {[]byte(strings.Repeat("no ZIP here\n", 10)), CodeNotZip, "not a ZIP file"},
		"cut short":      {data[:len(data)-30], CodeNotZip, "cut short"},
		"tail only":      {data[10:], CodeDamaged, "not where"},
		"bytes before":   {append([]byte("#!/bin/sh\n"), data...), CodeDamaged, "not where"},
		"bytes after":    {append(bytes.Clone(data), 0), CodeDamaged, "not where"},
		"no info.yaml":   {small().without("x/info.yaml").zip(t), CodeNoInfo, "no info.yaml"},
		"no entries":     {files{}.zip(t), CodeNoInfo, "no info.yaml"},
		"two info.yaml":  {small().with("y/info.yaml", "").zip(t), CodeLayout, "which directory"},
		"lost versions":  {small().without("x/deployments/a/b.yaml").zip(t), CodeLayout, "version without its object"},
		"two in one":     {small().with("x/deployments/a/c.yaml", "").zip(t), CodeLayout, "second object"},
		"bigger inside":  {withSize(t, small(), 24, 1<<30), CodeDamaged, "contradict"},
		"bigger packed":  {withSize(t, small(), 20, 1<<30), CodeDamaged, "contradict"},
		"false count":    {patch(data, len(data)-endLen+8, 3, 0, 3, 0), CodeDamaged, "states 3 entries"},
		"other disk":     {patch(data, len(data)-endLen+4, 1, 0), CodeDamaged, "part of several"},
		"broken headers": {patch(data, bytes.Index(data, []byte("PK\x01\x02")), 'X'), CodeDamaged, "malformed"},
	} {
		_, err := openBytes(test.data)
		f, ok := errors.AsType[*Finding](err)
		if !ok || f.Code != test.code || !strings.Contains(f.Error(), test.text) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// withSize changes a size in the directory's header of info.yaml.
func withSize(t *testing.T, f files, field int, size uint32) []byte {
	data := storedZip(t, f)
	at := bytes.LastIndex(data, []byte("x/info.yaml")) - headerLen
	return patch(data, at+field, binary.LittleEndian.AppendUint32(nil, size)...)
}

func TestOpen_countsEntriesItselfBeforeAnythingIsAllocated(t *testing.T) {
	t.Parallel()
	// The file states no entries, modulo 65536 as archive/zip compares; it has 65,536.
	var b bytes.Buffer
	header := make([]byte, headerLen)
	copy(header, "PK\x01\x02")
	for range 1 << 16 {
		b.Write(header)
	}
	size := b.Len()
	end := append([]byte("PK\x05\x06"), make([]byte, endLen-4)...)
	binary.LittleEndian.PutUint32(end[12:], uint32(size))
	b.Write(end)
	_, err := openBytes(b.Bytes())
	wantFinding(t, err, CodeDamaged, "", 0)
	_, err = openBytes(b.Bytes(), WithLimits(Limits{Entries: 1000}))
	wantFinding(t, err, CodeLimit, "", 0)
}

func TestOpen_readsMoreEntriesThanSixteenBitsCount(t *testing.T) {
	t.Parallel()
	f := small()
	for i := range 70_000 {
		f["x/files/"+strconv.Itoa(i)] = ""
	}
	data := storedZip(t, f)
	reads := &countingReader{Reader: bytes.NewReader(data)}
	a, err := Open(reads, int64(len(data)))
	if err != nil || len(a.Others()) != 70_000 || len(a.Content().Deployments) != 1 {
		t.Fatal(err)
	}
	if reads.n > 30 { // none for an entry that is not a document
		t.Errorf("%d reads", reads.n)
	}
	_, err = openBytes(data, WithLimits(Limits{Entries: 70_000}))
	wantFinding(t, err, CodeLimit, "", 0)
	end := len(data) - endLen
	for what, changed := range map[string][]byte{
		"record's place": patch(data, end-locatorLen+8, 1),
		"disks":          patch(data, end-locatorLen+16, 2),
		"record's name":  patch(data, end-locatorLen-end64Len, 'X'),
		"record's size":  patch(data, end-locatorLen-end64Len+4, 99),
		"entries":        patch(data, end-locatorLen-end64Len+32, 99),
		"offset":         patch(data, end-locatorLen-end64Len+48, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
	} {
		if _, err := openBytes(changed); err == nil {
			t.Errorf("zip64, false %s: accepted", what)
		}
	}
}

func TestOpen_passesOnErrorsOfTheReader(t *testing.T) {
	t.Parallel()
	data := small().zip(t)
	broken := errors.New("the disk is gone")
	for after := range 12 {
		r := &failingReader{Reader: bytes.NewReader(data), left: after, err: broken}
		_, err := Open(r, int64(len(data)))
		if _, isFinding := errors.AsType[*Finding](err); isFinding || r.left < 0 && !errors.Is(err, broken) {
			t.Errorf("after %d reads: %v", after, err)
		}
	}
}

type failingReader struct {
	*bytes.Reader
	left int
	err  error
}

func (r *failingReader) ReadAt(p []byte, off int64) (int, error) {
	if r.left--; r.left < 0 {
		return 0, r.err
	}
	return r.Reader.ReadAt(p, off)
}

func TestOpen_joinsFindings(t *testing.T) {
	t.Parallel()
	f := small().with("x/info.yaml", "").with("x/deployments/a/b.yaml", "deployment_name: [\n").with("x/deployments/z/z.yaml", pipes)
	_, err := openBytes(f.zip(t))
	list, ok := errors.AsType[Findings](err)
	if !ok || len(list) != 3 || strings.Count(err.Error(), "\n") != 2 {
		t.Fatalf("got %v", err)
	}
	many := files{"info.yaml": "format_spec: v1.0"}
	for i := range 200 {
		many["../"+strings.Repeat("x", i+1)] = ""
	}
	_, err = openBytes(many.zip(t))
	if list, ok := errors.AsType[Findings](err); !ok || len(list) != maxFindings+1 {
		t.Errorf("%d findings", len(list))
	}
}
