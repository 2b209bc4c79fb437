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

func encode(enc *jsontext.Encoder, v any) error { return json.MarshalEncode(enc, v) }

func decode(dec *jsontext.Decoder, v any) error { return json.UnmarshalDecode(dec, v) }
