package archive

import (
	"archive/zip"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Content is what an archive offers to create: the body that would confirm it
// whole. The member `zip` of a version or an environment is the path of its
// package relative to the root directory; it is absent if the archive has
// no package.
type Content = models.ImportUpdate

// Archive is an open archive. Its methods may be called at the same time; it
// needs what it was opened from for [Archive.OpenPackage] only.
type Archive struct {
	source   source
	limits   Limits
	root     string
	info     Info
	content  Content
	packages []Package
	files    map[string]*zip.File // packages by path
	others   []string
	unknown  map[string]*zip.File // others by name
	warnings []*Finding
}

// Package is one package in an archive: the code of a version, or what an
// environment is built from.
type Package struct {
	Path  string `json:"path"`           // relative to the root directory
	Size  int64  `json:"size"`           // bytes when read
	CRC32 uint32 `json:"crc32,omitzero"` // as the archive states it; reading the package checks it

	// NoCRC32 says that CRC32 is 0 because nothing states it: the package lies
	// in a directory tree. A caller that needs it reads the package.
	NoCRC32 bool `json:"no_crc32,omitzero"`
}

// Open reads the directory and the YAML documents of an archive. r holds the
// archive in its first size bytes. The directory takes at most three reads;
// documents that lie next to each other are read together, up to 4 MiB.
//
// An archive that is not accepted gives [Findings], which name every fault
// that was found: of the ZIP file alone if there are any, else the first of
// each document. Any other error comes from r.
//
// Files that the format does not know are listed by [Archive.Others], keys
// that it does not know are the Unknown members of the models; what looks as if
// it were read and is not is one of [Archive.Warnings]. The version of
// the format in info.yaml is not compared.
func Open(r io.ReaderAt, size int64, opts ...Option) (*Archive, error) {
	o := optionsOf(opts)
	from, err := openZip(r, size, o.limits, zipcheck.EverySystem)
	if err != nil {
		return nil, err
	}
	t, err := arrange(from.Entries)
	if err != nil {
		return nil, err
	}
	return read(t, from, from.warnings, o)
}

// Content returns everything that the archive describes. The maps belong to
// the archive: change a copy.
func (a *Archive) Content() Content { return a.content }

// Info returns the content of info.yaml.
func (a *Archive) Info() Info { return a.info }

// Root returns the name of the root directory; empty if the archive has none.
func (a *Archive) Root() string { return strings.TrimSuffix(a.root, "/") }

// Packages returns the packages that belong to a version or an environment,
// by path.
func (a *Archive) Packages() []Package { return slices.Clone(a.packages) }

// Others returns the files that the format has no place for, named as in the
// archive and sorted: unknown ones, a package whose version has no document,
// and whatever lies outside of the root directory. [Archive.OpenOther] reads them.
func (a *Archive) Others() []string { return slices.Clone(a.others) }

// OpenPackage streams a package. The path is relative to the root directory,
// as in [Package] and in the member `zip` of the content; an unknown one gives
// an error that is [fs.ErrNotExist]. Reading ends with a [Finding] instead of
// io.EOF if the bytes are not those that the archive's directory states. How
// the archive itself is read for it: see [RangeOpener].
func (a *Archive) OpenPackage(path string) (io.ReadCloser, error) {
	f := a.files[path]
	if f == nil {
		return nil, fmt.Errorf("package %q: %w", path, fs.ErrNotExist)
	}
	return a.source.open(f)
}

// FormatSpec is the version of the format that [Write] writes and that all
// known archives state.
const FormatSpec = "v1.0"

// Info is the content of info.yaml.
type Info struct {
	// FormatSpec is the version of the format. [Open] does not compare it.
	FormatSpec string `json:"format_spec"`

	// Metadata says where the archive comes from; nil if nothing is said.
	Metadata *Metadata `json:"metadata,omitzero"`

	// Unknown holds what else the file says, as members of a JSON object.
	Unknown jsontext.Value `json:",embed"`
}

// Metadata says where an archive comes from.
type Metadata struct {
	// ExportDate is the time of the export, as the file spells it.
	ExportDate *string `json:"export_date,omitzero"`

	// Unknown holds what else the file says, as members of a JSON object.
	Unknown jsontext.Value `json:",embed"`
}
