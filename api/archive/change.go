package archive

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// ChangeKind says what happened to an object or a field.
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
	// lists go by name where all have one, else by index.
	Path jsontext.Pointer `json:"path"`

	// Old and New are the values of a field; absent where there is none, for
	// whole objects, and for what is secret. A package's value is its SHA-256.
	Old jsontext.Value `json:"old,omitzero"`
	New jsontext.Value `json:"new,omitzero"`

	// Secret is set where values are left out because they are secret.
	Secret bool `json:"secret,omitzero"`
}

// String returns one line for people.
func (c Change) String() string {
	head := fmt.Sprintf("%s %s", c.Kind, c.Path)
	switch {
	case c.Secret:
		return head + ": (secret)"
	case c.Old != nil && c.New != nil:
		return fmt.Sprintf("%s: %s -> %s", head, shorten(c.Old), shorten(c.New))
	case c.Old != nil:
		return fmt.Sprintf("%s: %s", head, shorten(c.Old))
	case c.New != nil:
		return fmt.Sprintf("%s: %s", head, shorten(c.New))
	}
	return head
}

// shorten keeps long values, as of a list or a certificate, out of the line.
func shorten(v jsontext.Value) string {
	const longest = 120
	runes := []rune(string(v))
	if len(runes) <= longest {
		return string(v)
	}
	return string(runes[:longest]) + "..."
}
