package models

import (
	"bytes"
	"errors"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// An object is a model with members. Its generated methods read and write them
// without reflection, which takes less than half the time. They know the usual
// only: whatever else there is, an error above all, is left to reflection, which
// goes over the same value once more. So both have one behaviour.
type object interface {
	// readMember reads the member of that name. It reports whether it could.
	readMember(s *scanner, name []byte) bool
	// writeMembers writes all members.
	writeMembers(w *writer)
}

// decodeObject decodes into o. plain is the same without its methods.
//
// What is outermost is read member by member as it comes, so that a large
// response is not held as a whole; each object inside it is.
func decodeObject(dec *jsontext.Decoder, o object, plain any) error {
	v := reflect.ValueOf(plain).Elem()
	if !v.IsZero() { // a member that is read again is merged, and new unknown ones are appended in place
		unknown := v.FieldByName("Unknown")
		unknown.SetBytes(bytes.Clone(unknown.Bytes()))
		return decode(dec, plain)
	}
	if dec.StackDepth() == 0 || readsOtherwise(dec.Options()) {
		return decode(dec, plain)
	}
	data, err := dec.ReadValue()
	if _, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return decode(dec, plain) // nothing was read; there may be another error before this one
	}
	if err != nil {
		return err
	}
	if scan(data, o) {
		return nil
	}
	v.SetZero()
	err = unmarshal(data, plain)
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		semantic.ByteOffset += dec.InputOffset() - int64(len(data))
		semantic.JSONPointer = dec.StackPointer() + semantic.JSONPointer
	}
	return err
}

// encodeObject encodes o. plain is the same without its methods.
func encodeObject(enc *jsontext.Encoder, o object, plain any) error {
	if enc.StackDepth() == 0 || writesOtherwise(enc.Options()) {
		return encode(enc, plain)
	}
	data, ok := write(enc.AvailableBuffer(), o, set(enc.Options(), json.Deterministic))
	if !ok {
		return encode(enc, plain)
	}
	err := enc.WriteValue(data)
	if _, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return encode(enc, plain) // nothing was written
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
