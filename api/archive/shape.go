package archive

import (
	"fmt"
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
}

type kind uint8

const (
	anything kind = iota // a member without a type, or one that the contract does not know
	text
	integer
	boolean
	list
	dictionary
	variables // a dictionary in JSON, a list in YAML
	object
)

var free = &shape{kind: anything, nullable: true}

// shapeOf panics for a type that no model of an archive has; that happens at
// start or never.
func shapeOf(t reflect.Type) *shape {
	if get, ok := t.MethodByName("Get"); ok && t.Kind() == reflect.Struct { // models.Nullable
		s := *shapeOf(get.Type.Out(0))
		s.nullable = true
		return &s
	}
	switch t.Kind() {
	case reflect.Pointer:
		return shapeOf(t.Elem())
	case reflect.String:
		return &shape{kind: text}
	case reflect.Int64:
		return &shape{kind: integer}
	case reflect.Bool:
		return &shape{kind: boolean}
	case reflect.Map:
		if t.Elem() == reflect.TypeFor[models.EnvironmentVariable]() {
			return &shape{kind: variables, elem: shapeOf(t.Elem())}
		}
		return &shape{kind: dictionary, elem: shapeOf(t.Elem())}
	case reflect.Slice:
		if t == reflect.TypeFor[jsontext.Value]() {
			return free
		}
		return &shape{kind: list, elem: shapeOf(t.Elem())}
	case reflect.Struct:
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
	default:
		panic(fmt.Sprintf("archive: no YAML form for %s", t))
	}
}
