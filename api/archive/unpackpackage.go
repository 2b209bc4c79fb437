package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// unpackPackage writes the files of a package below the directory that stands
// for it.
func (u *unpacker) unpackPackage(name string, from io.Reader) (err error) {
	body := &spool{}
	defer func() { err = errors.Join(err, body.Close()) }()
	if _, err := io.CopyBuffer(body, from, u.buffer); err != nil {
		return err
	}
	files, inside, err := u.packageFiles(body)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return u.file(name, 0o644, io.NewSectionReader(body, 0, body.size))
	}
	dir := strings.TrimSuffix(name, ".zip") + packageExt
	for _, f := range files {
		if err := u.packageFile(dir+"/"+f.Name, f, inside); err != nil {
			return err
		}
	}
	return nil
}

// packageFiles judges the entries of a package as [Open] judges those of an
// archive, and takes what they need from the limits.
func (u *unpacker) packageFiles(body *spool) ([]*zip.File, *zipOrigin, error) {
	files, from, err := openZip(body, body.size, u.limits)
	if err != nil {
		return nil, nil, err
	}
	var found Findings
	for _, f := range files {
		if gitElement(f.Name) {
			found.add(CodeName, f.Name, "the file would be part of a Git repository")
		}
	}
	if err := found.err(); err != nil {
		return nil, nil, err
	}
	u.limits.Entries -= len(files)
	for _, f := range files {
		u.limits.TotalSize -= int64(f.UncompressedSize64) //nolint:gosec // within the limits
	}
	return slices.DeleteFunc(files, func(f *zip.File) bool { return strings.HasSuffix(f.Name, "/") }), from, nil
}

func (u *unpacker) packageFile(name string, f *zip.File, from *zipOrigin) error {
	rc, err := from.open(f)
	if err != nil {
		return err
	}
	if err := errors.Join(u.file(name, packedMode(f.Mode()), rc), rc.Close()); err != nil {
		return fmt.Errorf("%s: %w", display(f.Name), err)
	}
	return nil
}

// packedMode is the mode that a file of a package has, packed and unpacked.
func packedMode(mode fs.FileMode) fs.FileMode {
	if mode&0o111 != 0 {
		return 0o755
	}
	return 0o644
}
