package archive

import (
	"archive/zip"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// target is the directory that a tree comes to.
type target struct {
	dir    string
	exists bool
	empty  bool
	git    bool // it has a gitDir
}

// target finds out whether the tree may come to dir.
func (u *unpacker) target(dir string) (*target, error) {
	t := &target{}
	var err error
	if t.dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if real, err := filepath.EvalSymlinks(t.dir); err == nil {
		t.dir = real // or the link would be replaced
	}
	switch stat, err := os.Lstat(t.dir); {
	case errors.Is(err, fs.ErrNotExist):
		return t, nil
	case err != nil:
		return nil, err
	case !stat.IsDir():
		return nil, &fs.PathError{Op: "unpack to", Path: dir, Err: fs.ErrExist}
	}
	t.exists = true
	list, err := os.ReadDir(t.dir)
	t.empty = len(list) == 0
	switch {
	case err != nil || t.empty:
		return t, err
	case !u.replace:
		return nil, fmt.Errorf("the directory %s is not empty: %w", dir, fs.ErrExist)
	}
	t.git = slices.ContainsFunc(list, func(e fs.DirEntry) bool { return e.Name() == gitDir })
	return t, u.checkReplaced(dir)
}

// checkReplaced refuses to replace files that are neither part of the format
// nor among those that come in their place.
func (u *unpacker) checkReplaced(dir string) error {
	names, err := treeFiles(os.DirFS(dir))
	if err != nil {
		return err
	}
	var files []*zip.File
	for _, name := range names {
		if zip, _, ok := packageDir(name); ok && !gitElement(name) {
			name = zip
		}
		files = append(files, named(name))
	}
	t, err := arrange(files)
	if err != nil || t.root != "" {
		return fmt.Errorf("the directory %s is not empty and no unpacked archive: %w", dir, fs.ErrExist)
	}
	for _, f := range slices.Concat(t.others, t.orphans()) {
		if !slices.ContainsFunc(u.files.others, func(o output) bool { return o.path == f.Name }) {
			return fmt.Errorf("%s in %s is not what an archive is unpacked to, so it would be lost: %w", display(f.Name), dir, fs.ErrExist)
		}
	}
	return nil
}

// fill makes a new directory, lets write fill it, and puts it into place.
func (t *target) fill(write func(*os.Root) error) (err error) {
	fresh := t.beside("new")
	if err := os.Mkdir(fresh, 0o755); err != nil { //nolint:gosec // for everyone to read, as any checkout
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(fresh))
		}
	}()
	root, err := os.OpenRoot(fresh)
	if err != nil {
		return err
	}
	if err := errors.Join(write(root), root.Close()); err != nil {
		return err
	}
	if !t.exists {
		return os.Rename(fresh, t.dir)
	}
	return t.exchange(fresh)
}

// exchange puts a directory in the place of the one that is there.
func (t *target) exchange(fresh string) error {
	old := t.beside("old")
	if err := os.Rename(t.dir, old); err != nil {
		return err
	}
	back := func() error { return os.Rename(old, t.dir) }
	if t.git {
		if err := os.Rename(filepath.Join(old, gitDir), filepath.Join(fresh, gitDir)); err != nil {
			return errors.Join(err, back())
		}
		undo := back
		back = func() error {
			return errors.Join(os.Rename(filepath.Join(fresh, gitDir), filepath.Join(old, gitDir)), undo())
		}
	}
	if err := os.Rename(fresh, t.dir); err != nil {
		return errors.Join(err, back())
	}
	remove := os.RemoveAll
	if t.empty {
		remove = os.Remove // fails if it is not any more
	}
	if err := remove(old); err != nil {
		return fmt.Errorf("the tree is in place, but the former one is left in %s: %w", old, err)
	}
	return nil
}

// beside returns a new name in the same directory.
func (t *target) beside(what string) string {
	dir, base := filepath.Split(t.dir)
	return dir + "." + base + "." + what + "-" + rand.Text()[:8]
}
