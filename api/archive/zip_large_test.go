package archive

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"testing"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// sparse holds what is not zero of what is written to it, by block.
type sparse struct {
	blocks map[int64][]byte
	size   int64
}

const sparseBlock = 64 << 10

var zeroBlock [sparseBlock]byte

func (s *sparse) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		at, from := s.size/sparseBlock, s.size%sparseBlock
		part := p[:min(int64(len(p)), sparseBlock-from)]
		if s.blocks[at] == nil && !bytes.Equal(part, zeroBlock[:len(part)]) {
			s.blocks[at] = make([]byte, sparseBlock)
		}
		if s.blocks[at] != nil {
			copy(s.blocks[at][from:], part)
		}
		p, s.size = p[len(part):], s.size+int64(len(part))
	}
	return n, nil
}

func (s *sparse) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) && off < s.size {
		block := s.blocks[off/sparseBlock]
		if block == nil {
			block = zeroBlock[:]
		}
		c := copy(p[n:min(len(p), n+int(min(s.size-off, sparseBlock)))], block[off%sparseBlock:])
		n, off = n+c, off+int64(c)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// zeros are as many as anyone wants.
type zeros struct{}

func (zeros) ReadAt(p []byte, _ int64) (int, error) {
	clear(p)
	return len(p), nil
}

func TestArchivesAndEntriesOver4GiB(t *testing.T) {
	t.Parallel()
	plain := models.DataStructurePlain
	for _, size := range []int64{math.MaxUint32 - 1, math.MaxUint32, math.MaxUint32 + 2} {
		c := Content{Deployments: map[string]models.Deployment{"d": {
			InputType: &plain, OutputType: &plain,
			Versions: map[string]models.DeploymentVersion{"a": {Zip: models.Value("large")}, "b": {Zip: models.Value("small")}},
		}}}
		out := &sparse{blocks: map[int64][]byte{}}
		err := Write(out, c, func(path string) (io.ReadCloser, error) {
			if path == "small" {
				return io.NopCloser(bytes.NewReader([]byte("after 4 GiB"))), nil
			}
			return struct {
				*io.SectionReader
				io.Closer
			}{io.NewSectionReader(zeros{}, 0, size), io.NopCloser(nil)}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		a, err := Open(out, out.size)
		if err != nil {
			t.Fatal(err)
		}
		if got := readPackage(t, a, VersionPackagePath("d", "b")); got != "after 4 GiB" {
			t.Errorf("%d bytes before: %q", size, got)
		}
		rc, err := a.OpenPackage(VersionPackagePath("d", "a"))
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, rc, make([]byte, zipcheck.CopyBuffer))
		if err != nil || n != size {
			t.Errorf("%d bytes, want %d, %v", n, size, err)
		}
		checkLocalZip64(t, out, a, size)
		again := &sparse{blocks: map[int64][]byte{}}
		if err := Rewrite(again, a); err != nil || again.size != out.size || len(again.blocks) != len(out.blocks) {
			t.Errorf("rewritten: %d bytes, were %d, %v", again.size, out.size, err)
		}
		for at, block := range out.blocks {
			if !bytes.Equal(again.blocks[at], block) {
				t.Errorf("rewritten, the bytes from %d on differ", at*sparseBlock)
			}
		}
	}
}

// checkLocalZip64 looks at the header before the large entry, which archive/zip
// does not read.
func checkLocalZip64(t *testing.T, out io.ReaderAt, a *Archive, size int64) {
	t.Helper()
	f := a.files[VersionPackagePath("d", "a")]
	at, err := f.DataOffset()
	if err != nil {
		t.Fatal(err)
	}
	extra := int64(0)
	if size >= math.MaxUint32 {
		extra = 20
	}
	header := make([]byte, localHeaderLen+extra)
	if _, err := out.ReadAt(header[:localHeaderLen], at-extra-int64(len(f.Name))-localHeaderLen); err != nil {
		t.Fatal(err)
	}
	if _, err := out.ReadAt(header[localHeaderLen:], at-extra); err != nil {
		t.Fatal(err)
	}
	le := binary.LittleEndian
	want := uint32(min(size, math.MaxUint32))
	if string(header[:4]) != "PK\x03\x04" || le.Uint32(header[18:]) != want || le.Uint32(header[22:]) != want || le.Uint16(header[28:]) != uint16(extra) {
		t.Errorf("%d bytes: local header %x", size, header)
	}
	if extra > 0 && (le.Uint32(header[30:]) != 16<<16|1 || le.Uint64(header[34:]) != uint64(size) || le.Uint64(header[42:]) != uint64(size)) {
		t.Errorf("%d bytes: local zip64 field %x", size, header[30:])
	}
}
