package archive

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// WriteOption changes what [Write] writes.
type WriteOption interface{ applyWrite(w *writer) }

type writeOption func(*writer)

func (f writeOption) applyWrite(w *writer) { f(w) }

// WithRoot names the root directory; "" for none. The default is "export".
func WithRoot(name string) WriteOption {
	return writeOption(func(w *writer) { w.root, w.nested = name, false })
}

// WithInfo sets the content of info.yaml. The default states [FormatSpec] and
// nothing else; an empty FormatSpec is replaced by it.
func WithInfo(info Info) WriteOption {
	return writeOption(func(w *writer) { w.info = info })
}

// WithExportDate adds metadata with the time of the export to info.yaml, in
// UTC and whole seconds.
func WithExportDate(t time.Time) WriteOption {
	date := t.UTC().Format(time.RFC3339)
	return writeOption(func(w *writer) {
		metadata := Metadata{}
		if w.info.Metadata != nil {
			metadata = *w.info.Metadata
		}
		metadata.ExportDate = &date
		w.info.Metadata = &metadata
	})
}

// Write writes an archive in the official layout. The same content and
// packages give the same bytes: paths are sorted, YAML documents before
// packages, times fixed, nothing compressed.
//
// A version or an environment whose `zip` is not empty has a package: Write
// calls packages with that value, once for each, and closes the reader. In the
// archive it has the canonical path ([VersionPackagePath],
// [EnvironmentPackagePath]), which is what reading the archive then gives as
// `zip`. packages may be nil if there are none.
//
// Every entry states its size and CRC-32 before its bytes. A reader that is
// [Stated] is copied straight. One that is an [io.Seeker], as a file is, is
// read twice, or once if w is a file that can be written at an offset: then
// the checksum is filled in afterwards. Any other is first read to its end, up
// to 1 MiB into memory and more into a temporary file. Bytes that are not those
// announced are an error.
//
// Before the first byte is written, Write refuses with an error that names
// the object: an empty name; objects that lack a key that the format requires;
// text that is not UTF-8; members that the archive has no place for. Later errors come from w or
// packages; what has been written then is not an archive. A missing dictionary and an empty one are the same
// in an archive, but for environment variables of deployments and their
// versions.
func Write(w io.Writer, content Content, packages func(path string) (io.ReadCloser, error), opts ...WriteOption) error {
	out := &writer{root: "export", packages: packages}
	for _, opt := range opts {
		opt.applyWrite(out)
	}
	out.info.FormatSpec = cmp.Or(out.info.FormatSpec, FormatSpec)
	if err := out.plan(content); err != nil {
		return fmt.Errorf("writing an archive: %w", err)
	}
	if err := out.write(w); err != nil {
		return fmt.Errorf("writing an archive: %w", err)
	}
	return nil
}

// writer holds everything but the packages in memory, so that an archive is
// either refused or begun with good reason.
type writer struct {
	root      string
	nested    bool // root may have slashes
	info      Info
	packages  func(path string) (io.ReadCloser, error)
	unknown   []other
	outside   string // directory for files outside of the root; "" for beside it
	documents []output
	bodies    []output // of packages
	others    []output
	errs      []error
	warn      func(*Finding) // for Pack
}

// output is one file to write.
type output struct {
	path   string
	object string // for messages
	data   []byte // of a document; others are opened
	source string
	open   func(source string) (io.ReadCloser, error)
}

func (w *writer) write(to io.Writer) error {
	z := zipcheck.NewWriter(to)
	for _, f := range w.documents {
		if err := z.Data(f.path, f.data); err != nil {
			return fmt.Errorf("%s: %w", printable.Name(f.path), err)
		}
	}
	for _, f := range slices.Concat(w.bodies, w.others) {
		err := f.read(func(from io.Reader) error { return z.Stream(f.path, 0o644, from) })
		if err != nil {
			return err
		}
	}
	return z.Close()
}

// read opens the file for do, and closes it.
func (f output) read(do func(io.Reader) error) error {
	if f.open == nil {
		return fmt.Errorf("%s: no packages were given", f.object)
	}
	from, err := f.open(f.source)
	if err == nil {
		err = errors.Join(do(from), from.Close())
	}
	if err != nil {
		return fmt.Errorf("%s: %w", f.object, err)
	}
	return nil
}

// rootPrefix returns the root directory as the beginning of every path.
func (w *writer) rootPrefix() (string, error) {
	switch {
	case w.root == "":
		return "", nil
	case !w.nested && strings.Contains(w.root, "/"):
		return "", fmt.Errorf("root directory %q: the name has a slash", w.root)
	}
	if reason := zipcheck.UnsafeName(w.root); reason != "" {
		return "", fmt.Errorf("root directory %q: %s", w.root, reason)
	}
	return w.root + "/", nil
}

// Stated is what a reader of a package may implement besides [io.ReadCloser]:
// it knows size and CRC-32 of the bytes before they are read. [Write] then
// passes them on in one go, and fails if they turn out to be others. What
// [Archive.OpenPackage] and [Archive.OpenOther] return implements it.
type Stated interface {
	// Stated returns the number of bytes and their CRC-32 (IEEE).
	Stated() (size int64, crc32 uint32)
}
