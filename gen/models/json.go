// Package models has the objects of the contract as Go types. Members that the
// contract does not name are kept in Unknown and written again, through
// encoding/json as well; [Nullable] tells absent, null and a value apart.
//
// Two things of the language lose that, without an error: a type of your own
// made as `type Mine models.Field` has none of the methods, so encode the model;
// and a struct that embeds a model takes over its methods, so that its own
// fields are neither read nor written: give the model a field with a name.
package models

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The models encode with the second version of the JSON package, because the
// first cannot keep unknown members. marshal and unmarshal are the way in from
// the first, whose output has sorted keys, so theirs has too.

func marshal(v any) ([]byte, error) { return json.Marshal(v, json.Deterministic(true)) }

func unmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }

func encode(enc *jsontext.Encoder, v any) error {
	if first(enc.Options()) {
		data, err := marshal(v)
		if err != nil {
			return err
		}
		return enc.WriteValue(data)
	}
	return json.MarshalEncode(enc, v)
}

func decode(dec *jsontext.Decoder, v any) error {
	if first(dec.Options()) {
		data, err := dec.ReadValue()
		if err != nil {
			return err
		}
		return unmarshal(data, v)
	}
	return json.UnmarshalDecode(dec, v)
}

// first reports whether the options are those of the first version. From Go
// 1.27 on encoding/json calls the methods of the second version with them, and
// they fold the case of names, which would lose members.
func first(opts json.Options) bool { return set(opts, json.MatchCaseInsensitiveNames) }

// set reports whether one of the options is.
func set(opts json.Options, options ...func(bool) json.Options) bool {
	for _, option := range options {
		if on, _ := json.GetOption(opts, option); on {
			return true
		}
	}
	return false
}
