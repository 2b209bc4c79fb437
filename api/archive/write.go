package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"time"
)

// WriteOption changes what [Write] writes.
type WriteOption func(*writer)

// WithRoot names the root directory; "" for none. The default is "export".
func WithRoot(name string) WriteOption {
	return func(w *writer) { w.root = name }
}

// WithInfo sets the content of info.yaml. The default states [FormatSpec] and
// nothing else; an empty FormatSpec is replaced by it.
func WithInfo(info Info) WriteOption {
	return func(w *writer) { w.info = info }
}

// WithExportDate adds metadata with the time of the export to info.yaml, in
// UTC and whole seconds.
func WithExportDate(t time.Time) WriteOption {
	date := t.UTC().Format(time.RFC3339)
	return func(w *writer) {
		metadata := Metadata{}
		if w.info.Metadata != nil {
			metadata = *w.info.Metadata
		}
		metadata.ExportDate = &date
		w.info.Metadata = &metadata
	}
}

// Write writes an archive in the official layout. The same content and
// packages give the same bytes: paths are sorted, YAML documents before
// packages, times fixed, nothing compressed.
//
// A version or an environment whose `zip` is not empty has a package: Write
// calls packages with that value, once for each, and closes the reader. In the
// archive it has the canonical path ([VersionPackagePath],
// [EnvironmentPackagePath]), which is what reading the archive then gives as
// `zip`. packages may be nil where there are none.
//
// Before the first byte is written, Write refuses with an error that names
// the object: names that cannot be part of a path, or of which two differ by
// case only; objects that lack a key that the format requires, or have a value
// that the contract does not list; text that is not UTF-8; members that the
// archive has no place for. Later errors come from
// w or packages; what has been written then is no archive. A missing
// dictionary and an empty one are the same in an archive, but for environment
// variables of deployments and their versions.
func Write(w io.Writer, content Content, packages func(path string) (io.ReadCloser, error), opts ...WriteOption) error {
	out := &writer{root: "export", packages: packages, paths: map[string]string{}}
	for _, opt := range opts {
		opt(out)
	}
	if out.info.FormatSpec == "" {
		out.info.FormatSpec = FormatSpec
	}
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
	info      Info
	packages  func(path string) (io.ReadCloser, error)
	paths     map[string]string // folded path -> object, to find names that clash
	documents []output
	bodies    []output
	errs      []error
}

// output is one file to write.
type output struct {
	path   string
	object string // for messages
	data   []byte // of a document
	source string // of a package
}

// fixed is the earliest time that a ZIP file can state.
var fixed = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

func (w *writer) write(to io.Writer) error {
	z := zip.NewWriter(to)
	for _, f := range w.documents {
		if err := writeDocument(z, f); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
	}
	for _, f := range w.bodies {
		if err := w.writePackage(z, f); err != nil {
			return fmt.Errorf("package %q of %s: %w", f.source, f.object, err)
		}
	}
	return z.Close()
}

func header(path string) *zip.FileHeader {
	h := &zip.FileHeader{Name: path, Method: zip.Store, Modified: fixed}
	h.SetMode(0o644)
	return h
}

// writeDocument states size and checksum before the bytes.
func writeDocument(z *zip.Writer, f output) error {
	h := header(f.path)
	h.CRC32 = crc32.ChecksumIEEE(f.data)
	h.UncompressedSize64 = uint64(len(f.data))
	h.CompressedSize64 = h.UncompressedSize64
	to, err := z.CreateRaw(h)
	if err != nil {
		return err
	}
	_, err = to.Write(f.data)
	return err
}

func (w *writer) writePackage(z *zip.Writer, f output) error {
	if w.packages == nil {
		return errors.New("no packages were given")
	}
	from, err := w.packages(f.source)
	if err != nil {
		return err
	}
	to, err := z.CreateHeader(header(f.path))
	if err == nil {
		_, err = io.Copy(to, from)
	}
	return errors.Join(err, from.Close())
}

// rootPrefix returns the root directory as the beginning of every path.
func (w *writer) rootPrefix() (string, error) {
	switch {
	case w.root == "":
		return "", nil
	case strings.Contains(w.root, "/"):
		return "", fmt.Errorf("root directory %q: the name has a slash", w.root)
	}
	if reason := unsafeName(w.root); reason != "" {
		return "", fmt.Errorf("root directory %q: %s", w.root, reason)
	}
	return w.root + "/", nil
}
