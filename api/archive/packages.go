package archive

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
)

// OpenPackage streams a package. The path is relative to the root directory,
// as in [Package] and in the member `zip` of the content; an unknown one gives
// an error that is [fs.ErrNotExist]. Reading ends with a [Finding] instead of
// io.EOF where the bytes are not those that the archive's directory states.
func (a *Archive) OpenPackage(path string) (io.ReadCloser, error) {
	f := a.files[path]
	if f == nil {
		return nil, fmt.Errorf("package %q: %w", path, fs.ErrNotExist)
	}
	return openEntry(f)
}

// openEntry opens any file of an archive.
func openEntry(f *zip.File) (io.ReadCloser, error) {
	rc, err := f.Open()
	if err != nil {
		return nil, entryError(f, err)
	}
	r := &entryReader{ReadCloser: rc, file: f}
	if f.CRC32 == 0 {
		r.sum = crc32.NewIEEE()
	}
	return r, nil
}

type entryReader struct {
	io.ReadCloser
	file *zip.File
	sum  hash.Hash32 // archive/zip takes a CRC of zero for one that is not stated
}

func (r *entryReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if r.sum != nil {
		_, _ = r.sum.Write(p[:n]) // a hash never fails
		if errors.Is(err, io.EOF) && r.sum.Sum32() != 0 {
			err = zip.ErrChecksum
		}
	}
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	return n, entryError(r.file, err)
}

// entryError tells faults of the archive from faults of the reader below.
func entryError(f *zip.File, err error) error {
	corrupt, isCorrupt := errors.AsType[flate.CorruptInputError](err)
	switch {
	case errors.Is(err, zip.ErrChecksum):
		return &Finding{Code: CodeDamaged, Path: f.Name, Message: "its checksum is wrong"}
	case isCorrupt:
		return &Finding{Code: CodeDamaged, Path: f.Name, Message: fmt.Sprintf("its compressed data is broken at byte %d", int64(corrupt))}
	case errors.Is(err, zip.ErrFormat), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &Finding{Code: CodeDamaged, Path: f.Name, Message: "its bytes do not match the directory of the ZIP file"}
	}
	return fmt.Errorf("reading %s: %w", display(f.Name), err)
}
