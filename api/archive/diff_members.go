package archive

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// members is a JSON object, or a list whose elements have names.
type members = map[string]jsontext.Value

// identities are the members that name the elements of a list, so that order
// is not a difference.
var identities = [][]string{{"name"}, {"destination_name"}, {"source_name"}, {"source_field_name", "destination_field_name"}}

func byIndex(list []jsontext.Value) members {
	m := make(members, len(list))
	for i, v := range list {
		m[strconv.Itoa(i)] = v
	}
	return m
}

// byName returns nil if two elements have one name, or one has none.
func byName(list []jsontext.Value, identity []string) members {
	m := make(members, len(list))
	for _, v := range list {
		var element members
		if json.Unmarshal(v, &element) != nil {
			return nil
		}
		parts := make([]string, len(identity))
		for i, member := range identity {
			if json.Unmarshal(element[member], &parts[i]) != nil || parts[i] == "" {
				return nil
			}
		}
		name := strings.Join(parts, "->")
		if _, twice := m[name]; twice {
			return nil
		}
		m[name] = v
	}
	return m
}

// withoutImportLabel returns labels without the one that an import sets.
func withoutImportLabel(v jsontext.Value) jsontext.Value {
	var labels map[string]string
	if v == nil || json.Unmarshal(v, &labels) != nil {
		return v
	}
	delete(labels, "import")
	if len(labels) == 0 {
		return nil
	}
	rest, err := json.Marshal(labels, json.Deterministic(true))
	if err != nil {
		return v
	}
	return rest
}

func both[T any](old, updated jsontext.Value) (before, after T, err error) {
	if old != nil {
		err = json.Unmarshal(old, &before)
	}
	if updated != nil {
		err = errors.Join(err, json.Unmarshal(updated, &after))
	}
	return before, after, err
}

func keys(a, b members) []string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(all)
	return slices.Compact(all)
}

// defaults are the named defaults: the values that mean the same as no value,
// by member, in any object of the contract. Null means it for every member.
// One more depends on its object: the value "" of a secret variable, which is
// how archives leave the value of a secret out.
//
// Numbers and booleans of versions are not here: what the platform takes for
// a missing one is documented nowhere, and changes.
var defaults = map[string]string{
	// The page's examples and real archives write these for nothing.
	"description":       `""`,
	"display_name":      `""`,
	"labels":            `{}`,
	"reference_version": `""`,

	// Documented.
	"reference_type": `"deployment"`,

	// A variable is plain unless it says otherwise.
	"secret": `false`,

	// No object and no setting has an empty name.
	"default_version":          `""`,
	"base_environment":         `""`,
	"environment":              `""`,
	"instance_type":            `""`,
	"instance_type_group_name": `""`,
	"language":                 `""`,
	"deployment_mode":          `""`,
	"request_retention_mode":   `""`,
	"scaling_strategy":         `""`,

	// An empty collection has nothing to differ in.
	"configuration":         `{}`,
	"deployments":           `{}`,
	"pipelines":             `{}`,
	"environments":          `{}`,
	"services":              `{}`,
	"versions":              `{}`,
	"environment_variables": `{}`,
	"input_fields":          `[]`,
	"output_fields":         `[]`,
	"objects":               `[]`,
	"attachments":           `[]`,
	"sources":               `[]`,
	"mapping":               `[]`,
	"ports":                 `[]`,
}

// withoutDefault makes null and a named default the same as an absent member.
func withoutDefault(name string, v jsontext.Value) jsontext.Value {
	if v == nil || v.Kind() == jsontext.KindNull || string(v) == defaults[name] {
		return nil
	}
	return v
}
