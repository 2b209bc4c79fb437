package archive

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// Objects may have any name, entries of an archive may not. What an object is
// called stands in its document, so paths only have to be valid and different:
// nothing ever reads a name out of one.

// maxBase bounds what a file or directory is called without extension, in
// bytes: with a number and an extension it fits the 255 of most file systems.
const maxBase = 240

// VersionPackagePath returns where [Write] puts the package of a version,
// relative to the root directory. It is the form that the platform uses in
// the member `zip` of a confirmation. What cannot be part of a path is replaced
// as in %2F and what is too long is cut; if that, or case, makes two paths
// equal, Write adds a number to one: what it wrote is in the content that
// [Open] reads.
func VersionPackagePath(deployment, version string) string {
	base := baseName("deployment_", deployment)
	return versionPath("deployment", base, baseName(base+versionInfix, version)) + ".zip"
}

// EnvironmentPackagePath returns where [Write] puts the package of an
// environment, relative to the root directory, with the exceptions of
// [VersionPackagePath]. The place is our choice; the platform does not document
// it.
func EnvironmentPackagePath(environment string) string {
	return objectPath("environment", baseName("environment_", environment)) + ".zip"
}

// versionInfix stands between the names of an object and of its version.
const versionInfix = "_version_"

// objectPath returns the path of an object's document without its extension.
func objectPath(kind, base string) string {
	return kind + "s/" + base + "/" + base
}

func versionPath(kind, base, versionBase string) string {
	return kind + "s/" + base + "/versions/" + versionBase
}

// baseNames returns what the files of each object are called, all different
// even where upper and lower case are not told apart. Of those that would be
// the same, one is kept, if possible one that needs no escape; the others get a
// number. Both go by the order of the names.
func baseNames[T any](prefix string, objects map[string]T) map[string]string {
	bases := make(map[string]string, len(objects))
	taken := make(map[string]bool, len(objects))
	take := func(name, base string) bool {
		key := zipcheck.Fold(base)
		if taken[key] {
			return false
		}
		taken[key], bases[name] = true, base
		return true
	}
	var others []string
	for _, name := range sorted(objects) {
		if base := baseName(prefix, name); base != prefix+name || !take(name, base) {
			others = append(others, name)
		}
	}
	number := map[string]int{} // the last one of each base: none is tried twice
	for _, name := range others {
		base := baseName(prefix, name)
		key := zipcheck.Fold(base)
		for candidate := base; !take(name, candidate); {
			number[key] = max(2, number[key]+1)
			candidate = fmt.Sprintf("%s~%d", base, number[key])
		}
	}
	return bases
}

// baseName returns what the files of an object are called if no other object
// is in the way.
func baseName(prefix, name string) string {
	base := prefix + escape(name)
	if len(base) <= maxBase {
		return base
	}
	end := maxBase
	for !utf8.RuneStart(base[end]) {
		end--
	}
	return base[:end]
}

// escape replaces what an element of a path may not have.
func escape(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r != '/' && r != '\\' && !unicode.IsControl(r) {
			b.WriteRune(r)
			continue
		}
		for _, c := range []byte(string(r)) {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
