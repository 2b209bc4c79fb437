package zipcheck

import (
	"archive/zip"
	"path"
	"strings"
	"unicode"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
)

// Fold makes names equal that some file system takes for the same.
func Fold(name string) string { return strings.ToLower(strings.ToUpper(name)) }

// linuxName reports whether a name that is not portable is harmless: bytes of an old
// code page, control characters, and back-slashes in a name that stays inside
// whatever takes them for separators.
func linuxName(name string) bool {
	portable := strings.Map(func(r rune) rune {
		switch {
		case r == 0:
			return r
		case r == '\\':
			return '/'
		case unicode.IsControl(r):
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	return UnsafeName(portable) == ""
}

// slashes takes back-slashes for slashes, as old programs for Windows write them:
// if no name has a slash, so that two names do not become one. It returns the names
// as they were, by file, or nil.
func slashes(files []*zip.File) map[*zip.File]string {
	found := false
	for _, f := range files {
		if strings.Contains(f.Name, "/") {
			return nil
		}
		found = found || strings.Contains(f.Name, `\`)
	}
	if !found {
		return nil
	}
	raw := make(map[*zip.File]string, len(files))
	for _, f := range files {
		raw[f] = f.Name
		f.Name = strings.ReplaceAll(f.Name, `\`, "/")
	}
	return raw
}

const backSlashes = "names have back-slashes, which are read as slashes"

// entryNames finds names that are the same, to all or to some file systems.
type entryNames struct {
	seen    map[string]string // folded path -> the last name
	exact   map[string]bool   // paths
	parents map[string]string // folded directory -> a name inside it
	same    Faults            // names that are there twice
	byCase  Faults            // names that differ by case only
}

func newEntryNames(count int) *entryNames {
	return &entryNames{seen: make(map[string]string, count), exact: make(map[string]bool, count), parents: make(map[string]string, count)}
}

func (n *entryNames) add(name string) {
	bare := strings.TrimSuffix(name, "/")
	key := Fold(bare)
	if other, ok := n.seen[key]; ok {
		found := &n.byCase
		if n.exact[bare] {
			found = &n.same
		}
		found.add(Clash, name, "the archive has this name twice, also as %s; upper and lower case count as the same", printable.Name(other))
	}
	n.seen[key], n.exact[bare] = name, true
	for dir := path.Dir(key); dir != "."; dir = path.Dir(dir) {
		if _, ok := n.parents[dir]; ok {
			break
		}
		n.parents[dir] = name
	}
}

// clashes returns what is wrong with names, and what is wrong only if upper and lower
// case are not told apart.
func (n *entryNames) clashes() (same, byCase Faults) {
	same, byCase = n.same, n.byCase
	for key, inside := range n.parents {
		name, ok := n.seen[key]
		if !ok || strings.HasSuffix(name, "/") {
			continue
		}
		found := &byCase
		if strings.HasPrefix(inside, name+"/") {
			found = &same
		}
		found.add(Clash, name, "this file is a directory for %s", printable.Name(inside))
	}
	return same, byCase
}
