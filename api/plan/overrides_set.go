package plan

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// set gives members their values. It works on JSON, so that it knows all members.
func (o Overrides) set(ps *problems, content archive.Content) (archive.Content, error) {
	if len(o.Set) == 0 {
		return content, nil
	}
	places := map[string]bool{}
	for _, item := range Items(content) {
		places[item.Place] = true
	}
	content.Unknown = nil
	data, err := json.Marshal(content)
	if err != nil {
		return content, err
	}
	var tree map[string]map[string]jsontext.Value
	if err := json.Unmarshal(data, &tree); err != nil {
		return content, err
	}
	for pointer, value := range sorted(o.Set) {
		path := slices.Collect(jsontext.Pointer(pointer).Tokens())
		if reason := unsettable(places, path, value); reason != "" {
			ps.add(jsontext.Pointer(pointer), "%s", reason)
			continue
		}
		updated, err := setIn(tree[path[0]][path[1]], path[2:], value)
		if err != nil {
			ps.add(jsontext.Pointer(pointer), "%v", err)
			continue
		}
		tree[path[0]][path[1]] = updated
	}
	if data, err = json.Marshal(tree); err != nil {
		return content, err
	}
	var out archive.Content
	return out, json.Unmarshal(data, &out)
}

// unsettable says why the member at a path cannot be set, or nothing.
func unsettable(places map[string]bool, path []string, value jsontext.Value) string {
	member := 2 // the object is what is before
	if len(path) > 3 && path[2] == "versions" {
		member = 4
	}
	switch {
	case len(path) >= 1 && path[0] == "environment_variables", len(path) > member && path[member] == "environment_variables":
		return "a variable cannot be set: give it a value by a reference, under values"
	case len(path) <= member || path[member] == "versions":
		return "is not a member of an object"
	case !places[string(at(path[:member]...))]:
		return "belongs to nothing in the archive"
	case path[member] == "zip":
		return "a package cannot be set"
	}
	if !bytes.Equal(shown(value), value) {
		return "a secret cannot be set"
	}
	return ""
}

// shown returns a value without what is secret in it.
func shown(v jsontext.Value) jsontext.Value {
	around := archive.Content{Unknown: jsontext.Value(`{"value":` + string(v) + `}`)}
	var inside struct {
		Value jsontext.Value `json:"value"`
	}
	if json.Unmarshal(archive.WithoutSecrets(around).Unknown, &inside) != nil {
		return nil
	}
	return inside.Value
}

// setIn returns v with another value at a path in it.
func setIn(v jsontext.Value, path []string, value jsontext.Value) (jsontext.Value, error) {
	switch kind := v.Kind(); {
	case len(path) == 0:
		return value, nil
	case kind == jsontext.KindBeginArray:
		return setInList(v, path, value)
	case kind == jsontext.KindBeginObject, kind == jsontext.KindNull, v == nil: // an absent member becomes an object
		return setInObject(v, path, value)
	}
	return nil, fmt.Errorf("%s is in neither an object nor a list", path[0])
}

func setInList(v jsontext.Value, path []string, value jsontext.Value) (jsontext.Value, error) {
	var list []jsontext.Value
	if err := json.Unmarshal(v, &list); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(element jsontext.Value) bool {
		var named struct {
			Name *string `json:"name"`
		}
		return json.Unmarshal(element, &named) == nil && named.Name != nil && *named.Name == path[0]
	})
	if index, err := strconv.Atoi(path[0]); i < 0 && err == nil {
		i = index
	}
	if i < 0 || i >= len(list) {
		return nil, fmt.Errorf("the list has no element %q", path[0])
	}
	updated, err := setIn(list[i], path[1:], value)
	if err != nil {
		return nil, err
	}
	list[i] = updated
	return json.Marshal(list)
}

func setInObject(v jsontext.Value, path []string, value jsontext.Value) (jsontext.Value, error) {
	members := map[string]jsontext.Value{}
	if v.Kind() == jsontext.KindBeginObject {
		if err := json.Unmarshal(v, &members); err != nil {
			return nil, err
		}
	}
	updated, err := setIn(members[path[0]], path[1:], value)
	if err != nil {
		return nil, err
	}
	members[path[0]] = updated
	data, err := json.Marshal(members, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	var public map[string]jsontext.Value
	if json.Unmarshal(shown(data), &public) != nil || !has(public, path[0]) {
		return nil, errors.New("a secret cannot be set")
	}
	return data, nil
}
