package archive

import (
	"archive/zip"
	"context"
	"errors"
	"io"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// Verify reads a whole archive and checks it as a ZIP file, down to the last
// byte. [Open] alone checks the archive's directory, and an entry when it is
// read; the YAML documents are checked by Open alone. r holds the archive in
// its first size bytes and is read from front to back, stored packages twice.
//
// For every entry it demands that its own header says what the directory
// says, that its data unpacks to the stated size and checksum and ends where
// the entry ends, and that a data descriptor repeats the same numbers. Entries
// must not overlap, and every byte must belong to an entry or the directory: a
// gap is an error, since what lies there is seen by programs that read ZIP
// files from the front and not by those that go by the directory.
//
// The same holds one level down: whatever lies where a package of a version or
// an environment lies must be a ZIP file that passes the checks of Open for
// names, kinds, clashes and limits, and those above. Only a warning, see
// [OnWarning], is what packages made on Linux have and the platform takes: names
// that differ by case only, are in an old code page or have a back-slash or a
// control character, and links, which nothing here follows. ZIP files in packages
// are files like any other. [Limits] hold for each ZIP file; TotalSize also for
// the archive and all packages together, and Ratio also for the contents of a
// package against what the package takes in the archive.
//
// Memory is bounded, by the directory of one ZIP file at a time. A package
// that the archive compresses is unpacked to a temporary file, one at a time,
// in the directory that [os.TempDir] names.
//
// The error is [Findings] if the archive is at fault: those of its directory
// alone if there are any, else all of all entries, up to a maximum; the first
// of each entry. It wraps the context's error if that ends first. Any other
// error comes from r or the temporary file.
func Verify(ctx context.Context, r io.ReaderAt, size int64, opts ...Option) error {
	o := optionsOf(opts)
	v := &verification{limits: o.limits, warn: o.warn}
	archive := &container{Section: zipcheck.Section{Source: zipcheck.NewSource(ctx, r), Size: size}}
	if err := v.verify(archive); err != nil {
		return err
	}
	return v.found.err()
}

// verification is one run of Verify.
type verification struct {
	limits    Limits
	warn      func(*Finding)
	total     uint64 // bytes that all entries seen so far unpack to, of packages too
	found     Findings
	verifiers [2]zipcheck.Verifier // one for each level, since each has a buffer
}

// container is one ZIP file: the archive, or a package in it.
type container struct {
	zipcheck.Section
	path   string // of a package
	packed uint64 // bytes of the archive that a package takes
}

func (c *container) isPackage() bool { return c.path != "" }

// at returns the path that findings have for an entry of the container.
func (c *container) at(name string) string {
	switch {
	case !c.isPackage():
		return name
	case name == "":
		return c.path
	}
	return c.path + "!/" + name
}

// verify checks one container. What is wrong with it is added to the findings;
// an error is anything else.
func (v *verification) verify(c *container) error {
	level, rules := 0, zipcheck.EverySystem
	if c.isPackage() {
		level, rules = 1, zipcheck.Linux
	}
	z, err := zipcheck.Read(c.Reader(), c.Size, v.limits.zip(), rules)
	if err != nil {
		return v.collect(c, asFindings(err))
	}
	for _, f := range findingsOf(z.Warnings, SeverityWarning) {
		f.Path = c.at(f.Path)
		warn(v.warn, []*Finding{f})
	}
	if !v.account(c, z.Entries) {
		return nil
	}
	verifier := &v.verifiers[level]
	verifier.Full = func() bool { return len(v.found) > maxFindings }
	verifier.Report = func(fault *zipcheck.Fault) {
		f := findingOf(fault, SeverityError)
		f.Path = c.at(f.Path)
		v.found.append(f)
	}
	if !c.isPackage() {
		t, err := arrange(z.Entries)
		if err != nil {
			return v.collect(c, err)
		}
		verifier.Nested = t.allPackages()
		verifier.Visit = func(f *zip.File, section zipcheck.Section) error {
			return v.verify(&container{Section: section, path: f.Name, packed: f.CompressedSize64})
		}
	}
	return verifier.Verify(c.Section, z)
}

// collect adds the faults that an error consists of; any other error is returned.
func (v *verification) collect(c *container, err error) error {
	found, ok := errors.AsType[Findings](err)
	if !ok {
		return err
	}
	for _, f := range found {
		inside := *f
		inside.Path = c.at(f.Path)
		v.found.append(&inside)
	}
	return nil
}

// account holds the container's entries against the limits that count across
// levels, and says whether to go on. [zipcheck.CheckEntries] has bounded the sum.
func (v *verification) account(c *container, files []*zip.File) bool {
	maxTotal, ratio := uint64(v.limits.TotalSize), uint64(v.limits.Ratio) //nolint:gosec // limits are positive
	var sum uint64
	for _, f := range files {
		sum += f.UncompressedSize64
	}
	if c.isPackage() && sum > zipcheck.RatioFrom && sum/ratio > c.packed {
		v.found.add(CodeLimit, c.path, "the package unpacks to more than %d times what it takes in the archive", ratio)
		return false
	}
	if v.total > maxTotal { // has been said
		return false
	}
	if v.total += sum; v.total > maxTotal {
		v.found.add(CodeLimit, c.path, "the archive and its packages unpack to more than %d bytes", maxTotal)
		return false
	}
	return true
}
