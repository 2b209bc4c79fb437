package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// UnpackOption changes what [Unpack] does.
type UnpackOption interface{ applyUnpack(u *unpacker) }

type unpackOption func(*unpacker)

func (f unpackOption) applyUnpack(u *unpacker) { f(u) }

// UnpackPackages unpacks every package into a directory beside its YAML file,
// with the same name and the extension .package in place of .yaml. A package
// without files stays a ZIP file, since Git keeps no empty directory, and so does one
// that not every disk can hold, see [CodePortable]; [OnWarning] says so. The
// limits hold for each package as they do in [Open], and Entries and TotalSize
// for all of them together; fields that are zero take their default.
func UnpackPackages(limits Limits) UnpackOption {
	return unpackOption(func(u *unpacker) {
		u.unpack = true
		u.limits = limits.orDefault()
	})
}

// ReplaceUnpacked lets [Unpack] replace a tree that it wrote before, changed
// or not. It still refuses a directory with files that are not part of the
// format and that the archive does not have either, so nothing that came from
// elsewhere is lost. What [Pack] leaves out at the top, as .git and .env, stays as it is.
// If the tree changes while Unpack writes the new one, it stays too, and the error
// is [fs.ErrExist].
func ReplaceUnpacked() UnpackOption {
	return unpackOption(func(u *unpacker) { u.replace = true })
}

// Unpack writes an archive to a directory, for people to read and to keep in
// Git: the layout without a root directory, YAML in the style of [Write],
// packages as ZIP files beside the YAML. [Pack] is the way back.
//
// The parent of dir must exist, dir must not, or be empty; see
// [ReplaceUnpacked]. A directory that is not empty gives an error that is
// [fs.ErrExist]. Everything is written to a new directory beside dir first,
// which takes its place at the end: when Unpack fails, dir is as it was.
//
// Files of the archive that lie outside of its root directory come into the
// directory _outside. Refused are names that the format's layout or Git gives
// another meaning: other files that lie in _outside, in a directory where an
// unpacked package would be or where Pack leaves them out, and any element .git in
// any spelling that a file system takes for it. Files have mode 0644,
// executable ones of a package 0755.
func Unpack(dir string, a *Archive, opts ...UnpackOption) error {
	u := &unpacker{buffer: make([]byte, zipcheck.CopyBuffer)}
	for _, opt := range opts {
		opt.applyUnpack(u)
	}
	if err := u.run(dir, a); err != nil {
		return fmt.Errorf("unpacking an archive: %w", err)
	}
	return nil
}

const (
	outsideDir = "_outside"
	packageExt = ".package"
)

type unpacker struct {
	unpack, replace bool
	limits          Limits
	files           *writer // what to write
	root            *os.Root
	buffer          []byte
	warn            func(*Finding)
}

func (u *unpacker) run(dir string, a *Archive) error {
	u.files = &writer{info: a.info, packages: a.OpenPackage, outside: outsideDir + "/"}
	WithOthers(a).applyWrite(u.files)
	if err := u.files.plan(a.content); err != nil {
		return err
	}
	if err := u.checkOthers(); err != nil {
		return err
	}
	destination, err := u.destination(dir)
	if err != nil {
		return err
	}
	return destination.fill(func(root *os.Root) error {
		u.root = root
		return u.write()
	})
}

// checkOthers refuses names that mean something in a tree.
func (u *unpacker) checkOthers() error {
	for _, o := range u.files.unknown {
		_, _, isPackage := packageDir(o.path)
		first, _, _ := strings.Cut(o.path, "/")
		switch {
		case !o.outside && isPackage:
			return fmt.Errorf("file %q lies where an unpacked package would be", o.name)
		case !o.outside && zipcheck.Fold(first) == zipcheck.Fold(outsideDir):
			return fmt.Errorf("file %q: %s in the root directory is for the files outside of it", o.name, outsideDir)
		case gitElement(o.path):
			return fmt.Errorf("file %q would be part of a Git repository", o.name)
		case !o.outside && leavesOut(first, first != o.path):
			return fmt.Errorf("file %q lies where a person's own files do, which Pack leaves out", o.name)
		}
	}
	return nil
}

// packageDir splits the path of a file in an unpacked package: the path of the
// package, which is where its ZIP file would be, and the path in the package.
func packageDir(name string) (zip, file string, ok bool) {
	parts := strings.Split(name, "/")
	var at int
	switch {
	case parts[0] == "deployments" && len(parts) > 4 && parts[2] == "versions":
		at = 3
	case parts[0] == "environments" && len(parts) > 3:
		at = 2
	default:
		return "", "", false
	}
	base, ok := strings.CutSuffix(parts[at], packageExt)
	return path.Join(path.Join(parts[:at]...), base+".zip"), path.Join(parts[at+1:]...), ok && base != ""
}

func (u *unpacker) write() error {
	for _, f := range u.files.documents {
		if err := u.file(f.path, 0o644, bytes.NewReader(f.data)); err != nil {
			return err
		}
	}
	for _, f := range u.files.bodies {
		err := f.read(func(from io.Reader) error {
			if u.unpack {
				return u.unpackPackage(f.path, from)
			}
			return u.file(f.path, 0o644, from)
		})
		if err != nil {
			return err
		}
	}
	for _, f := range u.files.others {
		if err := f.read(func(from io.Reader) error { return u.file(f.path, 0o644, from) }); err != nil {
			return err
		}
	}
	return nil
}

// file writes one file that is not there yet.
func (u *unpacker) file(name string, mode fs.FileMode, from io.Reader) error {
	local, err := filepath.Localize(name)
	if err != nil {
		return fmt.Errorf("%s is not a file name on this system", printable.Name(name))
	}
	if err := u.root.MkdirAll(filepath.Dir(local), 0o755); err != nil {
		return err
	}
	to, err := u.root.OpenFile(local, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{to}, from, u.buffer)
	return errors.Join(err, to.Close())
}
