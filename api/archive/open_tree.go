package archive

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// OpenFS reads an archive from a directory tree, such as a checked-out
// repository: the same layout, limits and findings as [Open] has for a ZIP
// file, and an archive that serves for the same. The root directory is the one
// with the info.yaml that lies least deep. Packages are ZIP files in the tree.
//
// Links and special files are refused wherever they lie, and .git below the top.
// At the top of fsys, or beside an info.yaml if there is none at the top, what is a
// person's own is left out, and [Archive.Warnings] says so: directories whose name
// begins with a dot, .env, and files like .env.local; .git is left out without a
// word. Other hidden files and directories are listed by [Archive.Others] like all
// that the format does not know. Of the limits, DirectorySize and Ratio have no
// meaning here.
//
// The tree must not change while the archive is in use; a file that has other
// than its listed bytes when it is read gives a [Finding]. For a tree that
// somebody else can write to, take the FS of an [os.Root], which keeps to its
// directory even then. Errors other than [Findings] come from fsys.
func OpenFS(fsys fs.FS, opts ...Option) (*Archive, error) {
	o := optionsOf(opts)
	l, err := listTree(fsys, o.limits)
	if err != nil {
		return nil, err
	}
	if err := l.check(o.limits); err != nil {
		return nil, err
	}
	t, err := arrange(l.files)
	if err != nil {
		return nil, err
	}
	return read(t, treeSource{fsys}, l.warnings(), o)
}

// check checks the names and sizes in a tree.
func (l *listing) check(limits Limits) error {
	faults, _ := zipcheck.CheckEntries(l.files, math.MaxInt64, limits.zip(), zipcheck.EverySystem)
	found := findingsOf(faults, SeverityError)
	for _, f := range l.files {
		if gitElement(f.Name) {
			found.add(CodeName, f.Name, "the file is part of a Git repository below the top")
		}
	}
	return found.err()
}

// treeSource reads the files of a directory tree.
type treeSource struct{ fs.FS }

func (s treeSource) inPlace(*zip.File) (io.ReaderAt, error) { return nil, nil }

func (s treeSource) checksums() bool { return false }

func (s treeSource) open(f *zip.File) (io.ReadCloser, error) {
	file, err := s.Open(f.Name)
	if err != nil {
		return nil, readError(f, err)
	}
	info, err := file.Stat()
	switch {
	case err != nil:
		err = readError(f, err)
	case !info.Mode().IsRegular():
		err = &Finding{Code: CodeIrregular, Path: f.Name, Message: "it was a file when the directory was listed, and is not one now"}
	default:
		return &fileReader{ReadCloser: file, file: f, left: f.UncompressedSize64}, nil
	}
	return nil, errors.Join(err, file.Close())
}

func (s treeSource) texts(files []*zip.File, take func(*zip.File, []byte, error) bool) {
	var text bytes.Buffer
	for _, f := range files {
		rc, err := s.open(f)
		if err == nil {
			err = zipcheck.ReadInto(&text, rc)
		}
		if !take(f, text.Bytes(), err) {
			return
		}
	}
}

func readError(f *zip.File, err error) error {
	return fmt.Errorf("reading %s: %w", printable.Name(f.Name), err)
}

// fileReader reads a file that has as many bytes as it had when it was listed.
type fileReader struct {
	io.ReadCloser
	file *zip.File
	left uint64
}

func (r *fileReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if uint64(n) > r.left { //nolint:gosec // never negative
		n, r.left = int(r.left), 0 //nolint:gosec // less than n
		return n, r.changed()
	}
	r.left -= uint64(n) //nolint:gosec // never negative
	switch {
	case errors.Is(err, io.EOF) && r.left > 0:
		return n, r.changed()
	case err != nil && !errors.Is(err, io.EOF):
		return n, readError(r.file, err)
	}
	return n, err
}

func (r *fileReader) changed() error {
	return &Finding{Code: CodeDamaged, Path: r.file.Name, Message: "the file has changed since the directory was listed"}
}

// gitDir is what a tree keeps when it is replaced, and what packing leaves out.
const gitDir = ".git"

// invisible is what HFS+ leaves out of names when it compares them.
var invisible = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x200c, Hi: 0x200f, Stride: 1}, {Lo: 0x202a, Hi: 0x202e, Stride: 1}, {Lo: 0x206a, Hi: 0x206f, Stride: 1}, {Lo: 0xfeff, Hi: 0xfeff, Stride: 1},
}}

// gitElement reports whether Git would take a path for part of a repository, or
// could, on another file system: NTFS takes .git. for the same name, and git~1 and
// .git::$INDEX_ALLOCATION, HFS+ one with invisible characters.
func gitElement(name string) bool {
	isSeparator := func(r rune) bool { return r == '/' || r == '\\' }
	return slices.ContainsFunc(strings.FieldsFunc(name, isSeparator), func(element string) bool {
		element = strings.Map(func(r rune) rune {
			if unicode.Is(invisible, r) {
				return -1
			}
			return r
		}, element)
		element, _, _ = strings.Cut(element, ":")
		element = zipcheck.Fold(strings.TrimRight(element, " ."))
		return element == zipcheck.Fold(gitDir) || element == zipcheck.Fold("git~1")
	})
}
