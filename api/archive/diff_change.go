package archive

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
)

// ChangeKind says what happened to an object, a field or a file.
type ChangeKind string

// The kinds of a [Change].
const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Changed ChangeKind = "changed"
)

// Change is one difference between two archives.
type Change struct {
	Kind ChangeKind `json:"kind"`

	// Path leads to the object or field as in the content's JSON. Elements of
	// lists go by name if all have one, else by index.
	Path jsontext.Pointer `json:"path"`

	// Old and New are the values of a field; absent if there is none, for
	// whole objects, and for what is secret. A package's value is its SHA-256,
	// as in "sha256:6b86...".
	Old jsontext.Value `json:"old,omitzero"`
	New jsontext.Value `json:"new,omitzero"`

	// Secret is set if values are left out because they are secret.
	Secret bool `json:"secret,omitzero"`

	// Files are the files that differ inside a package that both archives
	// have, by path.
	Files []FileChange `json:"files,omitzero"`

	// Note says why a package has no Files: one of the two is not a ZIP file, not
	// an acceptable one, or differs in nothing but how it was zipped.
	Note string `json:"note,omitzero"`
}

// FileChange is one file that differs inside a package.
type FileChange struct {
	Kind ChangeKind `json:"kind"`
	Path string     `json:"path"` // in the package

	// Old and New are the file's SHA-256, as in "sha256:6b86..."; absent
	// if that side does not have it.
	Old string `json:"old,omitzero"`
	New string `json:"new,omitzero"`
}

// String returns one line for people, without the files of a package.
func (c Change) String() string {
	return string(c.Kind) + " " + printable.Name(string(c.Path)) + c.values()
}

// values returns what follows the path.
func (c Change) values() string {
	switch {
	case c.Secret:
		return ": (secret)"
	case c.Old != nil && c.New != nil:
		return fmt.Sprintf(": %s -> %s", shorten(c.Old), shorten(c.New))
	case c.Old != nil:
		return ": " + shorten(c.Old)
	case c.New != nil:
		return ": " + shorten(c.New)
	}
	return ""
}

// shorten keeps long values, as of a list or a certificate, out of the line,
// and control characters, which JSON does not all escape, out of the terminal.
func shorten(v jsontext.Value) string {
	const longest = 120
	var b strings.Builder
	n := 0
	for _, r := range string(v) {
		if n++; n > longest {
			return b.String() + "..."
		}
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return b.String()
}
