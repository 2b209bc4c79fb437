package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"
)

// Pack writes the archive that a directory holds, as [Unpack] writes it or a
// person: the way back. The root of fsys is the directory with info.yaml.
// Names of directories and files are free, as in [Open].
//
// The result is what [Write] writes for the same content, info.yaml and other
// files, so packages that were kept as ZIP files give the same bytes as
// before. A directory that stands for a package, so with the extension
// .package where the ZIP file would have .zip, becomes a ZIP file with the same
// files: sorted, stored, with fixed times, executable where the file is. Both
// for one package are an error, and so is such a directory to which no YAML
// file belongs.
//
// Files that the format does not know are packed too, those below _outside
// come outside of the root directory. An entry .git at the top is left out;
// anywhere else it is refused, as are links. Directories without files are
// left out.
//
// A directory that is not accepted gives [Findings], as in [Open], with paths
// relative to it.
func Pack(w io.Writer, fsys fs.FS, opts ...WriteOption) (err error) {
	t, err := readPackTree(fsys)
	if err != nil {
		return fmt.Errorf("packing a directory: %w", err)
	}
	index, err := t.index()
	if err != nil {
		return fmt.Errorf("packing a directory: %w", err)
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	a, err := Open(index, index.size)
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
	files    []string
	packages map[string][]string // path of the ZIP file -> files that come into it, relative to its directory
}

func readPackTree(fsys fs.FS) (*packTree, error) {
	names, err := treeFiles(fsys)
	if err != nil {
		return nil, err
	}
	t := &packTree{fsys: fsys, packages: map[string][]string{}}
	for _, name := range names {
		if gitElement(name) {
			return nil, Findings{{Code: CodeName, Path: name, Message: "the file is part of a Git repository below the top"}}
		}
		if zip, file, ok := packageDir(name); ok {
			t.packages[zip] = append(t.packages[zip], file)
		} else {
			t.files = append(t.files, name)
		}
	}
	for name, files := range t.packages {
		if _, twice := slices.BinarySearch(t.files, name); twice { // they are sorted
			return nil, Findings{{Code: CodeLayout, Path: name, Message: "the package is here as a ZIP file and as a directory"}}
		}
		entries := make([]*zip.File, len(files))
		for i, file := range files {
			entries[i] = named(file)
		}
		if err := checkEntries(entries, math.MaxInt64, DefaultLimits()).err(); err != nil {
			return nil, fmt.Errorf("%s: %w", display(strings.TrimSuffix(name, ".zip")+packageExt), err)
		}
	}
	return t, nil
}

// treeFiles lists all files, sorted, without a repository at the top.
func treeFiles(fsys fs.FS) ([]string, error) {
	var names []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == gitDir && d.IsDir():
			return fs.SkipDir
		case name == gitDir, d.IsDir():
			return nil
		case !d.Type().IsRegular():
			return Findings{{Code: CodeIrregular, Path: name, Message: "links, devices and other special files are not allowed"}}
		}
		names = append(names, name)
		return nil
	})
	slices.Sort(names)
	return names, err
}

// index returns a ZIP file with all names but the bytes of documents only.
func (t *packTree) index() (_ *spool, err error) {
	var all []*zip.File
	for _, name := range t.files {
		all = append(all, named(name))
	}
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
	read := map[string]bool{variablesName: true, arranged.info.Name: true}
	for _, g := range arranged.allGroups() {
		for _, f := range slices.Concat(g.documents, g.versions) {
			read[f.Name] = true
		}
	}
	index := &spool{}
	defer func() {
		if err != nil {
			err = errors.Join(err, index.Close())
		}
	}()
	z := newStoredWriter(index)
	for _, f := range all {
		if !read[f.Name] {
			if err := z.data(f.Name, nil); err != nil {
				return nil, err
			}
			continue
		}
		if err := t.copy(z, f.Name, f.Name); err != nil {
			return nil, err
		}
	}
	return index, z.close()
}

func (t *packTree) copy(z *storedWriter, entry, name string) error {
	from, err := t.fsys.Open(name)
	if err != nil {
		return err
	}
	stat, err := from.Stat()
	if err == nil {
		err = z.stream(entry, packedMode(stat.Mode()), from)
	}
	return errors.Join(err, from.Close())
}

// open opens a file, or the ZIP file that a directory stands for.
func (t *packTree) open(name string) (_ io.ReadCloser, err error) {
	files, ok := t.packages[name]
	if !ok {
		return t.fsys.Open(name)
	}
	body := &spool{}
	z := newStoredWriter(body)
	for _, file := range files { // sorted as their paths are
		if err := t.copy(z, file, strings.TrimSuffix(name, ".zip")+packageExt+"/"+file); err != nil {
			return nil, errors.Join(err, body.Close())
		}
	}
	if err := z.close(); err != nil {
		return nil, errors.Join(err, body.Close())
	}
	return body.open(), nil
}
