package zipcheck

import (
	"archive/zip"
	"io/fs"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxNameLen = 16 << 10 // bytes; an environment's name alone may have 1024 characters, twice in a path
	// MaxNameDepth is how many elements a name may have.
	MaxNameDepth = 32
	// RatioFrom is the size from which the ratio counts: small files compress as they like.
	RatioFrom = 1 << 20
)

// CheckEntries checks every entry by the directory alone, before anything of
// it is read. That suffices for sizes, since archive/zip never hands out more
// than the directory states. The entries lie before directoryOffset.
func CheckEntries(files []*zip.File, directoryOffset int64, limits Limits, rules Rules) (found, warnings Faults) {
	var total, stored uint64
	maxTotal, room := uint64(limits.TotalSize), uint64(directoryOffset) //nolint:gosec // neither is negative
	names := newEntryNames(len(files))
	for _, f := range files {
		if reason := UnsafeName(f.Name); reason != "" {
			if rules != Linux || !linuxName(f.Name) {
				found.add(Name, f.Name, "%s", reason)
				continue
			}
			warnings.add(Portable, f.Name, "%s", reason)
		}
		if rules == Linux && f.Mode().Type() == fs.ModeSymlink && !strings.HasSuffix(f.Name, "/") {
			warnings.add(Portable, f.Name, "a link, which is not followed")
		} else {
			checkKind(f, &found)
		}
		checkSize(f, limits, &found)
		if total <= maxTotal { // so that no sum can overflow
			total += min(f.UncompressedSize64, maxTotal+1)
		}
		if stored <= room {
			stored += min(f.CompressedSize64, room) + localHeaderLen
		}
		names.add(f.Name)
	}
	clashes, byCase := names.clashes()
	if rules == Linux {
		for _, f := range byCase {
			warnings.add(Portable, f.Entry, "%s", f.Message)
		}
	} else {
		clashes = append(clashes, byCase...)
	}
	for _, f := range clashes {
		found.append(f)
	}
	if total > maxTotal {
		found.add(Limit, "", "the archive unpacks to more than %d bytes", limits.TotalSize)
	}
	if stored > room {
		found.add(Damaged, "", "the ZIP file is damaged: its entries are larger than the file")
	}
	return found, warnings
}

func checkKind(f *zip.File, found *Faults) {
	isDir := strings.HasSuffix(f.Name, "/")
	switch kind := f.Mode().Type(); {
	case isDir && kind != fs.ModeDir, !isDir && kind != 0:
		found.add(Irregular, f.Name, "links, devices and other special files are not allowed")
	case f.Flags&(1<<0|1<<6|1<<13) != 0:
		found.add(Encrypted, f.Name, "the entry is encrypted")
	case f.Method != zip.Store && f.Method != zip.Deflate:
		found.add(Method, f.Name, "compression method %d is not supported", f.Method)
	case f.Method == zip.Store && f.CompressedSize64 != f.UncompressedSize64, isDir && f.UncompressedSize64 != 0:
		found.add(Damaged, f.Name, "its sizes contradict each other")
	}
}

func checkSize(f *zip.File, limits Limits, found *Faults) {
	size := f.UncompressedSize64
	switch {
	case size > uint64(limits.EntrySize): //nolint:gosec // limits are positive
		found.add(Limit, f.Name, "the entry has %d bytes; the limit is %d", size, limits.EntrySize)
	case size > RatioFrom && size/uint64(limits.Ratio) > f.CompressedSize64: //nolint:gosec // limits are positive
		found.add(Limit, f.Name, "the entry unpacks to more than %d times its size", limits.Ratio)
	}
}

// UnsafeName says what is wrong with the name of an entry, or nothing.
func UnsafeName(name string) string {
	p := strings.TrimSuffix(name, "/")
	switch {
	case len(name) > maxNameLen:
		return "the name is too long"
	case !utf8.ValidString(name):
		return "the name is not valid UTF-8"
	case strings.ContainsFunc(name, unicode.IsControl):
		return "the name has a control character"
	case strings.Contains(name, `\`):
		return "the name has a back-slash"
	case strings.HasPrefix(name, "/"):
		return "the name is an absolute path"
	case len(p) >= 2 && p[1] == ':' && unicode.IsLetter(rune(p[0])):
		return "the name starts with a drive letter"
	case p == ".", !fs.ValidPath(p):
		return "the name is not a clean path inside the archive: it has an empty element, . or .."
	case strings.Count(p, "/") >= MaxNameDepth:
		return "the name has too many elements"
	}
	return ""
}
