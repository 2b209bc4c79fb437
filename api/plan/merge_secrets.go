package plan

import (
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
)

// Reading shows null for what is secret, see [archive.MaskSecrets]. What was
// read and is sent back must mean what was scanned.

// restored returns what is sent in the place of what was scanned, with the parts
// of secrets that are null in it. Elements of lists are the same if they have the
// same name or, in a list whose elements have none, the same place.
func restored(scanned, sent jsontext.Value) jsontext.Value {
	switch {
	case len(archive.HiddenMembers(scanned)) == 0 && !mayHold(scanned):
		return sent
	case scanned.Kind() == jsontext.KindBeginObject && sent.Kind() == jsontext.KindBeginObject:
		return restoredObject(scanned, sent)
	case scanned.Kind() == jsontext.KindBeginArray && sent.Kind() == jsontext.KindBeginArray:
		return restoredList(scanned, sent)
	}
	return sent
}

// mayHold reports whether it is worth to look for a secret in a value.
func mayHold(v jsontext.Value) bool {
	return v.Kind() == jsontext.KindBeginObject || v.Kind() == jsontext.KindBeginArray
}

func restoredObject(scanned, sent jsontext.Value) jsontext.Value {
	var base, out, changes object
	if json.Unmarshal(scanned, &base) != nil || json.Unmarshal(sent, &out) != nil || json.Unmarshal(sent, &changes) != nil {
		return sent
	}
	hidden := archive.HiddenMembers(scanned)
	for key, value := range changes {
		switch {
		case value.Kind() != 'n':
			out[key] = restored(base[key], value)
		case slices.Contains(hidden, key):
			out[key] = base[key]
		}
	}
	kept, err := keepSecret(hidden, changes, out)
	if err != nil {
		return sent
	}
	return kept
}

func restoredList(scanned, sent jsontext.Value) jsontext.Value {
	var base, out []jsontext.Value
	if json.Unmarshal(scanned, &base) != nil || json.Unmarshal(sent, &out) != nil {
		return sent
	}
	byName := map[string]jsontext.Value{}
	for _, element := range base {
		if name := nameOf(element); name != "" {
			byName[name] = element
		}
	}
	for i, element := range out {
		switch name := nameOf(element); {
		case name != "":
			out[i] = restored(byName[name], element)
		case len(byName) == 0 && len(base) == len(out):
			out[i] = restored(base[i], element)
		}
	}
	data, err := json.Marshal(out)
	if err != nil {
		return sent
	}
	return data
}

// nameOf returns the name of an object, "" for none.
func nameOf(v jsontext.Value) string {
	var named struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(v, &named) != nil {
		return ""
	}
	return named.Name
}

// keepSecret writes what a secret has become. One that is not a secret any more loses
// what was scanned of it: nobody may read it by saying so, it has to be given again.
func keepSecret(hidden []string, changes, out object) (jsontext.Value, error) {
	data, err := json.Marshal(out)
	if err != nil || len(hidden) == 0 {
		return data, err
	}
	still := archive.HiddenMembers(data)
	for _, key := range hidden {
		if given, ok := changes[key]; (!ok || given.Kind() == 'n') && !slices.Contains(still, key) {
			delete(out, key)
		}
	}
	return json.Marshal(out)
}
