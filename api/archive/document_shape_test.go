package archive

import (
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
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

// Archives outlive the contract: what it requires beside the keys that the format
// documents is read as empty if it is missing, in objects at every depth.
func TestDocument_opensWithoutTheMembersThatTheContractRequires(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]*document{
		"deployment": deploymentDocument, "version": deploymentVersionDocument, "pipeline": pipelineDocument,
		"version of a pipeline": pipelineVersionDocument, "environment": environmentDocument, "service": serviceDocument,
	} {
		members, _ := hollow(doc.shape).(map[string]any)
		for _, member := range doc.reserved {
			delete(members, member)
		}
		for _, key := range doc.required {
			members[key] = "plain"
		}
		members[doc.nameKey] = "a"
		text, err := json.Marshal(members)
		if err != nil {
			t.Fatal(err)
		}
		_, warnings, err := doc.decode(text, "f.yaml", DefaultLimits(), doc.model())
		if err != nil {
			t.Errorf("%s: %v, from %s", name, err, text)
		}
		if name == "version of a pipeline" && len(warnings) < 4 {
			t.Errorf("%s: only the warnings %v, from %s", name, warnings, text)
		}
	}
}

// hollow is a value of a shape with every object inside, and nothing in those.
func hollow(s *shape) any {
	switch s.kind {
	case list:
		if s.elem.kind == object {
			return []any{hollow(s.elem)}
		}
	case object:
		members := map[string]any{}
		for name, field := range s.fields {
			if field.kind == list || field.kind == object {
				members[name] = hollow(field)
			}
		}
		return members
	default:
	}
	return nil
}
