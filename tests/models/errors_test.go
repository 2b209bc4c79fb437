package models_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// versions are the two JSON packages that a user may decode with.
var versions = map[string]func(data []byte, v any) error{
	"json":    json.Unmarshal,
	"json v2": func(data []byte, v any) error { return jsonv2.Unmarshal(data, v) },
}

func TestNamesThatOccurTwiceAreAnError(t *testing.T) {
	t.Parallel()
	for _, data := range []string{
		`{"id":"a","id":"b"}`,
		`{"size":null,"size":1}`,
		`{"id":"a","\u0069d":"b"}`,
		`{"future":1,"future":1}`,
		`{"future":{"x":1,"x":2}}`,
		`{"future":[{"deep":{"x":1,"x":2}}]}`,
		`{"deployments":{"d":{},"d":{}}}`,
		`{"deployments":{"d":{"versions":{"v":{"zip":"a","zip":"b"}}}}}`,
		`{"deployments":{"d":{"labels":{"a":"1","a":"2"}}}}`,
		`{"pipelines":{"p":{"versions":{"v":{"objects":[{"name":"a","reference_name":"d","configuration":{"x":1,"x":2}}]}}}}}`,
	} {
		for version, unmarshal := range versions {
			err := unmarshal([]byte(data), new(models.ImportDetail))
			if err == nil || !strings.Contains(err.Error(), "duplicate object member name") {
				t.Errorf("%s: %s: %v", version, data, err)
			}
		}
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		data string
		at   jsontext.Pointer
	}{
		{`{"id":1}`, "/id"},
		{`{"size":"big"}`, "/size"},
		{`{"size":1.5}`, "/size"},
		{`{"size":9223372036854775808}`, "/size"},
		{`{"creation_date":"yesterday"}`, "/creation_date"},
		{`{"deployments":[]}`, "/deployments"},
		{`{"deployments":{"a/b":{"versions":{"v1":{"maximum_instances":"five"}}}}}`, "/deployments/a~1b/versions/v1/maximum_instances"},
		{`{"deployments":{"d":{"labels":{"team":1}}}}`, "/deployments/d/labels/team"},
		{`{"deployments":{"d":{"input_fields":[{"name":"a","data_type":"int"},{"name":2}]}}}`, "/deployments/d/input_fields/1/name"},
		{`{"deployments":{"d":{"versions":{"v":{"static_ip":"no"}}}}}`, "/deployments/d/versions/v/static_ip"},
		{`{"pipelines":{"p":{"versions":{"v":{"attachments":[{"sources":[{"mapping":[{"source_field_name":{}}]}]}]}}}}}`,
			"/pipelines/p/versions/v/attachments/0/sources/0/mapping/0/source_field_name"},
		{`{"environment_variables":{"A":{"secret":"true"}}}`, "/environment_variables/A/secret"},
	} {
		for version, unmarshal := range versions {
			err := unmarshal([]byte(test.data), new(models.ImportDetail))
			// From Go 1.27 on encoding/json has an error of its own for it.
			var old *json.UnmarshalTypeError
			if errors.As(err, &old) && old.Field == strings.ReplaceAll(string(test.at[1:]), "/", ".") {
				continue
			}
			var semantic *jsonv2.SemanticError
			if !errors.As(err, &semantic) || semantic.JSONPointer != test.at {
				t.Errorf("%s: %s: %v", version, test.data, err)
				continue
			}
			if !strings.Contains(err.Error(), string(test.at)) {
				t.Errorf("%s: %q does not name %s", version, err, test.at)
			}
		}
	}
}

func TestWhatIsNotAnObjectIsAnError(t *testing.T) {
	t.Parallel()
	for _, model := range all {
		for version, unmarshal := range versions {
			for _, data := range []string{"", "1", `"text"`, "true", `{"a":}`, `{} x`, `[1]`, "{\"a\":\"\xff\"}"} {
				if err := unmarshal([]byte(data), reflect.New(model.typ).Interface()); err == nil {
					t.Errorf("%s: %s takes %q", version, model.name, data)
				}
			}
		}
	}
}

func TestUnknownMembersThatCannotBeEncodedAreAnError(t *testing.T) {
	t.Parallel()
	for name, unknown := range map[string]string{
		"no object":          `[1]`,
		"no JSON":            `{"future":`,
		"a known member":     `{"name":"b"}`,
		"a name twice":       `{"future":1,"future":2}`,
		"text after the end": `{} {}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			field := models.Field{Name: "a", DataType: models.DataTypeInt, Unknown: jsontext.Value(unknown)}
			for _, v := range []any{field, &field, []models.Field{field}} {
				if data, err := json.Marshal(v); err == nil {
					t.Errorf("json encodes it to %s", data)
				}
				if data, err := jsonv2.Marshal(v); err == nil {
					t.Errorf("json v2 encodes it to %s", data)
				}
			}
		})
	}
}

// TestMapKeysAreSorted checks what encoding/json promises for maps, so that
// documents can be compared and stored as text.
func TestMapKeysAreSorted(t *testing.T) {
	t.Parallel()
	update := models.ImportUpdate{Deployments: map[string]models.Deployment{}}
	labels, want := map[string]string{}, []string{}
	for i := range 50 {
		name := fmt.Sprintf("name-%02d", i)
		want = append(want, name)
		labels[name] = name
		update.Deployments[name] = models.Deployment{}
	}
	update.Deployments["name-00"] = models.Deployment{Labels: models.Value(labels)}
	first, err := json.Marshal(update)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		again, err := json.Marshal(&update)
		if err != nil || string(again) != string(first) {
			t.Fatalf("another time it is %s (%v)", again, err)
		}
	}
	for place, got := range map[jsontext.Pointer][]string{
		"/deployments":                keys(t, first, "/deployments"),
		"/deployments/name-00/labels": keys(t, first, "/deployments/name-00/labels"),
	} {
		if !slices.Equal(got, want) {
			t.Errorf("the keys at %s are %v", place, got)
		}
	}
}

// keys returns the member names of the object at the place, in their order.
func keys(t *testing.T, data []byte, at jsontext.Pointer) []string {
	t.Helper()
	var names []string
	decoder := jsontext.NewDecoder(strings.NewReader(string(data)))
	for {
		token, err := decoder.ReadToken()
		if err != nil {
			return names // the end, or what the caller finds too short
		}
		kind, length := decoder.StackIndex(decoder.StackDepth())
		if kind == '{' && length%2 == 1 && decoder.StackPointer().Parent() == at {
			names = append(names, token.String())
		}
	}
}
