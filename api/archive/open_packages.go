package archive

import (
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
	return a.source.open(f)
}
