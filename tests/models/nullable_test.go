package models_test

import (
	"encoding/json"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/ubiops-contrib/transfer/gen/models"
)

func TestNullableTellsAbsenceNullAndValueApart(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name           string
		member         models.Nullable[string]
		value, or      string
		ok, null, zero bool
	}{
		{"absent", models.Nullable[string]{}, "", "default", false, false, true},
		{"null", models.Null[string](), "", "default", false, true, false},
		{"empty", models.Value(""), "", "", true, false, false},
		{"value", models.Value("a"), "a", "a", true, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if value, ok := test.member.Get(); value != test.value || ok != test.ok {
				t.Errorf("Get returns %q, %t", value, ok)
			}
			if or := test.member.Or("default"); or != test.or {
				t.Errorf("Or returns %q", or)
			}
			if null := test.member.IsNull(); null != test.null {
				t.Errorf("IsNull returns %t", null)
			}
			if zero := test.member.IsZero(); zero != test.zero {
				t.Errorf("IsZero returns %t", zero)
			}
		})
	}
}

// settings is a type of a user's own program.
type settings struct {
	Name   models.Nullable[string]            `json:"name,omitzero"`
	Count  models.Nullable[int64]             `json:"count,omitzero"`
	On     models.Nullable[bool]              `json:"on,omitzero"`
	Rate   models.Nullable[float64]           `json:"rate,omitzero"`
	Labels models.Nullable[map[string]string] `json:"labels,omitzero"`
	Fields models.Nullable[[]models.Field]    `json:"fields,omitzero"`
	Field  models.Nullable[models.Field]      `json:"field,omitzero"`
	Always models.Nullable[string]            `json:"always"`
}

func TestNullableWorksInAUsersStruct(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		`{"always":null}`,
		`{"name":null,"count":null,"on":null,"rate":null,"labels":null,"fields":null,"field":null,"always":null}`,
		`{"name":"","count":0,"on":false,"rate":0,"labels":{},"fields":[],"always":""}`,
		`{"name":"a","count":9007199254740993,"on":true,"rate":1.5,"labels":{"a":"b"},` +
			`"fields":[{"data_type":"int","name":"f","future":9007199254740993}],` +
			`"field":{"data_type":"int","name":"f","future":null},"always":"b"}`,
	} {
		var first, second settings
		if err := json.Unmarshal([]byte(data), &first); err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(first); err != nil || string(got) != data {
			t.Errorf("json: %s (%v), want %s", got, err, data)
		}
		if got, err := json.Marshal(&first); err != nil || string(got) != data {
			t.Errorf("json, a pointer: %s (%v), want %s", got, err, data)
		}
		if err := jsonv2.Unmarshal([]byte(data), &second); err != nil {
			t.Fatal(err)
		}
		if got, err := jsonv2.Marshal(second); err != nil || string(got) != data {
			t.Errorf("json v2: %s (%v), want %s", got, err, data)
		}
	}
}

func TestDecodingANullableAgainReplacesIt(t *testing.T) {
	t.Parallel()
	for version, unmarshal := range versions {
		var v settings
		for _, data := range []string{`{"labels":{"a":"1"},"name":"a"}`, `{"labels":{"b":"2"},"name":null}`} {
			if err := unmarshal([]byte(data), &v); err != nil {
				t.Fatal(err)
			}
		}
		labels, _ := v.Labels.Get()
		if len(labels) != 1 || labels["b"] != "2" || !v.Name.IsNull() {
			t.Errorf("%s: %+v", version, v)
		}
	}
}

func TestAFailedDecodeLeavesTheNullableAlone(t *testing.T) {
	t.Parallel()
	for version, unmarshal := range versions {
		v := settings{Count: models.Value[int64](1)}
		if err := unmarshal([]byte(`{"count":"two"}`), &v); err == nil {
			t.Errorf("%s: no error", version)
		}
		if count, ok := v.Count.Get(); !ok || count != 1 {
			t.Errorf("%s: %+v", version, v.Count)
		}
	}
}
