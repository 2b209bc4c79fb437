package archive_test

import (
	"archive/zip"
	"bytes"
	"cmp"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// bodyOf is the content of every package of a sparse archive.
func bodyOf(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i * i >> 7)
	}
	return b
}

// sparseArchive is a ZIP file of which only headers and documents are in
// memory; it makes the packages up when they are read. It counts.
type sparseArchive struct {
	parts []sparsePart // in order
	size  int64
	body  []byte // of every package

	reads, bytes atomic.Int64
}

// sparsePart is a piece of the file: its data, or a package if that is nil.
type sparsePart struct {
	start int64
	data  []byte
}

func (s *sparseArchive) ReadAt(p []byte, off int64) (int, error) {
	s.reads.Add(1)
	n, err := s.fill(p, off)
	s.bytes.Add(int64(n))
	return n, err
}

func (s *sparseArchive) fill(p []byte, off int64) (n int, err error) {
	i, found := slices.BinarySearchFunc(s.parts, off, func(part sparsePart, off int64) int { return cmp.Compare(part.start, off) })
	if !found {
		i--
	}
	for n < len(p) && i < len(s.parts) {
		data := s.parts[i].data
		if data == nil {
			data = s.body
		}
		if at := off + int64(n) - s.parts[i].start; at < int64(len(data)) {
			n += copy(p[n:], data[at:])
		}
		i++
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// layout records what a zip.Writer writes, but for packages.
type layout struct {
	*sparseArchive
	isPackage bool
}

func (l *layout) Write(p []byte) (int, error) {
	last := len(l.parts) - 1
	switch {
	case l.isPackage:
		l.parts = append(l.parts, sparsePart{start: l.size})
	case last < 0 || l.parts[last].data == nil:
		l.parts = append(l.parts, sparsePart{start: l.size, data: bytes.Clone(p)})
	default:
		l.parts[last].data = append(l.parts[last].data, p...)
	}
	l.size += int64(len(p))
	return len(p), nil
}

// layOut makes a sparse archive of the files of a real one, in their order. A
// path that ends with .zip stands for a package of so many bytes.
func layOut(tb testing.TB, names []string, documents map[string][]byte, packageSize int) *sparseArchive {
	tb.Helper()
	l := &layout{sparseArchive: &sparseArchive{body: bodyOf(packageSize)}}
	z := zip.NewWriter(l)
	sum := crc32.ChecksumIEEE(l.body)
	for _, name := range names {
		h := &zip.FileHeader{Name: name, Method: zip.Store}
		body, isPackage := documents[name], strings.HasSuffix(name, ".zip")
		h.CRC32 = crc32.ChecksumIEEE(body)
		if isPackage {
			body, h.CRC32 = l.body, sum
		}
		h.UncompressedSize64 = uint64(len(body))
		h.CompressedSize64 = h.UncompressedSize64
		w, err := z.CreateRaw(h)
		if err == nil {
			err = z.Flush() // so that the body comes in one piece
		}
		if err != nil {
			tb.Fatal(err)
		}
		l.isPackage = isPackage
		if _, err := w.Write(body); err != nil {
			tb.Fatal(err)
		}
		if err := z.Flush(); err != nil {
			tb.Fatal(err)
		}
		l.isPackage = false
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return l.sparseArchive
}
