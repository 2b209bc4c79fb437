package archive

import (
	"archive/zip"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
)

// destination is the directory that a tree comes to.
type destination struct {
	dir    string
	exists bool
	empty  bool
	kept   []string          // at its top, a person's own
	looked map[string]string // what was there, but for that
}

// destination finds out whether the tree may come to dir.
func (u *unpacker) destination(dir string) (*destination, error) {
	dst := &destination{}
	var err error
	if dst.dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	if real, err := filepath.EvalSymlinks(dst.dir); err == nil {
		dst.dir = real // or the link would be replaced
	}
	switch stat, err := os.Lstat(dst.dir); {
	case errors.Is(err, fs.ErrNotExist):
		return dst, nil
	case err != nil:
		return nil, err
	case !stat.IsDir():
		return nil, &fs.PathError{Op: "unpack to", Path: dir, Err: fs.ErrExist}
	}
	dst.exists = true
	list, err := os.ReadDir(dst.dir)
	dst.empty = len(list) == 0
	switch {
	case err != nil || dst.empty:
		return dst, err
	case !u.replace:
		return nil, fmt.Errorf("the directory %s is not empty: %w", dir, fs.ErrExist)
	}
	l, err := listTree(os.DirFS(dst.dir), DefaultLimits())
	if err != nil {
		return nil, err
	}
	for _, name := range l.leftOut {
		if name = strings.TrimSuffix(name, "/"); !strings.Contains(name, "/") {
			dst.kept = append(dst.kept, name)
		}
	}
	if err := u.checkReplaced(dir, l); err != nil {
		return nil, err
	}
	dst.looked, err = dst.look(dst.dir)
	return dst, err
}

// checkReplaced refuses to replace files that are neither part of the format
// nor among those that come in their place.
func (u *unpacker) checkReplaced(dir string, l *listing) error {
	var files []*zip.File
	for _, f := range l.files {
		name := f.Name
		switch zip, _, ok := packageDir(name); {
		case strings.HasSuffix(name, "/"):
			continue
		case f.Mode().Type() != 0:
			return Findings{{Code: CodeIrregular, Path: name, Message: "links, devices and other special files are not allowed"}}
		case ok && !gitElement(name):
			name = zip
		}
		files = append(files, named(name))
	}
	t, err := arrange(files)
	if err != nil || t.root != "" {
		return fmt.Errorf("the directory %s is not empty and not an unpacked archive: %w", dir, fs.ErrExist)
	}
	for _, f := range slices.Concat(t.others, t.orphans()) {
		if !slices.ContainsFunc(u.files.others, func(o output) bool { return o.path == f.Name }) {
			return fmt.Errorf("%s in %s is not what an archive is unpacked to, so it would be lost: %w", printable.Name(f.Name), dir, fs.ErrExist)
		}
	}
	return nil
}

// look describes everything in dir that is replaced, so that a second look reports
// whether it is the same.
func (dst *destination) look(dir string) (map[string]string, error) {
	seen := map[string]string{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case slices.Contains(dst.kept, name) && d.IsDir():
			return fs.SkipDir
		case name == ".", slices.Contains(dst.kept, name):
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		seen[name] = info.Mode().String()
		if !d.IsDir() { // the time of a directory says nothing more
			seen[name] += fmt.Sprint(info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return seen, err
}

// fill makes a new directory, lets write fill it, and puts it into place.
func (dst *destination) fill(write func(*os.Root) error) (err error) {
	fresh := dst.beside("new")
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
	if !dst.exists {
		return os.Rename(fresh, dst.dir)
	}
	return dst.exchange(fresh)
}

// exchange puts a directory in the place of the one that is there. Writing took
// long: that is looked at again, once nobody finds it any more by its name.
func (dst *destination) exchange(fresh string) (err error) {
	old := dst.beside("old")
	if err := os.Rename(dst.dir, old); err != nil {
		return err
	}
	undo := []func() error{func() error { return os.Rename(old, dst.dir) }}
	defer func() {
		for _, back := range slices.Backward(undo) {
			err = errors.Join(err, back())
		}
	}()
	if !dst.empty {
		now, err := dst.look(old)
		if err != nil {
			return err
		}
		if !maps.Equal(now, dst.looked) {
			return fmt.Errorf("%s in %s has changed in the meantime, so it would be lost: %w", printable.Name(difference(dst.looked, now)), dst.dir, fs.ErrExist)
		}
	}
	for _, name := range dst.kept {
		from, to := filepath.Join(old, name), filepath.Join(fresh, name)
		if err := os.Rename(from, to); err != nil {
			return err
		}
		undo = append(undo, func() error { return os.Rename(to, from) })
	}
	if err := os.Rename(fresh, dst.dir); err != nil {
		return err
	}
	undo = nil
	remove := os.RemoveAll
	if dst.empty || len(dst.looked) == 0 {
		remove = os.Remove // fails if it is not any more
	}
	if err := remove(old); err != nil {
		return fmt.Errorf("the tree is in place, but the former one is left in %s: %w", old, err)
	}
	return nil
}

// difference returns the first name that two looks see differently.
func difference(before, now map[string]string) string {
	for _, name := range slices.Concat(sorted(now), sorted(before)) {
		if before[name] != now[name] {
			return name
		}
	}
	return ""
}

// beside returns a new name in the same directory.
func (dst *destination) beside(what string) string {
	dir, base := filepath.Split(dst.dir)
	return dir + "." + base + "." + what + "-" + rand.Text()[:8]
}
