package models_test

import (
	"bytes"
	"encoding/json"
	"fmt"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A way is one that a user's program may decode and encode a model in. The
// document that goes through it has the model in the place of frame's %s.
type way struct {
	name  string
	frame string
	trip  func(data []byte) ([]byte, error)
}

// own is a type of a user's program.
type own[T any] struct {
	Value   T            `json:"value"`
	Pointer *T           `json:"pointer"`
	Slice   []T          `json:"slice"`
	Array   [1]*T        `json:"array"`
	Map     map[string]T `json:"map"`
	Inner   struct {
		T T `json:"t"`
	} `json:"inner"`
}

const ownFrame = `{"value":%[1]s,"pointer":%[1]s,"slice":[%[1]s,%[1]s],"array":[%[1]s],"map":{"a":%[1]s,"b":%[1]s},"inner":{"t":%[1]s}}`

func ways[T any]() []way {
	return append(firstVersion[T](), secondVersion[T]()...)
}

// firstVersion are the ways through encoding/json.
func firstVersion[T any]() []way {
	return []way{
		{"json, a pointer", "%s", func(data []byte) ([]byte, error) {
			v := new(T)
			return then(json.Unmarshal(data, v), func() ([]byte, error) { return json.Marshal(v) })
		}},
		{"json, a value", "%s", func(data []byte) ([]byte, error) {
			var v T
			return then(json.Unmarshal(data, &v), func() ([]byte, error) { return json.Marshal(v) })
		}},
		{"json, indented", "%s", func(data []byte) ([]byte, error) {
			var v T
			return then(json.Unmarshal(data, &v), func() ([]byte, error) { return json.MarshalIndent(v, " ", "\t") })
		}},
		{"json, streams", "%s", func(data []byte) ([]byte, error) {
			decoder := json.NewDecoder(bytes.NewReader(bytes.Join([][]byte{data, data}, []byte("\n"))))
			var first, v T
			if err := decoder.Decode(&first); err != nil {
				return nil, err
			}
			var out bytes.Buffer
			encoder := json.NewEncoder(&out)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			return then(decoder.Decode(&v), func() ([]byte, error) { return nil, encoder.Encode(&v) }, &out)
		}},
		{"json, in an own type", ownFrame, func(data []byte) ([]byte, error) {
			var v own[T]
			return then(json.Unmarshal(data, &v), func() ([]byte, error) { return json.Marshal(v) })
		}},
		{"json, a slice", "[%[1]s,%[1]s]", func(data []byte) ([]byte, error) {
			var v []T
			return then(json.Unmarshal(data, &v), func() ([]byte, error) { return json.Marshal(v) })
		}},
		{"json, a map of pointers", `{"x":%s}`, func(data []byte) ([]byte, error) {
			var v map[string]*T
			return then(json.Unmarshal(data, &v), func() ([]byte, error) { return json.Marshal(v) })
		}},
		{"json, a map of values", `{"x":%s}`, func(data []byte) ([]byte, error) {
			var v map[string]T
			return then(json.Unmarshal(data, &v), func() ([]byte, error) { return json.Marshal(v) })
		}},
		{"json, any", "%s", func(data []byte) ([]byte, error) {
			var v any = new(T)
			return then(json.Unmarshal(data, &v), func() ([]byte, error) { return json.Marshal(map[string]any{"x": *v.(*T)}["x"]) })
		}},
	}
}

// secondVersion are the ways through the second version of the JSON package.
func secondVersion[T any]() []way {
	return []way{
		{"json v2, a pointer", "%s", func(data []byte) ([]byte, error) {
			v := new(T)
			return then(jsonv2.Unmarshal(data, v), func() ([]byte, error) { return jsonv2.Marshal(v) })
		}},
		{"json v2, a value", "%s", func(data []byte) ([]byte, error) {
			var v T
			return then(jsonv2.Unmarshal(data, &v), func() ([]byte, error) { return jsonv2.Marshal(v, jsontext.Multiline(true)) })
		}},
		{"json v2, streams", "%s", func(data []byte) ([]byte, error) {
			var v T
			var out bytes.Buffer
			err := jsonv2.UnmarshalRead(bytes.NewReader(data), &v)
			return then(err, func() ([]byte, error) { return nil, jsonv2.MarshalWrite(&out, v) }, &out)
		}},
		{"json v2, coders", "%s", func(data []byte) ([]byte, error) {
			var v T
			var out bytes.Buffer
			err := jsonv2.UnmarshalDecode(jsontext.NewDecoder(bytes.NewReader(data)), &v)
			return then(err, func() ([]byte, error) { return nil, jsonv2.MarshalEncode(jsontext.NewEncoder(&out), &v) }, &out)
		}},
		{"json v2, in an own type", ownFrame, func(data []byte) ([]byte, error) {
			var v own[T]
			return then(jsonv2.Unmarshal(data, &v), func() ([]byte, error) { return jsonv2.Marshal(v) })
		}},
		{"json v2, any", "%s", func(data []byte) ([]byte, error) {
			var v any = new(T)
			return then(jsonv2.Unmarshal(data, v), func() ([]byte, error) { return jsonv2.Marshal(map[string]any{"x": *v.(*T)}["x"]) })
		}},
		{"json v2, then json", "%s", func(data []byte) ([]byte, error) {
			var v T
			return then(jsonv2.Unmarshal(data, &v), func() ([]byte, error) { return json.Marshal([]any{v, &v}[1]) })
		}},
	}
}

// then encodes where decoding went well. What an encoder wrote to out counts
// instead of what it returned.
func then(decoded error, encode func() ([]byte, error), out ...*bytes.Buffer) ([]byte, error) {
	if decoded != nil {
		return nil, fmt.Errorf("decode: %w", decoded)
	}
	data, err := encode()
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	if len(out) > 0 {
		return out[0].Bytes(), nil
	}
	return data, nil
}
