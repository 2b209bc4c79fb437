package api

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

// ImportSource is where an import gets its archive from: exactly one of
// [FromReader], [FromFile], [FromLink] and [FromExport]. The zero ImportSource
// is refused.
type ImportSource struct {
	field, text string // a form field with its text, or
	open        func() (*upload, error)
	err         error // why there is neither
	secrets     []string
}

// FromReader takes the archive from r, which yields exactly size bytes and then
// ends. The name is the file name that the server is told; "" stands for
// archive.zip.
//
// If r is an [io.Seeker] that can seek, such as an open file or an
// [io.SectionReader] over an [io.ReaderAt], the archive is what follows from its
// present position, the source can be used again after a failure, and it is sent
// again if that is safe. Then nothing reads from r any more once
// Create has returned. Any other r can be used once, and a Read of it that
// blocks may still do so after Create has returned; no new one begins. r is
// never closed.
func FromReader(r io.Reader, size int64, name string) ImportSource {
	u, err := newUpload(r, size, name)
	if err != nil {
		return ImportSource{err: err}
	}
	return ImportSource{open: func() (*upload, error) { return u, nil }}
}

// FromFile takes the archive from a regular file, which is opened by Create and
// closed before it returns. The server is told the base name of the path.
func FromFile(path string) ImportSource {
	return ImportSource{open: func() (*upload, error) {
		// Opening a pipe waits for its writer.
		if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s: not a regular file", path)
		}
		f, err := os.Open(path) //nolint:gosec // G304: the caller's file is what is wanted
		if err != nil {
			return nil, err
		}
		u, err := uploadOfFile(f)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
		}
		return u, nil
	}}
}

func uploadOfFile(f *os.File) (*upload, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	u, err := newUpload(f, info.Size(), filepath.Base(f.Name()))
	if err != nil {
		return nil, err
	}
	u.closer = f
	return u, nil
}

// FromLink lets the server fetch the archive from a link that needs no
// credentials: an absolute http or https URL. Its query and its user name are
// shown in no error.
func FromLink(link string) ImportSource {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		// The link is not printed: it may be signed.
		return ImportSource{err: errors.New("the import link is not an absolute http or https URL")}
	}
	secrets := []string{u.RawQuery, u.RawFragment, u.Fragment}
	if u.User != nil {
		password, _ := u.User.Password()
		secrets = append(secrets, u.User.String(), password)
	}
	return ImportSource{field: "import_link", text: link, secrets: secrets}
}

// FromExport takes the archive of a completed export of the same project.
func FromExport(id string) ImportSource {
	if id == "" {
		return ImportSource{err: errors.New("the id of the export to import is empty")}
	}
	return ImportSource{field: "export_id", text: id}
}

func newUpload(r io.Reader, size int64, name string) (*upload, error) {
	if r == nil {
		return nil, errors.New("the reader of the archive is nil")
	}
	if size < 0 {
		return nil, fmt.Errorf("the size of the archive is %d", size)
	}
	if strings.ContainsFunc(name, unicode.IsControl) {
		return nil, fmt.Errorf("the file name %q contains a control character", name)
	}
	u := &upload{reader: r, size: size, name: name}
	if seeker, ok := r.(io.Seeker); ok {
		// A pipe is a file that has the method and cannot seek.
		if start, err := seeker.Seek(0, io.SeekCurrent); err == nil {
			u.seeker, u.start = seeker, start
		}
	}
	return u, nil
}
