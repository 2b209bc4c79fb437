package models_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
	"github.com/ubiops-contrib/transfer/tests/contract/document"
)

// nobody is a type that no model has inside. Functions for it change nothing,
// but the models leave it to reflection then to find that out.
type nobody struct{}

var reflectingUnmarshal = jsonv2.WithUnmarshalers(jsonv2.UnmarshalFunc(func([]byte, *nobody) error { return nil }))

var reflectingMarshal = jsonv2.WithMarshalers(jsonv2.MarshalFunc(func(nobody) ([]byte, error) { return nil, nil }))

// sameDecoding fails the test unless the document is decoded into the type as
// reflection does it: to the same value, with the same error or none. It returns
// the value.
func sameDecoding(t *testing.T, typ reflect.Type, data []byte, opts ...jsonv2.Options) (v any, ok bool) {
	t.Helper()
	generated, reflected := reflect.New(typ).Interface(), reflect.New(typ).Interface()
	err := jsonv2.Unmarshal(data, generated, opts...)
	reflecting := append(opts, reflectingUnmarshal)
	same(t, data, err, jsonv2.Unmarshal(data, reflected, reflecting...), generated, reflected)

	stream := func() io.Reader { return iotest.OneByteReader(bytes.NewReader(data)) }
	streamed, reflected := reflect.New(typ).Interface(), reflect.New(typ).Interface()
	err, reflectedErr := jsonv2.UnmarshalRead(stream(), streamed, opts...), jsonv2.UnmarshalRead(stream(), reflected, reflecting...)
	same(t, data, ofStream(err), ofStream(reflectedErr), streamed, reflected)
	return generated, err == nil
}

func same(t *testing.T, data []byte, gotErr, wantErr error, got, want any) {
	t.Helper()
	if !sameError(gotErr, wantErr) {
		t.Errorf("%s: the error is %v, with reflection %v", data, gotErr, wantErr)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: it is %+v, with reflection %+v", data, got, want)
	}
}

func sameError(a, b error) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	var semanticA, semanticB *jsonv2.SemanticError
	var syntacticA, syntacticB *jsontext.SyntacticError
	switch {
	case errors.As(a, &semanticA) && errors.As(b, &semanticB):
		return a.Error() == b.Error() && semanticA.ByteOffset == semanticB.ByteOffset && semanticA.JSONPointer == semanticB.JSONPointer &&
			semanticA.GoType == semanticB.GoType && bytes.Equal(semanticA.JSONValue, semanticB.JSONValue)
	case errors.As(a, &syntacticA) && errors.As(b, &syntacticB):
		return a.Error() == b.Error() && syntacticA.ByteOffset == syntacticB.ByteOffset && syntacticA.JSONPointer == syntacticB.JSONPointer
	}
	return a.Error() == b.Error()
}

// ofStream leaves out what jsontext says of broken text in a stream, which depends
// on what its buffer holds: it names the wrong member at times.
func ofStream(err error) error {
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return fmt.Errorf("broken at %d", syntactic.ByteOffset)
	}
	return err
}

// sameEncoding does the same for encoding.
func sameEncoding(t *testing.T, v any, opts ...jsonv2.Options) {
	t.Helper()
	opts = append(opts, jsonv2.Deterministic(true))
	generated, err := jsonv2.Marshal(v, opts...)
	reflected, reflectedErr := jsonv2.Marshal(v, append(opts, reflectingMarshal)...)
	if !sameError(err, reflectedErr) || !bytes.Equal(generated, reflected) {
		t.Errorf("%+v is %s (%v), with reflection %s (%v)", v, generated, err, reflected, reflectedErr)
	}
}

// TestAnyValueAtAnyPlaceIsReadAsByReflection puts what fits and what does not into
// each place of each model.
func TestAnyValueAtAnyPlaceIsReadAsByReflection(t *testing.T) {
	t.Parallel()
	values := []any{
		nil, true, "", "text", "\"<\u2028é\n", "2026-11-26 21:35:32,5", "2026-11-26T21:35:32+01:00", []any{}, []any{nil}, []any{"a", []any{}},
		map[string]any{}, map[string]any{"a\nb": nil}, map[string]any{"name": json.Number("1"), "future": []any{map[string]any{}}},
	}
	for _, number := range []string{"1", "-0", "1.0", "1e3", "1e400", "9223372036854775807", "9223372036854775808", "-9223372036854775809"} {
		values = append(values, json.Number(number))
	}
	eachModel(t, func(t *testing.T, model model, schema *openapi3.Schema) {
		full := document.Sampler{}.Document(schema)
		for place := range document.Described(schema, full) {
			for i, value := range values {
				doc, err := document.Set(full, place.At, value)
				if err != nil {
					t.Fatal(err)
				}
				data, err := document.Format([]any{nil, doc})
				if err != nil {
					t.Fatal(err)
				}
				if text := jsontext.Value(data); i%2 == 0 && text.Indent(jsontext.SpaceAfterComma(true)) == nil {
					data = text
				}
				if v, ok := sameDecoding(t, reflect.SliceOf(model.typ), data); ok {
					sameEncoding(t, v)
				}
				if t.Failed() {
					return
				}
			}
		}
	})
}

