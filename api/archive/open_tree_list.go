package archive

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// listing is what lies in a tree: the files and directories that belong to the
// archive, as the entries of a ZIP file, and what is left out.
type listing struct {
	files   []*zip.File
	leftOut []string // at the top, or beside info.yaml; directories end in a slash
}

// listTree lists a tree, by the same rule for [OpenFS], [Pack] and [ReplaceUnpacked]:
// what is a person's own is left out, see leavesOut.
func listTree(fsys fs.FS, limits Limits) (*listing, error) {
	w := walk{fsys: fsys, limit: limits.Entries}
	if err := w.directory(""); err != nil {
		return nil, err
	}
	return &w.listing, nil
}

// leavesOut reports whether an entry at the top of a tree is left out: directories
// that begin with a dot, of Git, of editors, of Python; and files of settings that
// may hold secrets, .env and those like .env.local.
func leavesOut(name string, isDir bool) bool {
	if isDir {
		return strings.HasPrefix(name, ".")
	}
	return name == gitDir || isEnvFile(name)
}

// isEnvFile reports whether a file of this name usually holds secrets.
func isEnvFile(name string) bool {
	name = zipcheck.Fold(name)
	return name == zipcheck.Fold(".env") || strings.HasPrefix(name, zipcheck.Fold(".env."))
}

// warnings says what is left out, and what is taken along and may hold secrets.
func (l *listing) warnings() Findings {
	var found Findings
	for _, name := range l.leftOut {
		if strings.TrimSuffix(path.Base(name), "/") != gitDir {
			found.warnf(CodeLeftOut, name, "it is left out: at the top, directories that begin with a dot and .env files are a person's own")
		}
	}
	for _, f := range l.files {
		if isEnvFile(path.Base(f.Name)) {
			found.warnf(CodeEnvFile, f.Name, "it is taken along, and files of this name often hold secrets")
		}
	}
	return found
}

type walk struct {
	listing
	fsys   fs.FS
	limit  int
	seen   int
	rooted bool // info.yaml lies at the top
}

// directory lists what is below a directory, "" or a path that ends with /.
func (w *walk) directory(dir string) error {
	entries, err := w.list(dir)
	if err != nil {
		return err
	}
	hasInfo := slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == infoName })
	w.rooted = w.rooted || dir == "" && hasInfo
	isTop := dir == "" || hasInfo && !w.rooted
	for _, e := range entries {
		if isTop && leavesOut(e.Name(), e.IsDir()) {
			name := dir + e.Name()
			if e.IsDir() {
				name += "/"
			}
			w.leftOut = append(w.leftOut, name)
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
		return fmt.Errorf("listing %s: %w", printable.Name(name), err)
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
		if zipcheck.UnsafeName(f.Name) == "" { // else it is refused, and may have no end
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
		return nil, fmt.Errorf("listing %s: %w", printable.Name(name), err)
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
		return nil, fmt.Errorf("listing %s: %w", printable.Name(name), err)
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
		return Findings{{Code: CodeLimit, Message: fmt.Sprintf("the directory has more than %d entries", w.limit)}}
	}
	return nil
}
