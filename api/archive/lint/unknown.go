package lint

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// members finds the members that the models keep as Unknown, and values that
// the contract does not list, at every level, whatever the models are. Those of
// services are left out: nobody documents any.
func (c *checker) members(path jsontext.Pointer, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		c.value(path, v.String())
	case reflect.Pointer:
		if !v.IsNil() {
			c.members(path, v.Elem())
		}
	case reflect.Map:
		if v.Type().Elem().Kind() == reflect.Struct && v.Type().Elem() != reflect.TypeFor[models.Service]() {
			for name, object := range v.Seq2() {
				c.members(path.AppendToken(name.String()), object)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Struct {
			for i := range v.Len() {
				c.members(path.AppendToken(elementName(v.Index(i).Interface(), i)), v.Index(i))
			}
		}
	case reflect.Struct:
		if get := v.MethodByName("Get"); get.IsValid() { // models.Nullable
			if value := get.Call(nil); value[1].Bool() {
				c.members(path, value[0])
			}
			return
		}
		for f, value := range v.Fields() {
			if unknown, ok := value.Interface().(jsontext.Value); ok && f.Name == "Unknown" {
				for _, key := range keysOf(unknown) {
					c.add(CodeUnknownKey, path.AppendToken(key), "the contract does not know this key; it is kept")
				}
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			c.members(path.AppendToken(name), value)
		}
	default:
	}
}

// keysOf returns the members of what is Unknown in a model.
func keysOf(unknown jsontext.Value) []string {
	var object map[string]jsontext.Value
	if len(unknown) == 0 || json.Unmarshal(unknown, &object) != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(object))
}

// elementName returns what leads to an element of a list.
func elementName(v any, i int) string {
	switch v := v.(type) {
	case models.Field:
		return element(v.Name, i)
	case models.PipelineObject:
		return element(v.Name, i)
	case models.Attachment:
		return element(v.DestinationName, i)
	case models.AttachmentSource:
		return element(v.SourceName, i)
	case models.FieldMapping:
		return mappingElement(v, i)
	}
	return strconv.Itoa(i)
}

func element(name string, i int) string {
	if name == "" {
		return strconv.Itoa(i)
	}
	return name
}

func mappingElement(m models.FieldMapping, i int) string {
	if m.SourceFieldName == "" || m.DestinationFieldName == "" {
		return strconv.Itoa(i)
	}
	return m.SourceFieldName + "->" + m.DestinationFieldName
}
