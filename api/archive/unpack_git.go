package archive

import (
	"slices"
	"strings"
	"unicode"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
)

// gitDir is what a tree keeps when it is replaced, and what packing leaves out.
const gitDir = ".git"

// invisible is what HFS+ leaves out of names when it compares them.
var invisible = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x200c, Hi: 0x200f, Stride: 1}, {Lo: 0x202a, Hi: 0x202e, Stride: 1}, {Lo: 0x206a, Hi: 0x206f, Stride: 1}, {Lo: 0xfeff, Hi: 0xfeff, Stride: 1},
}}

// gitElement tells whether Git would take a path for part of a repository, or
// could, on another file system: NTFS takes .git. for the same name, and git~1 and
// .git::$INDEX_ALLOCATION, HFS+ one with invisible characters.
func gitElement(name string) bool {
	isSeparator := func(r rune) bool { return r == '/' || r == '\\' }
	return slices.ContainsFunc(strings.FieldsFunc(name, isSeparator), func(element string) bool {
		element = strings.Map(func(r rune) rune {
			if unicode.Is(invisible, r) {
				return -1
			}
			return r
		}, element)
		element, _, _ = strings.Cut(element, ":")
		element = zipcheck.Fold(strings.TrimRight(element, " ."))
		return element == zipcheck.Fold(gitDir) || element == zipcheck.Fold("git~1")
	})
}
