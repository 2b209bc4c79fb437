package archive

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// OpenOther streams a file that the format has no place for. The name is one
// of those that [Archive.Others] returns; any other gives an error that is
// [fs.ErrNotExist]. Reading ends as with [Archive.OpenPackage].
func (a *Archive) OpenOther(name string) (io.ReadCloser, error) {
	f := a.unknown[name]
	if f == nil {
		return nil, fmt.Errorf("file %q: %w", name, fs.ErrNotExist)
	}
	return a.source.open(f)
}

// WithOthers writes the files of a that the format has no place for
// ([Archive.Others]) after the packages, sorted: those in its root directory
// at the same place in the new root directory, those outside of it at the same
// place outside. Only their bytes are kept, not their times and modes.
//
// [Write] refuses them if they would become something else: a file outside
// when there is no root directory or it would lie in it, a package without a
// document when there is one now, a file whose name is taken.
func WithOthers(a *Archive) WriteOption {
	return writeOption(func(w *writer) {
		for _, name := range a.others {
			rel, inside := strings.CutPrefix(name, a.root)
			w.unknown = append(w.unknown, other{name: name, path: rel, outside: !inside, open: a.OpenOther})
		}
	})
}

// Rewrite writes all of a again: content, info.yaml, packages and other files,
// with the same root directory. The result is in the layout and style of
// [Write], so rewriting it once more gives the same bytes. Directories without
// files are left out. Options come after those that say this.
func Rewrite(w io.Writer, a *Archive, opts ...WriteOption) error {
	same := writeOption(func(w *writer) { w.root, w.nested = a.Root(), true })
	return Write(w, a.content, a.OpenPackage, append([]WriteOption{same, WithInfo(a.info), WithOthers(a)}, opts...)...)
}

// other is a file that the format has no place for.
type other struct {
	name    string // that open takes
	path    string // relative to the root directory, or to where that lies
	outside bool
	open    func(name string) (io.ReadCloser, error)
}

// placeOthers adds the unknown files to the plan.
func (w *writer) placeOthers() {
	for _, o := range w.unknown {
		at, object := w.root+o.path, fmt.Sprintf("file %q", o.name)
		if o.outside {
			if at = w.outside + o.path; w.outside == "" && strings.HasPrefix(zipcheck.Fold(at), zipcheck.Fold(w.root)) {
				w.errs = append(w.errs, fmt.Errorf("%s lies outside of the root directory and would now lie in it", object))
				continue
			}
		}
		w.others = append(w.others, output{path: at, object: object, source: o.name, open: o.open})
	}
	if len(w.others) == 0 || len(w.errs) > 0 {
		return
	}
	slices.SortFunc(w.others, func(a, b output) int { return strings.Compare(a.path, b.path) })
	if err := w.checkOthers(); err != nil {
		w.errs = append(w.errs, err)
	}
}

// checkOthers asks the reading side whether it would take the other files for
// other files.
func (w *writer) checkOthers() error {
	var all []*zip.File
	for _, f := range slices.Concat(w.documents, w.bodies, w.others) {
		all = append(all, named(f.path))
	}
	if found, _ := zipcheck.CheckEntries(all, math.MaxInt64, DefaultLimits().zip(), zipcheck.EverySystem); len(found) > 0 {
		return findingsOf(found, SeverityError)
	}
	t, err := arrange(all)
	if err != nil {
		return err
	}
	if t.root != w.root {
		return fmt.Errorf("%s would make another directory the root", printable.Name(t.info.Name))
	}
	unknown := map[string]bool{}
	for _, f := range slices.Concat(t.others, t.orphans()) {
		unknown[f.Name] = true
	}
	for _, f := range w.others {
		if !unknown[f.path] {
			return fmt.Errorf("%s would be read as part of the format at %s", f.object, printable.Name(f.path))
		}
	}
	return nil
}

// orphans returns the packages without a document of the same name.
func (t *tree) orphans() []*zip.File {
	var orphans []*zip.File
	for _, g := range t.allGroups() {
		alone := maps.Clone(g.packages)
		for _, f := range slices.Concat(g.documents, g.versions) {
			delete(alone, strings.TrimSuffix(f.Name, ".yaml"))
		}
		orphans = slices.AppendSeq(orphans, maps.Values(alone))
	}
	return orphans
}

// named is an entry of which nothing but the name matters.
func named(path string) *zip.File { return &zip.File{FileHeader: zip.FileHeader{Name: path}} }
