package archive

import (
	"reflect"
	"strings"
	"testing"
)

func TestDocument_everyMemberOfTheContractHasAFormInYAML(t *testing.T) {
	t.Parallel()
	for _, unformed := range unformed(contentShape, reflect.TypeFor[Content]()) {
		t.Errorf("%s; give it one in api/archive/document_shape.go", unformed)
	}
	type model struct {
		Odd     chan int `json:"odd"`
		Unknown []byte   `json:",embed"`
	}
	if found := unformed(shapeOf(reflect.TypeFor[map[string]model]()), reflect.TypeFor[map[string]model]()); len(found) != 1 || found[0] != "model.odd has no form for chan int" {
		t.Errorf("found %q", found)
	}
}

// unformed names the members for whose type there is no form.
func unformed(s *shape, of reflect.Type) []string {
	for of.Kind() != reflect.Struct || of.NumField() == 0 || s.kind != object {
		if get, ok := of.MethodByName("Get"); ok {
			of = get.Type.Out(0)
			continue
		}
		switch of.Kind() {
		case reflect.Pointer, reflect.Map, reflect.Slice:
			of = of.Elem()
			if s.elem != nil {
				s = s.elem
			}
			continue
		default:
			return nil
		}
	}
	var found []string
	for field := range of.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if member := s.fields[name]; member != nil {
			if member.unknown != nil {
				found = append(found, of.Name()+"."+name+" has no form for "+member.unknown.String())
			}
			found = append(found, unformed(member, field.Type)...)
		}
	}
	return found
}
