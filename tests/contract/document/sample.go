package document

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Unknown are members that no contract names: their names are easy to mistake
// for others, and their values easy to damage.
var Unknown = []struct {
	Name  string
	Value any
}{
	{"future", json.Number("9007199254740993")},
	{"", json.Number("-9223372036854775809")},
	{"Unknown", json.Number("18446744073709551616")},
	{"a/b~c", json.Number("0.1234567890123456789012345678901234567890")},
	{`"quoted"`, json.Number("1E400")},
	{"<&>\u2028", json.Number("1.0")},
	{"Umläut 😀", json.Number("-0.0")},
	{"future_empty", ""},
	{"future_text", "</script>\u2028\u0000\\ 😀"},
	{"future_object", map[string]any{}},
	{"future_list", []any{}},
	{"future_zero", json.Number("0")},
	{"future_false", false},
	{"future_null", nil},
	{"future_deep", map[string]any{
		"id": json.Number("9007199254740993"), "": nil, "creation_date": "today",
		"list": []any{map[string]any{}, []any{nil}, "", json.Number("123456789012345678901234567890")},
	}},
}

// entries are names that a user may give to a deployment, a label and so on.
var entries = []string{"deployment-1", "", "a/b~c", `"quoted"`, "<&>", "Umläut 😀", "Unknown", "id"}

// A Sampler makes documents that a schema describes.
type Sampler struct {
	Rand   *rand.Rand  // nil: every member is there, and has a plain value
	Number json.Number // the text of numbers that are not integers; by default one that no float64 holds
}

// chance is true in one of n cases.
func (s Sampler) chance(n int) bool { return s.Rand != nil && s.Rand.IntN(n) == 0 }

// Document makes one.
func (s Sampler) Document(schema *openapi3.Schema) any {
	schema = Plain(schema)
	if schema.Nullable && s.chance(5) {
		return nil
	}
	switch typ := schema.Type; {
	case typ == nil:
		return Unknown[len(Unknown)-1].Value // anything
	case typ.Is(openapi3.TypeNumber):
		return s.number(schema)
	case typ.Is(openapi3.TypeString):
		return s.text(schema)
	case typ.Is(openapi3.TypeBoolean):
		return !s.chance(2)
	case typ.Is(openapi3.TypeInteger):
		if s.Rand != nil {
			return json.Number(strconv.FormatInt([]int64{0, 1, -1, 1<<53 + 1, -1 << 63, 1<<63 - 1}[s.Rand.IntN(6)], 10))
		}
		return json.Number("9007199254740993")
	case typ.Is(openapi3.TypeArray):
		list := []any{}
		for range s.count() {
			list = append(list, s.Document(schema.Items.Value))
		}
		return list
	default:
		return s.object(schema)
	}
}

func (s Sampler) text(schema *openapi3.Schema) any {
	switch {
	case schema.Format == "date-time":
		if s.chance(2) {
			return "2020-05-18T11:26:57.904+00:00"
		}
		return "2020-06-18T08:32:14.876451Z"
	case s.chance(4):
		return ""
	case len(schema.Enum) > 0 && !s.chance(4) && schema.Enum[0] != nil:
		return schema.Enum[0]
	default:
		return "text " + entries[5] // also as a value that no enumeration knows yet
	}
}

func (s Sampler) object(schema *openapi3.Schema) any {
	object := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		if slices.Contains(schema.Required, name) || !s.chance(3) {
			object[name] = s.Document(schema.Properties[name].Value)
		}
	}
	if entry := schema.AdditionalProperties.Schema; entry != nil {
		for i := range s.count() {
			name := entries[i]
			if s.Rand != nil {
				name = entries[s.Rand.IntN(len(entries))]
			}
			object[name] = s.Document(entry.Value)
		}
	}
	if Open(schema) && s.chance(2) {
		for range 1 + s.Rand.IntN(3) {
			member := Unknown[s.Rand.IntN(len(Unknown))]
			object[member.Name] = member.Value
		}
		for name := range schema.Properties { // what only differs in case is another member
			if s.chance(6) {
				object[strings.ToUpper(name)] = json.Number("9007199254740993")
			}
		}
	}
	return object
}

// number is one that a float64 cannot hold, if the format leaves that open.
func (s Sampler) number(schema *openapi3.Schema) any {
	texts := []json.Number{"0.1234567890123456789012345678901234567890", "1E400", "1.0", "16777217", "-0.0", "0"}
	switch {
	case schema.Format != "":
		return json.Number("0.5")
	case s.Number != "":
		return s.Number
	case s.Rand != nil:
		return texts[s.Rand.IntN(len(texts))]
	}
	return texts[0]
}

// count of the entries of a list or dictionary.
func (s Sampler) count() int {
	if s.Rand == nil {
		return 1
	}
	return s.Rand.IntN(3)
}