// FuzzGeneratedMethods holds the methods of each model against reflection.
func FuzzGeneratedMethods(f *testing.F) {
	schemas := contract(f).Components.Schemas
	random := document.Sampler{Rand: rand.New(rand.NewPCG(5, 6))}
	for i, model := range all {
		for range 4 {
			data, err := document.Format(random.Document(schemas[model.name].Value))
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint8(i), data)
		}
	}
	for i, model := range all {
		if model.name == "Deployment" {
			f.Add(uint8(i), []byte(`{ "versions" : { "a/b" : { "maximum_instances" : 1e3 , "\u007a\u0069p" : "\ud83d\ude00" } } , "x" : [ { } , "]" ] }`))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		if len(data) > 1<<12 {
			return
		}
		model := all[int(which)%len(all)]
		list := reflect.SliceOf(model.typ)
		for inside, typ := range map[string]reflect.Type{
			"%s":   model.typ, // an object by itself is left to reflection, those inside it are not
			"[%s]": list, `{ "a~/b" : 1 , "T":[null, %s ] }`: reflect.StructOf([]reflect.StructField{{Name: "T", Type: list}}),
		} {
			if v, ok := sameDecoding(t, typ, fmt.Appendf(nil, inside, data)); ok {
				sameEncoding(t, v)
			}
		}
	})
}

// FuzzEncoding holds the encoding of what cannot come from a document against
// reflection.
func FuzzEncoding(f *testing.F) {
	for _, raw := range []string{
		``, ` `, `{}`, ` { } `, `{"x":1}`, " {\n\"x\" : \"\\u0061\" } ", `{"x":1}{}`, `{"name":1}`, `{"x":1,"x":2}`, `{"x":{"y":1,"y":2}}`,
		`1`, `null`, `[1]`, `"\ud800"`, `1,"y":2`, `{"x":1},"y":{}`, `{"x":1`, `{"x":1]`, `{"x":[}`, `{"x":1}}`, `{"x":1},`, `{,"x":1}`, "{\"\xff\":1}",
	} {
		f.Add("text", []byte(raw))
	}
	f.Add("\xff", []byte(nil))
	f.Add("<\"\\\u2028\x00", []byte(`{"<":">"}`))
	f.Fuzz(func(t *testing.T, text string, raw []byte) {
		for _, v := range []any{
			models.Field{Name: text, Unknown: raw},
			models.Field{DataType: models.DataType(text)},
			models.PipelineObject{Name: text, Configuration: raw, ReferenceType: models.Value(models.ReferenceType(text))},
			models.PipelineObject{Configuration: raw, Unknown: raw},
			models.EnvironmentSelection{Unknown: raw},
			models.ExportList{CreationDate: models.Time{Time: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}, ID: text, Unknown: raw},
			models.VersionSelection{EnvironmentVariables: models.VariableSelections{text: {}, "b": {}, "a\xff": {Unknown: raw}}},
			models.Deployment{Versions: map[string]models.DeploymentVersion{text: {Args: raw}, "b": {Unknown: raw}}},
		} {
			for _, opts := range [][]jsonv2.Options{nil, {jsontext.Multiline(true)}, {jsontext.EscapeForHTML(true), jsontext.SpaceAfterComma(true)}} {
				sameEncoding(t, []any{v}, opts...)
			}
		}
	})
}

