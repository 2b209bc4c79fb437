package models

import "github.com/go-json-experiment/json/jsontext"

// Nullable is a member that JSON can leave out, set to null, or set to a
// value. The zero Nullable is the one that is left out. Make the others with
// [Value] and [Null].
type Nullable[T any] struct {
	value T
	state state
}

type state uint8

const (
	absent state = iota
	null
	present
)

// Value returns a member that is set to v.
func Value[T any](v T) Nullable[T] { return Nullable[T]{value: v, state: present} }

// Null returns a member that is set to null.
func Null[T any]() Nullable[T] { return Nullable[T]{state: null} }

// Get returns the value, and whether there is one: there is none if the
// member is absent or null.
func (n Nullable[T]) Get() (T, bool) { return n.value, n.state == present }

// Or returns the value, or def if the member is absent or null.
func (n Nullable[T]) Or(def T) T {
	if n.state == present {
		return n.value
	}
	return def
}

// IsNull reports whether the member is set to null.
func (n Nullable[T]) IsNull() bool { return n.state == null }

// IsZero reports whether the member is absent. The option omitzero of JSON
// tags asks it, without a copy of the value, since it has a pointer receiver.
func (n *Nullable[T]) IsZero() bool { return n.state == absent }

// MarshalJSON encodes the value, or null if there is none.
func (n Nullable[T]) MarshalJSON() ([]byte, error) { return marshal(&n) }

// UnmarshalJSON decodes a value or null.
func (n *Nullable[T]) UnmarshalJSON(data []byte) error { return unmarshal(data, n) }

// MarshalJSONTo encodes the value, or null if there is none.
func (n *Nullable[T]) MarshalJSONTo(enc *jsontext.Encoder) error {
	if n.state != present {
		return enc.WriteToken(jsontext.Null)
	}
	switch v := any(&n.value).(type) { // the scalars without a look-up of their type
	case *string:
		return enc.WriteToken(jsontext.String(*v))
	case *int64:
		return enc.WriteToken(jsontext.Int(*v))
	case *bool:
		return enc.WriteToken(jsontext.Bool(*v))
	}
	return encode(enc, &n.value)
}

// UnmarshalJSONFrom decodes a value or null.
func (n *Nullable[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	kind := dec.PeekKind()
	if kind == 'n' {
		*n = Null[T]()
		_, err := dec.ReadToken()
		return err
	}
	var v T                                            // not the old value: a second decode replaces, it does not merge
	if s, ok := any(&v).(*string); ok && kind == '"' { // without a look-up of the type
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		*s = token.String()
	} else if err := decode(dec, &v); err != nil {
		return err
	}
	*n = Value(v)
	return nil
}

func (n *Nullable[T]) read(s *scanner) bool { return readNullable(s, n, readValue) }

func (n *Nullable[T]) write(w *writer) {
	if n.state == present {
		writeValue(w, &n.value)
	} else {
		w.null()
	}
}
