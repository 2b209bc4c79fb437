package models

import (
	"bytes"
	"errors"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// An object is a model with members. Its generated methods read and write them
// without reflection, in about half the time. They know the usual only: whatever
// else there is, an error above all, is left to reflection, which goes over the
// same value once more. So both have one behaviour.
type object interface {
	// readMember reads the member of that name. It reports whether it could.
	readMember(s *scanner, name []byte) bool
	// writeMembers writes all members.
	writeMembers(w *writer)
	// plain returns the object without its methods.
	plain() any
}

// decodeObject decodes into o. What is outermost is read member by member as it
// comes, unless it has come, so that a large response is not held as a whole; each
// object inside it is.
func decodeObject(dec *jsontext.Decoder, o object) error {
	v := reflect.ValueOf(o.plain())
	if !v.Elem().IsZero() { // a member that is read again is merged, and new unknown ones are appended in place
		unknown := v.Elem().FieldByName("Unknown")
		unknown.SetBytes(bytes.Clone(unknown.Bytes()))
		return decode(dec, v.Interface())
	}
	if readsOtherwise(dec.Options()) || dec.StackDepth() == 0 && !buffered(dec) {
		return decode(dec, v.Interface())
	}
	return readObject(dec, o)
}

// buffered reports whether the object that is next is in the buffer as a whole. Of
// a document in memory, all is; a stream begins with less than a large one.
func buffered(dec *jsontext.Decoder) bool {
	dec.PeekKind()
	data := dec.UnreadBuffer()
	if len(data) > 4<<10 { // it would take a while to find out
		return len(data) > 64<<10
	}
	length, _ := enclosed(data)
	return length > 0
}

// decodeList decodes into a list of objects, element by element. plain is the
// same without its methods.
func decodeList[L ~[]T, T any](dec *jsontext.Decoder, list *L, plain any) error {
	if _, ok := any((*T)(nil)).(object); !ok || *list != nil || dec.PeekKind() != '[' || readsOtherwise(dec.Options()) {
		return decode(dec, plain)
	}
	_, err := dec.ReadToken()
	for *list = (L{}); err == nil && dec.PeekKind() != ']'; {
		*list = append(*list, *new(T))
		err = readObject(dec, any(&(*list)[len(*list)-1]).(object))
	}
	if err == nil {
		_, err = dec.ReadToken()
	}
	return err
}

// readObject reads a value into o, which is zero.
func readObject(dec *jsontext.Decoder, o object) error {
	data, err := dec.ReadValue()
	if _, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return decode(dec, o.plain()) // nothing was read; there may be another error before this one
	}
	if err != nil || scan(data, o) {
		return err
	}
	reflect.ValueOf(o).Elem().SetZero()
	err = unmarshal(data, o.plain())
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		semantic.ByteOffset += dec.InputOffset() - int64(len(data))
		semantic.JSONPointer = dec.StackPointer() + semantic.JSONPointer
	}
	return err
}

// encodeObject encodes o.
func encodeObject(enc *jsontext.Encoder, o object) error {
	if enc.StackDepth() == 0 || writesOtherwise(enc.Options()) {
		return encode(enc, o.plain())
	}
	data, ok := write(enc.AvailableBuffer(), o, set(enc.Options(), json.Deterministic))
	if !ok {
		return encode(enc, o.plain())
	}
	err := enc.WriteValue(data)
	if _, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return encode(enc, o.plain()) // nothing was written
	}
	return err
}

// readsOtherwise reports whether the caller asks for what only reflection does.
func readsOtherwise(opts json.Options) bool {
	functions, _ := json.GetOption(opts, json.WithUnmarshalers)
	return functions != nil || set(opts, json.MatchCaseInsensitiveNames, json.StringifyNumbers,
		jsontext.AllowDuplicateNames, jsontext.AllowInvalidUTF8)
}

// writesOtherwise does the same for encoding. The options that are left out are
// those that [jsontext.Encoder.WriteValue] knows.
func writesOtherwise(opts json.Options) bool {
	functions, _ := json.GetOption(opts, json.WithMarshalers)
	return functions != nil || set(opts, json.MatchCaseInsensitiveNames, json.StringifyNumbers, json.OmitZeroStructFields,
		json.FormatNilSliceAsNull, json.FormatNilMapAsNull, jsontext.AllowDuplicateNames, jsontext.AllowInvalidUTF8,
		jsontext.PreserveRawStrings, jsontext.CanonicalizeRawInts, jsontext.CanonicalizeRawFloats, jsontext.ReorderRawObjects)
}
