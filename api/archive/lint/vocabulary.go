package lint

import (
	"reflect"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// vocabularies are the values that the contract lists, by the member that
// takes them; the member means the same in every model that has it.
var vocabularies = vocabulariesOf(reflect.TypeFor[archive.Content](), map[string][]string{}, map[reflect.Type]bool{})

// vocabulary is what a type of the models with a list of values has.
type vocabulary interface{ Values() []string }

func vocabulariesOf(t reflect.Type, found map[string][]string, seen map[reflect.Type]bool) map[string][]string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Map || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || seen[t] {
		return found
	}
	seen[t] = true
	for field := range t.Fields() {
		of := field.Type
		if get, ok := of.MethodByName("Get"); ok { // of models.Nullable
			of = get.Type.Out(0)
		}
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		if values, ok := reflect.Zero(of).Interface().(vocabulary); ok {
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			found[name] = values.Values()
		}
		vocabulariesOf(of, found, seen)
	}
	return found
}

// formerValues are those that the platform took once, with what they are today.
var formerValues = map[string]map[string]string{"data_type": {"blob": "file"}}

// value warns of the value of a member that the contract does not list. The
// platform adds values, and drops some, so none is an error.
func (c *checker) value(path jsontext.Pointer, value string) {
	member := path.LastToken()
	listed, ok := vocabularies[member]
	if !ok || slices.Contains(listed, value) {
		return
	}
	if today, ok := formerValues[member][value]; ok {
		c.add(CodeValue, path, "%s is an old value; today it is %s", value, today)
		return
	}
	c.add(CodeValue, path, "the contract does not know this value, which is kept; it knows %s", sentence(listed))
}

// sentence lists values as they read in a sentence.
func sentence(values []string) string {
	last := len(values) - 1
	if last < 1 {
		return strings.Join(values, "")
	}
	return strings.Join(values[:last], ", ") + " and " + values[last]
}
