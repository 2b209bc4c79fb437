package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// unpackPackage writes the files of a package below the directory that stands
// for it. One that not every disk can hold stays a ZIP file.
func (u *unpacker) unpackPackage(name string, from io.Reader) (err error) {
	body := &zipcheck.Spool{}
	defer func() { err = errors.Join(err, body.Close()) }()
	if _, err := io.CopyBuffer(body, from, u.buffer); err != nil {
		return err
	}
	whole := func() error { return u.file(name, 0o644, io.NewSectionReader(body, 0, body.Size())) }
	inside, err := openZip(body, body.Size(), u.limits, zipcheck.Linux)
	if err != nil {
		return err
	}
	files := slices.DeleteFunc(slices.Clone(inside.Entries), func(f *zip.File) bool { return strings.HasSuffix(f.Name, "/") })
	if len(files) == 0 {
		return whole()
	}
	dir := strings.TrimSuffix(name, ".zip") + packageExt
	if reason := unportable(dir, files, inside.warnings); reason != "" {
		u.stays(name, reason)
		return whole()
	}
	for _, f := range files {
		err := u.packageFile(dir+"/"+f.Name, f, inside)
		if refusesName(err) {
			u.stays(name, err.Error())
			return errors.Join(u.root.RemoveAll(filepath.FromSlash(dir)), whole())
		}
		if err != nil {
			return err
		}
	}
	u.limits.Entries -= len(inside.Entries)
	for _, f := range inside.Entries {
		u.limits.TotalSize -= int64(f.UncompressedSize64) //nolint:gosec // within the limits
	}
	return nil
}

func (u *unpacker) stays(name, reason string) {
	warn(u.warn, []*Finding{{Code: CodePortable, Severity: SeverityWarning, Path: name, Message: "the package stays a ZIP file: " + reason}})
}

// unportable says why the files of a package do not come into dir; nothing if
// they do. The same package stays a ZIP file on every system, so that a tree in Git
// is the same everywhere.
func unportable(dir string, files []*zip.File, warnings Findings) string {
	if len(warnings) > 0 {
		return warnings[0].Error()
	}
	const longest = 255 // bytes of one element, on most file systems
	for _, f := range files {
		name := dir + "/" + f.Name
		switch _, err := filepath.Localize(name); {
		case gitElement(f.Name):
			return printable.Name(f.Name) + ": the file would be part of a Git repository"
		case zipcheck.UnsafeName(name) != "":
			return printable.Name(f.Name) + ": " + zipcheck.UnsafeName(name)
		case slices.ContainsFunc(strings.Split(f.Name, "/"), func(element string) bool { return len(element) > longest }):
			return printable.Name(f.Name) + ": the name is too long"
		case err != nil:
			return printable.Name(f.Name) + " is not a file name on this system"
		}
	}
	return ""
}

// refusesName reports whether the disk has no place for a file of this name, or has
// it already under another one.
func refusesName(err error) bool {
	return errors.Is(err, fs.ErrExist) || errors.Is(err, syscall.ENAMETOOLONG) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EILSEQ)
}

func (u *unpacker) packageFile(name string, f *zip.File, from *zipSource) error {
	rc, err := from.open(f)
	if err != nil {
		return err
	}
	if err := errors.Join(u.file(name, packedMode(f.Mode()), rc), rc.Close()); err != nil {
		return fmt.Errorf("%s: %w", printable.Name(f.Name), err)
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
