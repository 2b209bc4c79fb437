package archive

import (
	"archive/zip"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxNameLen   = 16 << 10 // bytes; an environment's name alone may have 1024 characters, twice in a path
	maxNameDepth = 32
	ratioFrom    = 1 << 20 // bytes; small files compress as they like
)

// checkEntries judges every entry by the directory alone, before anything of
// it is read. That suffices for sizes, since archive/zip never hands out more
// than the directory states.
func checkEntries(files []*zip.File, directoryOffset int64, limits Limits) Findings {
	var found Findings
	var total, stored uint64
	maxTotal, room := uint64(limits.TotalSize), uint64(directoryOffset) //nolint:gosec // neither is negative
	seen := make(map[string]string, len(files))                         // folded path -> name
	parents := make(map[string]string, len(files))                      // folded directory -> a name inside it
	for _, f := range files {
		if reason := unsafeName(f.Name); reason != "" {
			found.add(CodeName, f.Name, "%s", reason)
			continue
		}
		checkKind(f, &found)
		checkSize(f, limits, &found)
		if total <= maxTotal { // so that no sum can overflow
			total += min(f.UncompressedSize64, maxTotal+1)
		}
		if stored <= room {
			stored += min(f.CompressedSize64, room) + localHeaderLen
		}
		name := strings.TrimSuffix(f.Name, "/")
		key := fold(name)
		if other, ok := seen[key]; ok {
			found.add(CodeClash, f.Name, "the archive has this name twice, as %s too; upper and lower case are not told apart", display(other))
		}
		seen[key] = f.Name
		for dir := path.Dir(key); dir != "."; dir = path.Dir(dir) {
			if _, ok := parents[dir]; ok {
				break
			}
			parents[dir] = f.Name
		}
	}
	for key, inside := range parents {
		if name, ok := seen[key]; ok && !strings.HasSuffix(name, "/") {
			found.add(CodeClash, name, "this file is a directory for %s", display(inside))
		}
	}
	if total > maxTotal {
		found.add(CodeLimit, "", "the archive unpacks to more than %d bytes", limits.TotalSize)
	}
	if stored > room {
		found.add(CodeDamaged, "", "the ZIP file is damaged: its entries are larger than the file")
	}
	return found
}

func checkKind(f *zip.File, found *Findings) {
	isDir := strings.HasSuffix(f.Name, "/")
	switch kind := f.Mode().Type(); {
	case isDir && kind != fs.ModeDir, !isDir && kind != 0:
		found.add(CodeIrregular, f.Name, "links, devices and other special files are not allowed")
	case f.Flags&(1<<0|1<<6|1<<13) != 0:
		found.add(CodeEncrypted, f.Name, "the entry is encrypted")
	case f.Method != zip.Store && f.Method != zip.Deflate:
		found.add(CodeMethod, f.Name, "compression method %d is not supported", f.Method)
	case f.Method == zip.Store && f.CompressedSize64 != f.UncompressedSize64, isDir && f.UncompressedSize64 != 0:
		found.add(CodeDamaged, f.Name, "its sizes contradict each other")
	}
}

func checkSize(f *zip.File, limits Limits, found *Findings) {
	size := f.UncompressedSize64
	switch {
	case size > uint64(limits.EntrySize): //nolint:gosec // limits are positive
		found.add(CodeLimit, f.Name, "the entry has %d bytes; the limit is %d", size, limits.EntrySize)
	case size > ratioFrom && size/uint64(limits.Ratio) > f.CompressedSize64: //nolint:gosec // limits are positive
		found.add(CodeLimit, f.Name, "the entry unpacks to more than %d times its size", limits.Ratio)
	}
}

// unsafeName says what is wrong with the name of an entry, or nothing.
func unsafeName(name string) string {
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
		return "the name is no clean path inside the archive: it has an empty element, . or .."
	case strings.Count(p, "/") >= maxNameDepth:
		return "the name has too many elements"
	}
	return ""
}

// fold makes names equal that some file system takes for the same.
func fold(name string) string { return strings.ToLower(strings.ToUpper(name)) }
