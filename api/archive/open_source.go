package archive

import (
	"archive/zip"
	"io"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// source is where an archive is read from: a ZIP file or a directory tree. An
// entry of a tree is a zip.File too, with nothing but a header.
type source interface {
	// open opens a file of the archive.
	open(f *zip.File) (io.ReadCloser, error)
	// texts reads files whose sizes have been checked, in any order, and gives
	// each to take, until that returns false. The bytes are good for the call.
	texts(files []*zip.File, take func(f *zip.File, text []byte, err error) bool)
	// inPlace returns where a file can be read at any offset, or nil.
	inPlace(f *zip.File) (io.ReaderAt, error)
	// checksums reports whether the CRC-32 of files is known.
	checksums() bool
}

// RangeOpener is what the reader given to [Open] may offer beside ReadAt: one
// reader of the n bytes from off on, such as the body of one request to an
// object store. [Archive.OpenPackage] then calls it once for a package; n also
// covers the few bytes that ZIP puts around it. The reader is closed with the
// package, possibly before its end. Without it, a package is read by ReadAt
// in pieces of 1 MiB.
type RangeOpener interface {
	OpenRange(off, n int64) (io.ReadCloser, error)
}

// zipSource reads the entries of a ZIP file.
type zipSource struct {
	*zipcheck.File
	warnings Findings
}

// openZip checks a ZIP file by its directory.
func openZip(r io.ReaderAt, size int64, limits Limits, rules zipcheck.Rules) (*zipSource, error) {
	z, err := zipcheck.ReadSpans(r, size, limits.zip(), rules)
	if err != nil {
		return nil, asFindings(err)
	}
	return &zipSource{z, findingsOf(z.Warnings, SeverityWarning)}, nil
}

func (z *zipSource) checksums() bool { return true }

func (z *zipSource) inPlace(f *zip.File) (io.ReaderAt, error) {
	at, err := z.InPlace(f)
	return at, asFindings(err)
}

func (z *zipSource) open(f *zip.File) (io.ReadCloser, error) {
	r, err := z.Open(f)
	if err != nil {
		return nil, asFindings(err)
	}
	return entryReader{r}, nil
}

func (z *zipSource) texts(files []*zip.File, take func(*zip.File, []byte, error) bool) {
	z.ReadEach(files, func(f *zip.File, data []byte, err error) bool { return take(f, data, asFindings(err)) })
}
