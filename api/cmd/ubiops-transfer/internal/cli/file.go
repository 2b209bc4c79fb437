package cli

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// officialPath is the absolute path of a file as the official CLI prints it, and
// that of the file called name in it if it is a folder.
func officialPath(path, name string) (string, error) {
	if !filepath.IsAbs(path) {
		here, err := os.Getwd()
		if err != nil {
			return "", err
		}
		path = here + string(filepath.Separator) + path
	}
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return path, nil //nolint:nilerr // a file to be, or writing it will tell
	}
	if !os.IsPathSeparator(path[len(path)-1]) {
		path += string(filepath.Separator)
	}
	return path + name, nil
}

// special reports whether a path leads to something that takes bytes and is not
// replaced, such as /dev/stdout.
func special(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

// replaceFile writes a file, which is there as a whole or not at all, with a mode
// or else that of the file that it replaces. Symbolic links are followed.
func replaceFile(path string, mode os.FileMode, write func(io.Writer) error) error {
	return writeFile(path, mode, os.Rename, write)
}

// newFile is replaceFile for a file that must not exist, or the error is
// [fs.ErrExist].
func newFile(path string, mode os.FileMode, write func(io.Writer) error) error {
	if _, err := os.Lstat(path); err == nil && !special(path) {
		return &fs.PathError{Op: "write", Path: path, Err: fs.ErrExist}
	}
	return writeFile(path, mode, func(part, path string) error {
		err := os.Link(part, path) // unlike a renamed file, a link replaces nothing
		if err == nil {
			return os.Remove(part)
		}
		if _, there := os.Lstat(path); there == nil {
			return err
		}
		return os.Rename(part, path) // on a file system without links
	}, write)
}

func writeFile(path string, mode os.FileMode, publish func(part, path string) error, write func(io.Writer) error) error {
	if special(path) {
		file, err := os.OpenFile(path, os.O_WRONLY, 0) //nolint:gosec // G304: the user has named it
		if err != nil {
			return err
		}
		return errors.Join(write(file), file.Close())
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if info, err := os.Stat(path); err == nil && mode&0o077 != 0 {
		mode = info.Mode().Perm()
	}
	part := filepath.Join(filepath.Dir(path), ".write-"+rand.Text())
	file, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode) //nolint:gosec // G304: it is beside it
	if err != nil {
		return err
	}
	if err := errors.Join(write(file), file.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	if err := publish(part, path); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return nil
}
