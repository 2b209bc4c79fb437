package archive

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// What is secret goes by the shape of the data, wherever it stands: an object
// that says secret, as {name, value, secret: true}, is one. Everything that shows
// or passes on values asks here.

// WithoutSecrets returns content without the values of secrets, as an export may
// hold it: of environment variables, and of objects in members that the contract
// does not know. The argument is not changed.
func WithoutSecrets(content Content) Content { return hideAll(content, nil) }

// MaskSecrets returns content with null for the values of secrets, as a response
// may show it. [HiddenMembers] says what those are. The argument is not changed.
func MaskSecrets(content Content) Content { return hideAll(content, jsontext.Value("null")) }

// HiddenMembers returns the members of an object that must not be shown, sorted:
// nil if it is not a JSON object that says secret. Of one that does, everything but
// its name and what is true, false or null may be a part of the secret.
func HiddenMembers(object jsontext.Value) []string {
	var m members
	if json.Unmarshal(object, &m) != nil || !isSecret(m) {
		return nil
	}
	return slices.DeleteFunc(keys(m, nil), func(name string) bool { return !hides(name, m[name]) })
}

// hides reports whether a member of a secret may be a part of it.
func hides(name string, value jsontext.Value) bool {
	switch value.Kind() {
	case jsontext.KindNull, jsontext.KindTrue, jsontext.KindFalse:
		return false
	default:
		return name != "name" && name != "secret"
	}
}

// isSecret reports whether an object says that it is secret. A member that the
// contract does not know may say so with more than true, but text says so in a
// variable only: a label may be called secret too.
func isSecret(object members) bool {
	switch flag := object["secret"]; flag.Kind() {
	case jsontext.KindInvalid, jsontext.KindNull, jsontext.KindFalse:
		return false
	case jsontext.KindString:
		_, hasValue := object["value"]
		_, hasName := object["name"]
		no := []string{`""`, `"false"`, `"no"`, `"off"`, `"n"`, `"0"`}
		return (hasValue || hasName) && !slices.Contains(no, strings.ToLower(string(flag)))
	default:
		return string(flag) != "0"
	}
}

func saysSecret(v jsontext.Value) bool {
	var object members
	return json.Unmarshal(v, &object) == nil && isSecret(object)
}

// holdsSecret reports whether v is or holds an object that says secret.
func holdsSecret(v jsontext.Value) bool {
	switch v.Kind() {
	case jsontext.KindBeginObject:
		var object members
		if json.Unmarshal(v, &object) != nil || isSecret(object) {
			return true // what cannot be read is not shown
		}
		for _, member := range object {
			if holdsSecret(member) {
				return true
			}
		}
	case jsontext.KindBeginArray:
		var list []jsontext.Value
		if json.Unmarshal(v, &list) != nil {
			return true
		}
		return slices.ContainsFunc(list, holdsSecret)
	default:
	}
	return false
}

// withoutEmpty makes the empty value of a secret variable the same as none.
func withoutEmpty(value jsontext.Value, variable members) jsontext.Value {
	if string(value) == `""` && isSecret(variable) {
		return nil
	}
	return value
}

func hideAll(content Content, instead jsontext.Value) Content {
	h := hiding{instead}
	content.Deployments = hidden(h, content.Deployments, deploymentDocument.shape)
	content.Pipelines = hidden(h, content.Pipelines, pipelineDocument.shape)
	content.Environments = hidden(h, content.Environments, environmentDocument.shape)
	content.Services = hidden(h, content.Services, serviceDocument.shape)
	content.EnvironmentVariables = hidden[models.EnvironmentVariable](h, content.EnvironmentVariables, variableDocument.shape)
	content.Unknown, _ = h.value(content.Unknown, free)
	return content
}

// hidden hides what is secret in the objects of a dictionary. Most hold nothing of
// the kind, and stay what they are.
func hidden[T any](h hiding, objects map[string]T, s *shape) map[string]T {
	if objects == nil {
		return nil
	}
	out := make(map[string]T, len(objects))
	for name, object := range objects {
		out[name] = object
		data, err := json.Marshal(object)
		if err == nil {
			var changed bool
			if data, changed = h.value(data, s); !changed {
				continue
			}
		}
		var shown T // without anything, if it has no JSON form
		if err == nil {
			err = json.Unmarshal(data, &shown)
		}
		if err != nil {
			shown = *new(T)
		}
		out[name] = shown
	}
	return out
}

// hiding puts a value in the place of what is secret, or nothing.
type hiding struct{ instead jsontext.Value }

// value returns v as it may be shown, and whether that is another value.
func (h hiding) value(v jsontext.Value, s *shape) (jsontext.Value, bool) {
	if !bytes.Contains(v, []byte("secret")) && bytes.IndexByte(v, '\\') < 0 { // a name can be written with escapes
		return v, false
	}
	switch {
	case v.Kind() == jsontext.KindBeginArray && (s.kind == list || s.kind == anything):
		return h.list(v, s)
	case v.Kind() == jsontext.KindBeginObject:
		return h.object(v, s)
	}
	return v, false
}

func (h hiding) list(v jsontext.Value, s *shape) (jsontext.Value, bool) {
	var all []jsontext.Value
	if json.Unmarshal(v, &all) != nil {
		return jsontext.Value("null"), true
	}
	elem, changed := s.elem, false
	if elem == nil {
		elem = free
	}
	for i := range all {
		var other bool
		all[i], other = h.value(all[i], elem)
		changed = changed || other
	}
	return rewritten(v, all, changed)
}

func (h hiding) object(v jsontext.Value, s *shape) (jsontext.Value, bool) {
	var object members
	if json.Unmarshal(v, &object) != nil {
		return jsontext.Value("null"), true
	}
	_, ofVariable := s.fields["secret"]
	byName := s.kind == dictionary || s.kind == variables // its members are objects, not what it says itself
	secret, changed := !byName && isSecret(object), false
	for name, member := range object {
		of, known := s.fields[name]
		switch {
		case byName:
			of = s.elem
		case !known:
			of = free
		}
		if secret && hides(name, member) && (ofVariable || !known) {
			changed = true
			if object[name] = h.instead; h.instead == nil {
				delete(object, name)
			}
			continue
		}
		shown, other := h.value(member, of)
		if other {
			object[name], changed = shown, true
		}
	}
	return rewritten(v, object, changed)
}

func rewritten(v jsontext.Value, changed any, isChanged bool) (jsontext.Value, bool) {
	if !isChanged {
		return v, false
	}
	data, err := json.Marshal(changed, json.Deterministic(true))
	if err != nil {
		return jsontext.Value("null"), true // what cannot be written is not shown
	}
	return data, true
}
