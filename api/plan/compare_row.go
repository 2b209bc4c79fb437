package plan

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// Class says what an import means for an object or a member, or what has become of
// it after one.
type Class string

// The classes of a [Row].
const (
	Create       Class = "create"         // the target does not have it
	Same         Class = "same"           // the target has it already
	Different    Class = "different"      // the target has another
	Conflict     Class = "conflict"       // an import of it would be refused
	OnlyInTarget Class = "only-in-target" // nothing wants it; an import leaves it

	// SetByPlatform is a difference that the platform makes by itself, so one that
	// says nothing against an import: the label that marks an import, a setting
	// that newer versions of the platform have replaced, and the default of one that
	// the archive does not state. Row.Reason says which.
	SetByPlatform Class = "set-by-platform"
)

// Row is what a comparison says of one object, or of one of its members.
type Row struct {
	Class Class `json:"class"`

	// Item is the object.
	Item

	// Member leads from the object to the member, as in /labels/team; empty in the
	// row of the object. Elements of lists go by name if all have one.
	Member jsontext.Pointer `json:"member,omitzero"`

	// Target and Wanted are the values of the member, absent if there is none or it
	// is left out. That of a package is its SHA-256.
	Target jsontext.Value `json:"target,omitzero"`
	Wanted jsontext.Value `json:"wanted,omitzero"`

	// Reason says why the row has its class, if that needs saying.
	Reason string `json:"reason,omitzero"`

	// NotCompared is "package" or "value" if an object has one that was not
	// compared: one side does not hold it, or it is secret.
	NotCompared string `json:"not_compared,omitzero"`

	// Files are the files that differ inside a package.
	Files []archive.FileChange `json:"files,omitzero"`
}

// String returns one line for people, without the files of a package.
func (r Row) String() string {
	text := string(r.Class) + " " + archive.Printable(r.Item.String())
	if r.Member != "" {
		// A change of no kind prints its path and its values, so that they fit on a line.
		text += archive.Change{Path: r.Member, Old: r.Target, New: r.Wanted}.String()
	}
	if r.Reason != "" {
		text += " (" + r.Reason + ")"
	}
	if r.NotCompared != "" {
		text += " (" + r.NotCompared + " not compared)"
	}
	return text
}
