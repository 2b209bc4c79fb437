package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// object is a JSON object, member by member. Merging at this level keeps
// members that the contract does not name without a rule for each.
type object = map[string]jsontext.Value

// dictionaries are the members of an object that hold objects by name, each
// with those of its own. A member of such a name elsewhere is an unknown one.
type dictionaries map[string]dictionaries

var kinds = dictionaries{
	"deployments": {"versions": {"environment_variables": nil}, "environment_variables": nil},
	"pipelines":   {"versions": nil},
}

// merge returns what update makes of scanned.
func merge(ps *problems, scanned archive.Content, update models.ImportUpdate) (archive.Content, error) {
	named := update.Deployments != nil || update.Pipelines != nil || update.Environments != nil ||
		update.EnvironmentVariables != nil || update.Services != nil
	if !named {
		if len(update.Unknown) > 0 {
			ps.add("/", "names nothing that can be created")
		}
		return scanned, nil
	}
	var base, over object
	if err := convert(scanned, &base); err != nil {
		return archive.Content{}, err
	}
	update.Unknown = nil // of the body itself: no part of any object
	if err := convert(update, &over); err != nil {
		return archive.Content{}, err
	}
	merged := make(object, len(over))
	for _, kind := range slices.Sorted(maps.Keys(over)) {
		objects, err := mergeNamed(ps, jsontext.Pointer("").AppendToken(kind), base[kind], over[kind], kinds[kind])
		if err != nil {
			return archive.Content{}, err
		}
		merged[kind] = objects
	}
	var out archive.Content
	err := convert(merged, &out)
	return out, err
}

// mergeNamed merges dictionaries: exactly what over names, each of which base
// has to have.
func mergeNamed(ps *problems, path jsontext.Pointer, base, over jsontext.Value, inside dictionaries) (jsontext.Value, error) {
	var baseNames, overNames object
	if len(base) > 0 {
		if err := json.Unmarshal(base, &baseNames); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	if err := json.Unmarshal(over, &overNames); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out := make(object, len(overNames))
	for _, name := range slices.Sorted(maps.Keys(overNames)) {
		scanned, ok := baseNames[name]
		if !ok {
			ps.add(path.AppendToken(name), "is not in the archive")
			continue
		}
		merged, err := mergeObject(ps, path.AppendToken(name), scanned, overNames[name], inside)
		if err != nil {
			return nil, err
		}
		out[name] = merged
	}
	return json.Marshal(out)
}

// mergeObject merges the members of one object: absent as scanned, null the
// default, versions and variables by name, everything else replaced.
func mergeObject(ps *problems, path jsontext.Pointer, base, over jsontext.Value, inside dictionaries) (jsontext.Value, error) {
	var out, changes object
	if err := json.Unmarshal(base, &out); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := json.Unmarshal(over, &changes); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	hidden := archive.HiddenMembers(base)
	for key, change := range sorted(changes) {
		dictionary, ok := inside[key]
		switch {
		case ok:
			merged, err := mergeNamed(ps, path.AppendToken(key), out[key], change, dictionary)
			if err != nil {
				return nil, err
			}
			out[key] = merged
		case change.Kind() != 'n':
			out[key] = restored(out[key], change)
		case key != "value" && !slices.Contains(hidden, key):
			// Null is what reading shows of a secret. Sent back, it must not
			// take away what was scanned.
			delete(out, key)
		}
	}
	return keepSecret(hidden, changes, out)
}

func convert(from, to any) error {
	data, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, to)
}
