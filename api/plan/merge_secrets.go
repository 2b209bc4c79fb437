package plan

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/internal/secrets"
)

// Reading shows null for what is secret, see [archive.MaskSecrets]. What was
// read and is sent back must mean what was scanned.

// mergeMembers merges the members of JSON objects.
func mergeMembers(scanned, sent jsontext.Value) (jsontext.Value, error) {
	base, err := secrets.Tree(scanned)
	if err != nil {
		return nil, err
	}
	over, err := secrets.Tree(sent)
	if err != nil {
		return nil, err
	}
	before, changes := base.(map[string]any), over.(map[string]any) // models are objects
	hidden := secrets.Hidden(before)
	out := maps.Clone(before)
	for key, change := range changes {
		switch {
		case !isNull(change):
			out[key] = restored(before[key], change)
		case key != "value" && !slices.Contains(hidden, key):
			// Null is what reading shows of a secret. Sent back, it must not
			// take away what was scanned.
			delete(out, key)
		}
	}
	keepSecret(hidden, changes, out)
	return json.Marshal(out, json.Deterministic(true))
}

// restored returns what is sent in the place of what was scanned, with the parts
// of secrets that are null in it. Elements of lists are the same if they have the
// same name or, in a list whose elements have none, the same place.
func restored(scanned, sent any) any {
	switch sent := sent.(type) {
	case map[string]any:
		if scanned, ok := scanned.(map[string]any); ok {
			return restoredObject(scanned, sent)
		}
	case []any:
		if scanned, ok := scanned.([]any); ok {
			return restoredList(scanned, sent)
		}
	}
	return sent
}

func restoredObject(scanned, sent map[string]any) map[string]any {
	hidden := secrets.Hidden(scanned)
	out := maps.Clone(sent)
	for key, value := range sent {
		switch {
		case !isNull(value):
			out[key] = restored(scanned[key], value)
		case slices.Contains(hidden, key):
			out[key] = scanned[key]
		}
	}
	keepSecret(hidden, sent, out)
	return out
}

func restoredList(scanned, sent []any) []any {
	byName := map[string]any{}
	for _, element := range scanned {
		if name := nameOf(element); name != "" {
			byName[name] = element
		}
	}
	out := slices.Clone(sent)
	for i, element := range out {
		switch name := nameOf(element); {
		case name != "":
			out[i] = restored(byName[name], element)
		case len(byName) == 0 && len(scanned) == len(out):
			out[i] = restored(scanned[i], element)
		}
	}
	return out
}

// nameOf returns the name of an object, "" for none.
func nameOf(v any) string {
	object, _ := v.(map[string]any)
	name, _ := object["name"].(jsontext.Value)
	if name.Kind() != jsontext.KindString {
		return ""
	}
	text, err := jsontext.AppendUnquote(nil, name)
	if err != nil {
		return ""
	}
	return string(text)
}

// keepSecret changes what a secret has become. One that is not a secret any more
// loses what was scanned of it: nobody may read it by saying so, it has to be given
// again.
func keepSecret(hidden []string, changes, out map[string]any) {
	if len(hidden) == 0 {
		return
	}
	still := secrets.Hidden(out)
	for _, key := range hidden {
		if given, ok := changes[key]; (!ok || isNull(given)) && !slices.Contains(still, key) {
			delete(out, key)
		}
	}
}

func isNull(v any) bool {
	scalar, ok := v.(jsontext.Value)
	return ok && scalar.Kind() == jsontext.KindNull
}
