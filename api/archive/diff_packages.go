package archive

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// DiffPackage compares a package of one archive with one of another, by their
// paths as in [Archive.OpenPackage]: nil if their SHA-256 is the same, else a
// change of path with the files that differ inside, as in [Diff]. An error comes
// from reading a package.
func DiffPackage(path jsontext.Pointer, before *Archive, old string, after *Archive, updated string) ([]Change, error) {
	p := packageDiff{before: before, after: after, buffer: make([]byte, 256<<10)}
	err := p.pair(path, models.Value(old), models.Value(updated))
	return p.changes, err
}

// packageDiff compares the packages of the objects that both archives have.
type packageDiff struct {
	before, after *Archive
	ignoreZipping bool
	changes       []Change
	buffer        []byte // to read through
}

func (p *packageDiff) compare() error {
	for _, name := range sorted(p.before.content.Deployments) {
		versions := p.before.content.Deployments[name].Versions
		for _, version := range sorted(versions) {
			if w, ok := p.after.content.Deployments[name].Versions[version]; ok {
				at := jsontext.Pointer("/deployments").AppendToken(name).AppendToken("versions").AppendToken(version).AppendToken("zip")
				if err := p.pair(at, versions[version].Zip, w.Zip); err != nil {
					return err
				}
			}
		}
	}
	for _, name := range sorted(p.before.content.Environments) {
		if f, ok := p.after.content.Environments[name]; ok {
			if err := p.pair(jsontext.Pointer("/environments").AppendToken(name).AppendToken("zip"), p.before.content.Environments[name].Zip, f.Zip); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *packageDiff) pair(path jsontext.Pointer, before, after models.Nullable[string]) error {
	old, err := p.digest(p.before, before)
	if err != nil {
		return fmt.Errorf("the old archive: %w", err)
	}
	updated, err := p.digest(p.after, after)
	if err != nil {
		return fmt.Errorf("the new archive: %w", err)
	}
	if bytes.Equal(old, updated) {
		return nil
	}
	change := Change{Kind: Changed, Path: path, Old: old, New: updated}
	switch {
	case old == nil:
		change.Kind = Added
	case updated == nil:
		change.Kind = Removed
	default:
		if change.Files, change.Note, err = p.inside(before.Or(""), after.Or("")); err != nil {
			return err
		}
		if p.ignoreZipping && change.Note == noteZipping {
			return nil
		}
	}
	p.changes = append(p.changes, change)
	return nil
}

// digest returns the SHA-256 of a package as JSON text, nil for no package.
func (p *packageDiff) digest(a *Archive, zip models.Nullable[string]) (jsontext.Value, error) {
	path, ok := zip.Get()
	if !ok {
		return nil, nil
	}
	rc, err := a.OpenPackage(path)
	if err != nil {
		return nil, err
	}
	sum, err := p.sum(rc)
	if err != nil {
		return nil, err
	}
	return jsontext.Value(`"` + sum + `"`), nil
}

func (p *packageDiff) sum(rc io.ReadCloser) (string, error) {
	sum := sha256.New()
	// Without the io.WriterTo that a reader may have, and a buffer of its own.
	_, err := io.CopyBuffer(sum, struct{ io.Reader }{rc}, p.buffer)
	if err := errors.Join(err, rc.Close()); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}

const noteZipping = "the files inside are the same; how they are zipped differs"

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
		c := FileChange{Kind: Changed, Path: strings.ToValidUTF8(name, string(unicode.ReplacementChar))}
		if c.Old, err = p.fileSum(old, name); err != nil {
			return noted("old", err)
		}
		if c.New, err = p.fileSum(updated, name); err != nil {
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
		note = noteZipping
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
func (p *packageDiff) fileSum(u *unpacked, name string) (string, error) {
	f := u.files[name]
	if f == nil {
		return "", nil
	}
	rc, err := u.from.open(f)
	if err != nil {
		return "", err
	}
	return p.sum(rc)
}

// unpacked is a package, open as a ZIP file.
type unpacked struct {
	files map[string]*zip.File // without directories
	from  *zipSource
	spool *zipcheck.Spool // a copy of the package; nil if it is read in place
}

// unpack opens a package under the limits of the archive: where it lies if it
// is stored, else as a temporary file.
func (a *Archive) unpack(path string) (*unpacked, error) {
	var u unpacked
	f := a.files[path]
	at, err := a.source.inPlace(f)
	if err != nil {
		return nil, err
	}
	if at == nil {
		u.spool = &zipcheck.Spool{}
		at, err = u.spool, a.copyPackage(u.spool, path)
	}
	if err == nil {
		err = u.open(at, int64(f.UncompressedSize64), a.limits) //nolint:gosec // within the limits
	}
	if err != nil {
		u.close()
		return nil, err
	}
	return &u, nil
}

func (a *Archive) copyPackage(to io.Writer, path string) error {
	rc, err := a.OpenPackage(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, rc)
	return errors.Join(err, rc.Close())
}

func (u *unpacked) open(r io.ReaderAt, size int64, limits Limits) error {
	from, err := openZip(r, size, limits, zipcheck.Linux)
	if err != nil {
		return err
	}
	u.from, u.files = from, make(map[string]*zip.File, len(from.Entries))
	for _, f := range from.Entries {
		if !strings.HasSuffix(f.Name, "/") {
			u.files[f.Name] = f
		}
	}
	return nil
}

// close removes the temporary file. Failing to is not a reason to fail: it lies
// in the directory for such files.
func (u *unpacked) close() {
	if u.spool != nil {
		_ = u.spool.Close() // a temporary file that is no longer read
	}
}
