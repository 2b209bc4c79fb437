package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// Pack writes the archive that a directory holds, as [Unpack] writes it or a
// person: the way back. The root of fsys is the directory with info.yaml.
// Names of directories and files are free, as in [Open].
//
// The result is what [Write] writes for the same content, info.yaml and other
// files, so packages that were kept as ZIP files give the same bytes as
// before. A directory that stands for a package, so with the extension
// .package where the ZIP file would have .zip, becomes a ZIP file with the same
// files: sorted, stored, with fixed times, executable if the file is. Both
// for one package are an error, and so is such a directory to which no YAML
// file belongs.
//
// Files that the format does not know are packed too, those below _outside
// come outside of the root directory. What is taken and what is refused goes by the
// rule of [OpenFS]: directories at the top whose name begins with a dot are left out,
// .env and files like .env.local too, and [OnWarning] says so. Directories without
// files are left out.
//
// A directory that is not accepted gives [Findings], as in [Open], with paths
// relative to it.
func Pack(w io.Writer, fsys fs.FS, opts ...WriteOption) (err error) {
	t, err := readPackTree(fsys)
	if err != nil {
		return fmt.Errorf("packing a directory: %w", err)
	}
	var probe writer
	for _, opt := range opts {
		opt.applyWrite(&probe)
	}
	warn(probe.warn, t.warnings)
	index, err := t.index()
	if err != nil {
		return fmt.Errorf("packing a directory: %w", err)
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	a, err := Open(index, index.Size())
	if err != nil {
		return fmt.Errorf("packing a directory: %w", err)
	}
	for name := range t.packages {
		if a.unknown[name] != nil {
			return fmt.Errorf("packing a directory: %w", Findings{{
				Code: CodeLayout, Path: strings.TrimSuffix(name, ".zip") + packageExt,
				Message: "an unpacked package without a YAML file of the same name beside it",
			}})
		}
	}
	others := writeOption(func(w *writer) {
		for _, name := range a.others {
			rel, outside := strings.CutPrefix(name, outsideDir+"/")
			w.unknown = append(w.unknown, other{name: name, path: rel, outside: outside, open: t.open})
		}
	})
	return Write(w, a.content, t.open, append([]WriteOption{WithInfo(a.info), others}, opts...)...)
}

// packTree is the files of a directory that is an archive.
type packTree struct {
	fsys     fs.FS
	files    []*zip.File         // sorted
	packages map[string][]string // path of the ZIP file -> files that come into it, relative to its directory
	warnings Findings
}

func readPackTree(fsys fs.FS) (*packTree, error) {
	limits := DefaultLimits()
	l, err := listTree(fsys, limits)
	if err != nil {
		return nil, err
	}
	if err := l.check(limits); err != nil {
		return nil, err
	}
	t := &packTree{fsys: fsys, packages: map[string][]string{}, warnings: l.warnings()}
	for _, f := range l.files {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if zip, file, ok := packageDir(f.Name); ok {
			t.packages[zip] = append(t.packages[zip], file)
		} else {
			t.files = append(t.files, f)
		}
	}
	slices.SortFunc(t.files, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	for name, files := range t.packages {
		if _, twice := slices.BinarySearchFunc(t.files, name, func(f *zip.File, name string) int { return strings.Compare(f.Name, name) }); twice {
			return nil, Findings{{Code: CodeLayout, Path: name, Message: "the package is here as a ZIP file and as a directory"}}
		}
		slices.Sort(files)
	}
	return t, nil
}

// index returns a ZIP file with all names but the bytes of documents only.
func (t *packTree) index() (_ *zipcheck.Spool, err error) {
	all := slices.Clone(t.files)
	for _, name := range sorted(t.packages) {
		all = append(all, named(name))
	}
	arranged, err := arrange(all)
	if err != nil {
		return nil, err
	}
	if arranged.root != "" {
		return nil, Findings{{Code: CodeNoInfo, Path: arranged.info.Name, Message: "info.yaml is not at the top of the directory"}}
	}
	documents := arranged.documents()
	sizes := reader{limits: DefaultLimits()}
	if sizes.checkDocuments(arranged, documents); len(sizes.found) > 0 {
		return nil, sizes.found
	}
	read := map[string]bool{}
	for _, d := range documents {
		read[d.file.Name] = true
	}
	index := &zipcheck.Spool{}
	defer func() {
		if err != nil {
			err = errors.Join(err, index.Close())
		}
	}()
	z := zipcheck.NewWriter(index)
	for _, f := range all {
		if !read[f.Name] {
			if err := z.Data(f.Name, nil); err != nil {
				return nil, err
			}
			continue
		}
		if err := t.document(z, f); err != nil {
			return nil, err
		}
	}
	return index, z.Close()
}

// document copies a document, which must not have grown since it was listed.
func (t *packTree) document(z *zipcheck.Writer, f *zip.File) error {
	from, err := treeSource{t.fsys}.open(f)
	if err != nil {
		return err
	}
	return errors.Join(z.Stream(f.Name, 0o644, from), from.Close())
}

func (t *packTree) copy(z *zipcheck.Writer, entry, name string) error {
	from, err := t.fsys.Open(name)
	if err != nil {
		return err
	}
	stat, err := from.Stat()
	if err == nil {
		err = z.Stream(entry, packedMode(stat.Mode()), from)
	}
	return errors.Join(err, from.Close())
}

// open opens a file, or the ZIP file that a directory stands for.
func (t *packTree) open(name string) (_ io.ReadCloser, err error) {
	files, ok := t.packages[name]
	if !ok {
		return t.fsys.Open(name)
	}
	body := &zipcheck.Spool{}
	z := zipcheck.NewWriter(body)
	for _, file := range files { // sorted as their paths are
		if err := t.copy(z, file, strings.TrimSuffix(name, ".zip")+packageExt+"/"+file); err != nil {
			return nil, errors.Join(err, body.Close())
		}
	}
	if err := z.Close(); err != nil {
		return nil, errors.Join(err, body.Close())
	}
	return body.Open(), nil
}
