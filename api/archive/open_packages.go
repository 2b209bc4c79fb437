package archive

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// OpenPackage streams a package. The path is relative to the root directory,
// as in [Package] and in the member `zip` of the content; an unknown one gives
// an error that is [fs.ErrNotExist]. Reading ends with a [Finding] instead of
// io.EOF where the bytes are not those that the archive's directory states. How
// the archive itself is read for it: see [RangeOpener].
func (a *Archive) OpenPackage(path string) (io.ReadCloser, error) {
	f := a.files[path]
	if f == nil {
		return nil, fmt.Errorf("package %q: %w", path, fs.ErrNotExist)
	}
	return a.origin.open(f)
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
	return readError(f, err)
}
