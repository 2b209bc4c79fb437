package archive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
)

const smallPackage = "deployments/a/versions/c.zip"

// readAll opens an archive and reads its package. The error is the first one.
func readAll(data []byte, opts ...Option) error {
	a, err := openBytes(data, opts...)
	if err != nil {
		return err
	}
	rc, err := a.OpenPackage(smallPackage)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, rc)
	return errors.Join(err, rc.Close())
}

func TestOpen_readingFindsEntriesThatAreNotWhatTheDirectorySays(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("text that deflates, and more of it; ", 20)
	f := small().with("x/"+smallPackage, body).with("x/info.yaml", "format_spec: v1.0\n#"+body)
	stored, deflated := storedZip(t, f), f.zip(t)
	for _, name := range []string{"x/" + smallPackage, "x/info.yaml"} {
		at, inDirectory := local(stored, name), central(stored, name)
		packedAt, packedDirectory := local(deflated, name), central(deflated, name)
		size := binary.LittleEndian.Uint32(deflated[packedDirectory+20:])
		descriptor := packedAt + localHeaderLen + len(name) + int(size)
		for what, test := range map[string]struct {
			data []byte
			text string
		}{
			"no header":             {patch(stored, at, 'X'), "not where"},
			"another name":          {patch(stored, at+localHeaderLen, 'Y'), "another name"},
			"a longer name":         {patch(stored, at+26, byte(len(name)+1)), "another name"},
			"another method":        {patch(stored, at+8, 8), "another compression method"},
			"a long extra field":    {patch(stored, at+28, 0xff, 0xff), "overlaps with what follows"},
			"other bytes":           {patch(stored, at+localHeaderLen+len(name)+30, '!'), "checksum is wrong"},
			"another checksum":      {patch(stored, inDirectory+16, 1, 2, 3, 4), "checksum is wrong"},
			"a checksum of zero":    {patch(stored, inDirectory+16, 0, 0, 0, 0), "checksum is wrong"},
			"broken compression":    {patch(deflated, packedAt+localHeaderLen+len(name), 0xff, 0xff), "broken at byte"},
			"more bytes than said":  {patch(deflated, packedDirectory+24, 9, 1), "do not match"},
			"fewer bytes than said": {patch(deflated, packedDirectory+24, 9, 9), "do not match"},
			"cut compression":       {patch(deflated, packedDirectory+20, 9, 0), "do not match"},
			"more after compressed": {patch(deflated, packedDirectory+20, byte(size+3)), "do not match"},
			"another descriptor":    {patch(deflated, descriptor+4, 1, 2, 3, 4), "checksum is wrong"},
			"another signature":     {patch(deflated, descriptor, 'X'), "checksum is wrong"},
		} {
			err := readAll(test.data)
			wantFinding(t, err, CodeDamaged, name, 0)
			if err == nil || !strings.Contains(err.Error(), test.text) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
}

func TestOpen_aPackageNeverGivesMoreBytesThanTheDirectorySays(t *testing.T) {
	t.Parallel()
	const name, stated = "x/" + smallPackage, 9
	deflated := small().with(name, strings.Repeat("text that deflates, and more of it; ", 20)).zip(t)
	rc, err := mustOpen(t, patch(deflated, central(deflated, name)+24, stated, 0)).OpenPackage(smallPackage)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, rc)
	if n != stated {
		t.Errorf("%d bytes came, of an entry of %d", n, stated)
	}
	wantFinding(t, err, CodeDamaged, name, 0)
	if err := rc.Close(); err != nil {
		t.Error(err)
	}
}

func TestOpen_aDataDescriptorNeedsNoSignature(t *testing.T) {
	t.Parallel()
	const name = "x/deployments/a/versions/c.zip"
	data := storedZip(t, small(), zipStored)
	at := local(data, name) + localHeaderLen + len(name) + len("the package")
	sum := data[at+4 : at+8]
	if string(data[at:at+4]) != "PK\x07\x08" {
		t.Fatal("no descriptor")
	}
	if err := readAll(patch(data, at, sum...)); err != nil {
		t.Error(err)
	}
}

func TestOpenPackage_closedReadsNoMore(t *testing.T) {
	t.Parallel()
	for what, data := range map[string][]byte{"stored": storedZip(t, small()), "deflated": small().zip(t)} {
		rc, err := mustOpen(t, data).OpenPackage(smallPackage)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(rc.Close(), rc.Close()); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if n, err := rc.Read(make([]byte, 9)); n != 0 || !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s: %d bytes, %v", what, n, err)
		}
	}
}

func TestOpen_packagesAreReadAtTheSameTime(t *testing.T) {
	t.Parallel()
	f := small().with("x/"+smallPackage, strings.Repeat("one", 1<<16)).
		with("x/deployments/a/versions/d.yaml", "version_name: v2").with("x/deployments/a/versions/d.zip", strings.Repeat("two", 1<<16))
	a := mustOpen(t, f.zip(t))
	first, err := a.OpenPackage(smallPackage)
	if err != nil {
		t.Fatal(err)
	}
	second, err := a.OpenPackage("deployments/a/versions/d.zip")
	if err != nil {
		t.Fatal(err)
	}
	var one, two strings.Builder
	for range 1 << 16 {
		if _, err := io.CopyN(&one, first, 3); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(&two, second, 3); err != nil {
			t.Fatal(err)
		}
	}
	if one.String() != f["x/"+smallPackage] || two.String() != f["x/deployments/a/versions/d.zip"] {
		t.Error("the packages are mixed up")
	}
	if err := errors.Join(first.Close(), second.Close()); err != nil {
		t.Error(err)
	}
}

func TestOpen_aDocumentCountsWithWhatItTakesInTheFile(t *testing.T) {
	t.Parallel()
	// Deflated in stored blocks of one byte: a short text that takes much room.
	var packed bytes.Buffer
	for _, c := range []byte("format_spec: v1.0\n") {
		packed.Write([]byte{0, 1, 0, 0xfe, 0xff, c})
	}
	packed.Write([]byte{1, 0, 0, 0xff, 0xff})
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{
		Name: "info.yaml", Method: zip.Deflate, CRC32: 0xffffffff, UncompressedSize64: 18, CompressedSize64: uint64(packed.Len()),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(packed.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = openBytes(b.Bytes())
	wantFinding(t, err, CodeDamaged, "info.yaml", 0) // as far as the checksum
	_, err = openBytes(b.Bytes(), WithLimits(Limits{DocumentSize: 20}))
	wantFinding(t, err, CodeLimit, "info.yaml", 0)
}
