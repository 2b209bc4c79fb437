package archive

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
)

// listTree describes the files of a tree as the entries of a ZIP file.
func listTree(fsys fs.FS, limits Limits) ([]*zip.File, error) {
	w := walk{fsys: fsys, limit: limits.Entries}
	if err := w.directory(""); err != nil {
		return nil, err
	}
	return w.files, nil
}

type walk struct {
	fsys  fs.FS
	limit int
	seen  int
	files []*zip.File
}

// directory lists what is below a directory, "" or a path that ends with /.
func (w *walk) directory(dir string) error {
	entries, err := w.list(dir)
	if err != nil {
		return err
	}
	isRoot := dir == "" || slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == infoName })
	for _, e := range entries {
		if isRoot && (e.IsDir() && strings.HasPrefix(e.Name(), ".") || e.Name() == ".git") {
			continue
		}
		if err := w.entry(dir+e.Name(), e); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) entry(name string, e fs.DirEntry) error {
	info, err := e.Info()
	if err != nil {
		return fmt.Errorf("listing %s: %w", display(name), err)
	}
	f := &zip.File{FileHeader: zip.FileHeader{Name: name, Method: zip.Store}}
	w.files = append(w.files, f)
	switch info.Mode().Type() {
	case 0:
		f.SetMode(0)
		f.UncompressedSize64 = uint64(info.Size()) //nolint:gosec // a negative one is over every limit
		f.CompressedSize64 = f.UncompressedSize64
	case fs.ModeDir:
		f.Name += "/"
		f.SetMode(fs.ModeDir)
		if unsafeName(f.Name) == "" { // else it is refused, and may have no end
			return w.directory(f.Name)
		}
	default:
		f.SetMode(fs.ModeSymlink) // stands for all that is refused; ZIP does not know every kind
	}
	return nil
}

// list returns a directory in order of name. A large one is refused before it
// is read whole.
func (w *walk) list(dir string) ([]fs.DirEntry, error) {
	name := "."
	if dir != "" {
		name = strings.TrimSuffix(dir, "/")
	}
	d, err := w.fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", display(name), err)
	}
	var all []fs.DirEntry
	if reader, ok := d.(fs.ReadDirFile); ok {
		all, err = w.readAll(reader)
	} else if all, err = fs.ReadDir(w.fsys, name); err == nil {
		err = w.count(len(all))
	}
	if err := cmp.Or(err, d.Close()); err != nil {
		if _, refused := errors.AsType[*Finding](err); refused {
			return nil, err
		}
		return nil, fmt.Errorf("listing %s: %w", display(name), err)
	}
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return all, nil
}

func (w *walk) readAll(d fs.ReadDirFile) (all []fs.DirEntry, err error) {
	const portion = 1000
	for {
		part, err := d.ReadDir(portion)
		all = append(all, part...)
		if countErr := w.count(len(part)); countErr != nil {
			return nil, countErr
		}
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

func (w *walk) count(n int) error {
	if w.seen += n; w.seen > w.limit {
		return overLimit("the directory has more than %d entries", w.limit)
	}
	return nil
}
