// Package secrets tells what is secret in JSON. That goes by the shape of the data,
// wherever it stands: an object that says secret, as {name, value, secret: true},
// is one.
package secrets

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Tree takes a JSON text apart, once: objects are map[string]any, arrays []any, and
// everything else is a [jsontext.Value], as it is written. json.Marshal makes it a
// text again.
func Tree(text jsontext.Value) (tree any, err error) {
	err = json.Unmarshal(text, &tree, asWritten)
	return tree, err
}

var asWritten = json.WithUnmarshalers(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, v *any) error {
	if k := dec.PeekKind(); k == jsontext.KindBeginObject || k == jsontext.KindBeginArray {
		return errors.ErrUnsupported // leaves it to the default
	}
	text, err := dec.ReadValue()
	*v = text.Clone()
	return err
}))

// Mentioned reports whether a text can have an object that says secret. It does not
// take the text apart.
func Mentioned(text jsontext.Value) bool {
	return bytes.Contains(text, []byte("secret")) || bytes.IndexByte(text, '\\') >= 0 // a name can be written with escapes
}

// Says reports whether an object says that it is secret. A member that the contract
// does not know may say so with more than true, but text says so in a variable
// only: a label may be called secret too.
func Says[V any](object map[string]V) bool {
	said, ok := object["secret"]
	if !ok {
		return false
	}
	flag, scalar := any(said).(jsontext.Value)
	if !scalar {
		return true
	}
	switch flag.Kind() {
	case jsontext.KindInvalid, jsontext.KindNull, jsontext.KindFalse:
		return false
	case jsontext.KindString:
		_, hasValue := object["value"]
		_, hasName := object["name"]
		no := []string{`""`, `"false"`, `"no"`, `"off"`, `"n"`, `"0"`}
		return (hasValue || hasName) && !slices.Contains(no, strings.ToLower(string(flag)))
	default:
		return string(flag) != "0"
	}
}

// Hides reports whether a member of an object that says secret must not be shown.
// Everything but its name and what is true, false or null may be a part of the
// secret.
func Hides(name string, value any) bool {
	if scalar, ok := value.(jsontext.Value); ok {
		switch scalar.Kind() {
		case jsontext.KindNull, jsontext.KindTrue, jsontext.KindFalse:
			return false
		default:
		}
	}
	return name != "name" && name != "secret"
}

// Hidden returns the members of an object that must not be shown, sorted: nil if
// it does not say secret.
func Hidden(object map[string]any) []string {
	if !Says(object) {
		return nil
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(object)), func(name string) bool { return !Hides(name, object[name]) })
}

// In reports whether a tree is or holds an object that says secret.
func In(tree any) bool {
	switch tree := tree.(type) {
	case map[string]any:
		if Says(tree) {
			return true
		}
		for _, member := range tree {
			if In(member) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(tree, In)
	}
	return false
}