func TestOptionsReachTheMembers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		typ  reflect.Type
		data string
		opts jsonv2.Options
	}{
		"numbers as text": {reflect.TypeFor[[]models.Port](), `[{"public_port":"1"},{"public_port":2}]`, jsonv2.StringifyNumbers(true)},
		"a name twice":    {reflect.TypeFor[[]models.Field](), `[{"name":"a","name":"b","x":1,"x":2}]`, jsontext.AllowDuplicateNames(true)},
		"invalid UTF-8":   {reflect.TypeFor[[]models.Field](), "[{\"name\":\"\xff\",\"\xff\":1}]", jsontext.AllowInvalidUTF8(true)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sameDecoding(t, test.typ, []byte(test.data), test.opts)
			plain := reflect.New(test.typ).Interface()
			optioned := reflect.New(test.typ).Interface()
			plainErr, err := jsonv2.Unmarshal([]byte(test.data), plain), jsonv2.Unmarshal([]byte(test.data), optioned, test.opts)
			if sameError(plainErr, err) && reflect.DeepEqual(plain, optioned) {
				t.Errorf("the option changes nothing: %+v, %v", plain, err)
			}
		})
	}
	upper := jsonv2.WithUnmarshalers(jsonv2.UnmarshalFromFunc(func(dec *jsontext.Decoder, v *string) error {
		token, err := dec.ReadToken()
		*v = strings.ToUpper(token.String())
		return err
	}))
	var fields []models.Field
	if err := jsonv2.Unmarshal([]byte(`[{"name":"a","data_type":"int"}]`), &fields, upper); err != nil || fields[0].Name != "A" {
		t.Errorf("%+v, %v", fields, err)
	}

	value := []any{
		models.Attachment{DestinationName: "<a>\u2028", Unknown: []byte(`{"z":10e0,"a":"\u0061","n":123456789012345678}`)},
		models.Port{PublicPort: new(int64(1) << 60)}, models.DeploymentVersion{EnvironmentVariables: models.EnvironmentVariables{}},
		models.Environment{Zip: models.Null[string](), Labels: models.Value(models.Labels(nil))},
	}
	for name, opts := range map[string]jsonv2.Options{
		"numbers as text": jsonv2.StringifyNumbers(true), "no zero fields": jsonv2.OmitZeroStructFields(true),
		"nil lists as null": jsonv2.FormatNilSliceAsNull(true), "nil dictionaries as null": jsonv2.FormatNilMapAsNull(true),
		"a name twice": jsontext.AllowDuplicateNames(true), "raw strings": jsontext.PreserveRawStrings(true),
		"raw integers": jsontext.CanonicalizeRawInts(true), "raw numbers": jsontext.CanonicalizeRawFloats(true),
		"for HTML": jsontext.EscapeForHTML(true), "for JS": jsontext.EscapeForJS(true),
		"on lines": jsontext.Multiline(true), "indented": jsontext.WithIndent(" "), "prefixed": jsontext.WithIndentPrefix("\t"),
		"space after colons": jsontext.SpaceAfterColon(true), "space after commas": jsontext.SpaceAfterComma(true),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sameEncoding(t, value, opts)
			usual, err := jsonv2.Marshal(value)
			optioned, otherErr := jsonv2.Marshal(value, opts)
			if err := errors.Join(err, otherErr); err != nil || bytes.Equal(usual, optioned) && name != "a name twice" {
				t.Errorf("the option changes nothing: %s, %v", optioned, err)
			}
		})
	}
}

// A second decode merges, as with every struct. What the first has brought stays
// what it was in copies that were made in between.
func TestDecodingAgainMerges(t *testing.T) {
	t.Parallel()
	for version, unmarshal := range versions {
		var list, copied []models.Deployment
		if err := unmarshal([]byte(`[{"description":"a","versions":{"v":{"environment":"e","zip":"a","u":1}},"first":1}]`), &list); err != nil {
			t.Fatal(err)
		}
		copied = append(copied, list...)
		if err := unmarshal([]byte(`{"versions":{"v":{"language":"b","zip":null,"w":2}},"second":2}`), &list[0]); err != nil {
			t.Fatal(err)
		}
		got, err := jsonv2.Marshal(list[0], jsonv2.Deterministic(true))
		const want = `{"description":"a","versions":{"v":{"environment":"e","language":"b","zip":null,"u":1,"w":2}},"first":1,"second":2}`
		if err != nil || string(got) != want {
			t.Errorf("%s: it is %s, %v", version, got, err)
		}
		if string(copied[0].Unknown) != `{"first":1}` {
			t.Errorf("%s: the copy has %s", version, copied[0].Unknown)
		}
	}
}

// What was decoded belongs to the caller: neither the text that it came from nor
// a later decode can change it.
func TestDecodedValuesAreTheCallers(t *testing.T) {
	t.Parallel()
	text := []byte(`[{"name":"first","data_type":"int","u":"first"},{"name":"second","data_type":"int","u":"second"}]`)
	var fields, others []models.Field
	if err := jsonv2.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	clear(text)
	fields[0].Unknown = append(fields[0].Unknown[:len(fields[0].Unknown)-1], `,"more":"than there was before"}`...)
	for _, data := range []string{
		`[{"name":"third","data_type":"bool","u":3}]`, `[{"name":"x","data_type":1}]`, `[{"name":1}]`, `[{"name":"y"`,
	} {
		_ = jsonv2.Unmarshal([]byte(data), &others) // three of them fail on purpose
	}
	got, err := jsonv2.Marshal(fields)
	const want = `[{"data_type":"int","name":"first","u":"first","more":"than there was before"},{"data_type":"int","name":"second","u":"second"}]`
	if err != nil || string(got) != want {
		t.Errorf("it is %s, %v", got, err)
	}
}
