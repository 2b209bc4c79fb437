package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// inside lists the files that differ between two packages, or says in a note
// why it does not. An error does not come from the packages, but from reading.
func (p *packageDiff) inside(before, after string) (changes []FileChange, note string, err error) {
	old, err := p.before.unpack(before)
	if err != nil {
		return noted("old", err)
	}
	defer old.close()
	updated, err := p.after.unpack(after)
	if err != nil {
		return noted("new", err)
	}
	defer updated.close()
	for _, name := range slices.Sorted(maps.Keys(union(old.files, updated.files))) {
		c := FileChange{Kind: Changed, Path: name}
		if c.Old, err = p.fileSum(old.files[name]); err != nil {
			return noted("old", err)
		}
		if c.New, err = p.fileSum(updated.files[name]); err != nil {
			return noted("new", err)
		}
		switch {
		case c.Old == c.New:
			continue
		case c.Old == "":
			c.Kind = Added
		case c.New == "":
			c.Kind = Removed
		}
		changes = append(changes, c)
	}
	if changes == nil {
		note = "the files inside are the same; how they are zipped differs"
	}
	return changes, note, nil
}

// noted makes a note of what is wrong with a package; other errors remain.
func noted(which string, err error) ([]FileChange, string, error) {
	if finding, ok := errors.AsType[*Finding](err); ok {
		return nil, fmt.Sprintf("the %s package cannot be compared inside: %s", which, finding), nil
	}
	return nil, "", fmt.Errorf("the %s archive: %w", which, err)
}

func union(a, b map[string]*zip.File) map[string]*zip.File {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// fileSum returns "" for no file.
func (p *packageDiff) fileSum(f *zip.File) (string, error) {
	if f == nil {
		return "", nil
	}
	rc, err := openEntry(f)
	if err != nil {
		return "", err
	}
	return p.sum(rc)
}

// unpacked is a package, open as a ZIP file.
type unpacked struct {
	files map[string]*zip.File // without directories
	spool *os.File             // where the package had to be copied to, if it had
}

// unpack opens a package under the limits of the archive: where it lies if it
// is stored, else as a temporary file.
func (a *Archive) unpack(path string) (*unpacked, error) {
	var u unpacked
	f := a.files[path]
	raw, err := f.OpenRaw()
	if err != nil {
		return nil, entryError(f, err)
	}
	at, ok := raw.(io.ReaderAt)
	if f.Method != zip.Store || !ok {
		if u.spool, err = os.CreateTemp("", "package-*.zip"); err != nil {
			return nil, err
		}
		at, err = u.spool, spool(u.spool, f)
	}
	if err == nil {
		u.files, err = innerFiles(at, int64(f.UncompressedSize64), a.limits) //nolint:gosec // within the limits
	}
	if err != nil {
		u.close()
		return nil, err
	}
	return &u, nil
}

func spool(to io.Writer, f *zip.File) error {
	rc, err := openEntry(f)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, rc)
	return errors.Join(err, rc.Close())
}

func innerFiles(r io.ReaderAt, size int64, limits Limits) (map[string]*zip.File, error) {
	dir, err := readDirectory(r, size, limits)
	if err != nil {
		return nil, err
	}
	entries, err := dir.entries()
	if err != nil {
		return nil, err
	}
	if err := checkEntries(entries, dir.offset, limits).err(); err != nil {
		return nil, err
	}
	files := make(map[string]*zip.File, len(entries))
	for _, f := range entries {
		if !strings.HasSuffix(f.Name, "/") {
			files[f.Name] = f
		}
	}
	return files, nil
}

// close removes the temporary file. Failing to is no reason to fail: it lies
// in the directory for such files.
func (u *unpacked) close() {
	if u.spool != nil {
		_ = u.spool.Close()
		_ = os.Remove(u.spool.Name())
	}
}
