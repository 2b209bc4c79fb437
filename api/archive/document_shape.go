package archive

import (
	"reflect"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// shape is what the generated models say about a value: enough to read YAML
// as the model's type instead of as what YAML guesses, and to know which
// members are part of the contract when contents are compared.
type shape struct {
	kind     kind
	nullable bool              // null is a value of its own
	elem     *shape            // of lists and dictionaries
	fields   map[string]*shape // of objects, by JSON name
	required []string          // fields that must be there
	unknown  reflect.Type      // the Go type, if there is no form for it: it is kept as any value is
}

type kind uint8

const (
	anything kind = iota // a member without a type, or one that the contract does not know
	text
	moment // a date and time
	integer
	number
	boolean
	list
	dictionary
	variables // a dictionary in JSON, a list in YAML
	object
)

var free = &shape{kind: anything, nullable: true}

// shapeOf returns the shape of a type of the models. A test holds that there is
// one for every member of the contract.
func shapeOf(t reflect.Type) *shape {
	if get, ok := t.MethodByName("Get"); ok && t.Kind() == reflect.Struct { // models.Nullable
		s := *shapeOf(get.Type.Out(0))
		s.nullable = true
		return &s
	}
	switch t {
	case reflect.TypeFor[jsontext.Value](), reflect.TypeFor[any]():
		return free
	case reflect.TypeFor[models.Time]():
		return &shape{kind: moment}
	case reflect.TypeFor[models.Number]():
		return &shape{kind: number}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return shapeOf(t.Elem())
	case reflect.String:
		return &shape{kind: text}
	case reflect.Int, reflect.Int32, reflect.Int64:
		return &shape{kind: integer}
	case reflect.Float32, reflect.Float64:
		return &shape{kind: number}
	case reflect.Bool:
		return &shape{kind: boolean}
	case reflect.Map:
		if t.Elem() == reflect.TypeFor[models.EnvironmentVariable]() {
			return &shape{kind: variables, elem: shapeOf(t.Elem())}
		}
		return &shape{kind: dictionary, elem: shapeOf(t.Elem())}
	case reflect.Slice:
		return &shape{kind: list, elem: shapeOf(t.Elem())}
	case reflect.Struct:
		return objectShape(t)
	default:
		return &shape{kind: anything, nullable: true, unknown: t}
	}
}

func objectShape(t reflect.Type) *shape {
	if _, ok := t.FieldByName("Unknown"); !ok {
		return &shape{kind: anything, nullable: true, unknown: t}
	}
	s := &shape{kind: object, fields: make(map[string]*shape, t.NumField())}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" { // the member for unknown ones
			continue
		}
		s.fields[name] = shapeOf(f.Type)
		if !strings.Contains(options, "omitzero") {
			s.required = append(s.required, name)
		}
	}
	return s
}
