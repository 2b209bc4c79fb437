package archive

import (
	"bytes"
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

func TestOpen_archivesAndEntriesOver4GiB(t *testing.T) {
	t.Parallel()
	plain := models.DataStructurePlain
	sizes := []int64{math.MaxUint32 + 2}
	if allCases() {
		sizes = append(sizes, math.MaxUint32-1, math.MaxUint32)
	}
	for _, size := range sizes {
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
