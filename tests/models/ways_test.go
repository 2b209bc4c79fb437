package models_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

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

// own is a type of a user's program that has the model in many places.
func own(model reflect.Type) reflect.Type {
	field := func(name string, typ reflect.Type) reflect.StructField {
		return reflect.StructField{Name: name, Type: typ, Tag: reflect.StructTag(`json:"` + strings.ToLower(name) + `"`)}
	}
	return reflect.StructOf([]reflect.StructField{
		field("Value", model), field("Pointer", reflect.PointerTo(model)),
		field("Slice", reflect.SliceOf(model)), field("Array", reflect.ArrayOf(1, reflect.PointerTo(model))),
		field("Map", reflect.MapOf(reflect.TypeFor[string](), model)),
		field("Inner", reflect.StructOf([]reflect.StructField{field("T", model)})),
	})
}

const ownFrame = `{"value":%[1]s,"pointer":%[1]s,"slice":[%[1]s,%[1]s],"array":[%[1]s],"map":{"a":%[1]s,"b":%[1]s},"inner":{"t":%[1]s}}`

// value is what the pointer points to.
func value(pointer any) any { return reflect.ValueOf(pointer).Elem().Interface() }

func ways(model reflect.Type) []way {
	return append(firstVersion(model), secondVersion(model)...)
}

// through is a way that decodes into a pointer to the type and encodes that.
func through(typ reflect.Type, decode func([]byte, any) error, encode func(pointer any) ([]byte, error)) func([]byte) ([]byte, error) {
	return func(data []byte) ([]byte, error) {
		v := reflect.New(typ).Interface()
		if err := decode(data, v); err != nil {
			return nil, fmt.Errorf("decode: %w", err)
		}
		out, err := encode(v)
		if err != nil {
			return nil, fmt.Errorf("encode: %w", err)
		}
		return out, nil
	}
}

// firstVersion are the ways through encoding/json.
func firstVersion(model reflect.Type) []way {
	text := reflect.TypeFor[string]()
	marshalValue := func(v any) ([]byte, error) { return json.Marshal(value(v)) }
	return []way{
		{"json, a pointer", "%s", through(model, json.Unmarshal, json.Marshal)},
		{"json, a value", "%s", through(model, json.Unmarshal, marshalValue)},
		{"json, indented", "%s", through(model, json.Unmarshal, func(v any) ([]byte, error) { return json.MarshalIndent(value(v), " ", "\t") })},
		{"json, streams", "%s", through(model, func(data []byte, v any) error {
			decoder := json.NewDecoder(bytes.NewReader(bytes.Join([][]byte{data, data}, []byte("\n"))))
			if err := decoder.Decode(reflect.New(model).Interface()); err != nil {
				return err
			}
			return decoder.Decode(v)
		}, func(v any) ([]byte, error) {
			var out bytes.Buffer
			encoder := json.NewEncoder(&out)
			encoder.SetEscapeHTML(false)
			encoder.SetIndent("", "  ")
			err := encoder.Encode(v)
			return out.Bytes(), err
		})},
		{"json, in an own type", ownFrame, through(own(model), json.Unmarshal, marshalValue)},
		{"json, a slice", "[%[1]s,%[1]s]", through(reflect.SliceOf(model), json.Unmarshal, marshalValue)},
		{"json, a map of pointers", `{"x":%s}`, through(reflect.MapOf(text, reflect.PointerTo(model)), json.Unmarshal, marshalValue)},
		{"json, a map of values", `{"x":%s}`, through(reflect.MapOf(text, model), json.Unmarshal, marshalValue)},
		{"json, any", "%s", through(model, func(data []byte, v any) error { return json.Unmarshal(data, &v) },
			func(v any) ([]byte, error) { return json.Marshal(map[string]any{"x": value(v)}["x"]) })},
	}
}

// secondVersion are the ways through the second version of the JSON package.
func secondVersion(model reflect.Type) []way {
	unmarshal := func(data []byte, v any) error { return jsonv2.Unmarshal(data, v) }
	return []way{
		{"json v2, a pointer", "%s", through(model, unmarshal, func(v any) ([]byte, error) { return jsonv2.Marshal(v) })},
		{"json v2, a value", "%s", through(model, unmarshal, func(v any) ([]byte, error) { return jsonv2.Marshal(value(v), jsontext.Multiline(true)) })},
		{"json v2, streams", "%s", through(model, func(data []byte, v any) error { return jsonv2.UnmarshalRead(bytes.NewReader(data), v) },
			func(v any) ([]byte, error) {
				var out bytes.Buffer
				err := jsonv2.MarshalWrite(&out, value(v))
				return out.Bytes(), err
			})},
		{"json v2, coders", "%s", through(model, func(data []byte, v any) error {
			return jsonv2.UnmarshalDecode(jsontext.NewDecoder(bytes.NewReader(data)), v)
		},
			func(v any) ([]byte, error) {
				var out bytes.Buffer
				err := jsonv2.MarshalEncode(jsontext.NewEncoder(&out), v)
				return out.Bytes(), err
			})},
		{"json v2, in an own type", ownFrame, through(own(model), unmarshal, func(v any) ([]byte, error) { return jsonv2.Marshal(value(v)) })},
		{"json v2, any", "%s", through(model, unmarshal, func(v any) ([]byte, error) { return jsonv2.Marshal(map[string]any{"x": value(v)}["x"]) })},
		{"json v2, then json", "%s", through(model, unmarshal, func(v any) ([]byte, error) { return json.Marshal([]any{value(v), v}[1]) })},
	}
}
