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
// is no difference.
var identities = [][]string{{"name"}, {"destination_name"}, {"source_name"}, {"source_field_name", "destination_field_name"}}

func byIndex(list []jsontext.Value) members {
	m := make(members, len(list))
	for i, v := range list {
		m[strconv.Itoa(i)] = v
	}
	return m
}

// byName returns nil where two elements have one name.
func byName(list []jsontext.Value, identity []string) members {
	m := make(members, len(list))
	for _, v := range list {
		var element members
		if json.Unmarshal(v, &element) != nil {
			return nil
		}
		parts := make([]string, len(identity))
		for i, member := range identity {
			if json.Unmarshal(element[member], &parts[i]) != nil {
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
