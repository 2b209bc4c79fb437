package contract

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/tests/contract/document"
)

// A sample is an example with the schema that it has to satisfy.
type sample struct {
	name   string
	schema *openapi3.Schema
	value  any
}

// samples returns the documented examples and the contract's own, but for those
// that do not fit the contract, which the tests of the examples say.
func samples(t testing.TB) []sample {
	t.Helper()
	doc := contract(t)
	var all []sample
	for _, fixture := range allFixtures(t) {
		all = append(all, sample{fixture.File, doc.Components.Schemas[fixture.Schema].Value, read(t, fixture)})
	}
	for example, schema := range map[string]string{
		"ExportDetail": "ExportDetail", "ImportDetail": "ImportDetail", "NotFound": "Error", "Conflict": "Error",
		"ImportCreateFromLink": "ImportCreate", "ImportCreateFromExport": "ImportCreate",
	} {
		all = append(all, sample{example, doc.Components.Schemas[schema].Value, doc.Components.Examples[example].Value.Value})
	}
	return slices.DeleteFunc(all, func(s sample) bool { return refuses(s.schema, s.value) != nil })
}

func TestEveryMutationOfAnExampleIsRefused(t *testing.T) {
	t.Parallel()
	counts := map[string]int{}
	for _, sample := range samples(t) {
		for mutation := range mutations(sample.schema, sample.value) {
			doc, err := mutation.apply(sample.value)
			if err != nil {
				t.Fatal(err)
			}
			counts[mutation.kind]++
			if refuses(sample.schema, doc) == nil {
				t.Errorf("%s: %s at %q is accepted: %v", sample.name, mutation.kind, mutation.at, mutation.value)
			}
		}
	}
	// So many there are at least; fewer, and places have been overlooked.
	for kind, least := range map[string]int{
		"wrong type": 1800, "null": 160, "unknown value": 16, "malformed value": 28,
		"required member missing": 68, "out of bounds": 18,
	} {
		if counts[kind] < least {
			t.Errorf("only %d mutations of the kind %q", counts[kind], kind)
		}
	}
}

type mutation struct {
	kind  string
	at    jsontext.Pointer
	value any
}

func (m mutation) apply(doc any) (any, error) {
	if m.value == any(gone{}) {
		return document.Remove(doc, m.at)
	}
	return document.Set(doc, m.at, m.value)
}

// mutations returns the mistakes that can be made at each place of a document.
func mutations(schema *openapi3.Schema, doc any) func(yield func(mutation) bool) {
	return func(yield func(mutation) bool) {
		for place := range document.Described(schema, doc) {
			for _, mutation := range mistakes(place) {
				if !yield(mutation) {
					return
				}
			}
		}
	}
}

func mistakes(place document.Place) []mutation {
	var all []mutation
	add := func(kind string, value any) { all = append(all, mutation{kind, place.At, value}) }
	typ := place.Schema.Type
	for kind, values := range map[string][]any{
		openapi3.TypeString:  {"wrong", ""},
		openapi3.TypeInteger: {json.Number("12"), json.Number("0")},
		openapi3.TypeNumber:  {json.Number("12"), json.Number("0.5")},
		openapi3.TypeBoolean: {true, false},
		openapi3.TypeArray:   {[]any{}, []any{"wrong"}},
		openapi3.TypeObject:  {map[string]any{}, map[string]any{"wrong": true}},
	} {
		numeric := (typ.Is(openapi3.TypeNumber) || typ.Is(openapi3.TypeInteger)) && (kind == openapi3.TypeNumber || kind == openapi3.TypeInteger)
		if typ != nil && !typ.Is(kind) && !numeric {
			for _, value := range values {
				add("wrong type", value)
			}
		}
	}
	if !place.Schema.Nullable {
		add("null", nil)
	}
	if place.Required {
		add("required member missing", gone{})
	}
	if len(place.Schema.Enum) > 0 {
		add("unknown value", "unheard-of")
		add("unknown value", "")
	}
	switch place.Schema.Format {
	case "uuid":
		add("malformed value", "903ccd12-81d1-46e1-9ac9")
	case "date-time":
		add("malformed value", "18 June 2020")
		add("malformed value", "2020-06-18T08:32:14.876451") // without its offset
	}
	if length := place.Schema.MaxLength; length != nil {
		add("out of bounds", strings.Repeat("x", int(*length)+1))
	}
	if place.Schema.Min != nil {
		add("out of bounds", json.Number(fmt.Sprint(*place.Schema.Min-1)))
	}
	if typ.Is(openapi3.TypeInteger) {
		add("wrong type", json.Number("1.5"))
	}
	return all
}

func TestNullIsAcceptedWhereAValueCanBeNull(t *testing.T) {
	t.Parallel()
	nullable := map[string]int{}
	for _, sample := range samples(t) {
		for place := range document.Described(sample.schema, sample.value) {
			if !place.Schema.Nullable {
				continue
			}
			nullable[place.At.LastToken()]++
			doc, err := document.Set(sample.value, place.At, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := refuses(sample.schema, doc); err != nil {
				t.Errorf("%s: null at %q: %v", sample.name, place.At, err)
			}
		}
	}
	for _, name := range []string{"size", "value", "default_version", "description", "labels", "environment", "request_retention_mode"} {
		if nullable[name] == 0 {
			t.Errorf("%s cannot be null", name)
		}
	}
}

func TestAnImportHasExactlyOneSource(t *testing.T) {
	t.Parallel()
	schema := contract(t).Components.Schemas["ImportCreate"].Value
	sources := []struct{ name, value string }{
		{"file", "PK"}, {"import_link", "https://example.com/export.zip"}, {"export_id", "903ccd12-81d1-46e1-9ac9-b9d70af118de"},
	}
	for chosen := range 1 << len(sources) {
		for _, skip := range []any{gone{}, true, false} {
			form, given := map[string]any{}, 0
			for i, source := range sources {
				if chosen&(1<<i) != 0 {
					form[source.name] = source.value
					given++
				}
			}
			if skip != any(gone{}) {
				form["skip_confirmation"] = skip
			}
			if err := refuses(schema, form); (err == nil) != (given == 1) {
				t.Errorf("%v: %v", form, err)
			}
		}
	}
}

func TestExamplesWithUnknownMembersAreAccepted(t *testing.T) {
	t.Parallel()
	places := 0
	for _, sample := range samples(t) {
		everywhere := sample.value
		for place := range document.Described(sample.schema, sample.value) {
			if !document.Open(place.Schema) {
				continue
			}
			for i, value := range []any{nil, "", json.Number("9007199254740993"), false, []any{}, map[string]any{"inner": nil}} {
				places++
				at := place.At.AppendToken(fmt.Sprintf("future_%d", i))
				doc, err := document.Set(sample.value, at, value)
				if err != nil {
					t.Fatal(err)
				}
				if err := refuses(sample.schema, doc); err != nil {
					t.Errorf("%s: %s: %v", sample.name, at, err)
				}
				if everywhere, err = document.Set(everywhere, at, value); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := refuses(sample.schema, everywhere); err != nil {
			t.Errorf("%s with all of them: %v", sample.name, err)
		}
	}
	if places < 300 {
		t.Errorf("only %d unknown members were tried", places)
	}
}
