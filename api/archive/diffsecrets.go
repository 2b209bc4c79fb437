package archive

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// isSecret reports whether an environment variable, or an object of a member
// that the contract does not know, says that it is secret. There it may say so
// with more than true.
func isSecret(object members) bool {
	switch flag := object["secret"]; flag.Kind() {
	case jsontext.KindInvalid, jsontext.KindNull, jsontext.KindFalse:
		return false
	default:
		return true
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
		for _, element := range list {
			if holdsSecret(element) {
				return true
			}
		}
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
