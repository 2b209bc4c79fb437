package plan

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/internal/variables"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Only returns overrides that take the objects of the project at places, as rows
// have them, out of what o takes from the archive, and what those refer to. What o
// says of the others is left out.
//
// The errors are those of [Overrides.Apply]. No place at all is a [*RefusedError]:
// without any pattern, overrides take everything.
func (o Overrides) Only(offered archive.Content, places []string) (Overrides, error) {
	chosen, _, err := o.Select.choose(offered)
	if err != nil {
		return Overrides{}, err
	}
	wanted, picked := map[string]bool{}, map[jsontext.Pointer]bool{}
	for _, place := range places {
		wanted[place] = true
	}
	o.Select = Globs{}
	patterns := map[string]*[]string{
		"deployments": &o.Select.Deployments, "pipelines": &o.Select.Pipelines, "environments": &o.Select.Environments,
		"services": &o.Select.Services, "environment_variables": &o.Select.Variables,
	}
	for place := range topsOf(chosen) {
		if into := patterns[place.Parent().LastToken()]; into != nil && wanted[string(o.Rename.place(place))] {
			picked[place] = true
			*into = append(*into, literal.Replace(place.LastToken()))
		}
	}
	if len(picked) == 0 {
		return Overrides{}, &RefusedError{Problems: []Problem{{Reason: "nothing is chosen"}}}
	}
	for _, names := range patterns {
		slices.Sort(*names)
	}
	follow(chosen, picked)
	return o.about(subset(chosen, picked), picked), nil
}

// literal makes patterns that match a name and nothing else.
var literal = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`)

// about returns overrides without what they say of objects that are not taken.
func (o Overrides) about(content archive.Content, taken map[jsontext.Pointer]bool) Overrides {
	names := map[string]bool{}
	variables.Map(content, func(place jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		names[place.LastToken()], names[string(place)] = true, true
		return v
	})
	o.Set = kept(o.Set, func(place string) bool { return taken[topOf(jsontext.Pointer(place))] })
	o.Values = kept(o.Values, func(variable string) bool { return names[variable] })
	for kind, renamed := range map[string]*map[string]string{
		"deployments": &o.Rename.Deployments, "pipelines": &o.Rename.Pipelines, "environments": &o.Rename.Environments, "services": &o.Rename.Services,
	} {
		*renamed = kept(*renamed, func(name string) bool { return taken[at(kind, name)] })
	}
	return o
}

func kept[T any](of map[string]T, keep func(key string) bool) map[string]T {
	of = maps.Clone(of)
	maps.DeleteFunc(of, func(key string, _ T) bool { return !keep(key) })
	return of
}

// Needed returns what the objects of content at places refer to, directly or through
// others, and is not among them: it is taken along with them.
func Needed(content archive.Content, places []string) []Dependency {
	taken := map[jsontext.Pointer]bool{}
	for _, place := range places {
		taken[jsontext.Pointer(place)] = true
	}
	return follow(content, taken)
}

// Needing returns why objects of content cannot be taken without those at places: one
// dependency for each object that refers to them, directly or through others, and is
// not among them. [Item.Top] of By is that object.
func Needing(content archive.Content, places []string) (needing []Dependency) {
	left := map[jsontext.Pointer]bool{}
	for _, place := range places {
		left[jsontext.Pointer(place)] = true
	}
	for before := -1; before < len(needing); {
		before = len(needing)
		for r := range referencesIn(content) {
			needed := at(r.kind+"s", r.name)
			if left[needed] && !left[at(r.in, r.of)] {
				left[at(r.in, r.of)] = true
				needing = append(needing, Dependency{Item: itemAt(needed), By: itemAt(r.at)})
			}
		}
	}
	return needing
}

// Usage is what the versions of deployments in a content run on.
type Usage struct {
	InstanceTypes []string // and groups of them, by name or id
	Environments  []string // those that the content has, too
}

// Used returns what a content uses, each once and sorted.
func Used(content archive.Content) Usage {
	types, environments := map[string]bool{}, map[string]bool{}
	for _, d := range content.Deployments {
		for _, v := range d.Versions {
			for _, member := range instanceTypes(&v) {
				if name, given := member.Get(); given {
					types[name] = true
				}
			}
		}
	}
	for name := range content.Environments {
		environments[name] = true
	}
	for r := range referencesIn(content) {
		if r.kind == "environment" {
			environments[r.name] = true
		}
	}
	return Usage{InstanceTypes: slices.Sorted(maps.Keys(types)), Environments: slices.Sorted(maps.Keys(environments))}
}

// Members returns the members of the object at a place, as a plan may show them:
// without what is a row of its own, packages, values of variables and other secrets.
// It returns nil if content has no such object.
func Members(content archive.Content, place string) (map[string]jsontext.Value, error) {
	path := jsontext.Pointer(place)
	object := subset(content, map[jsontext.Pointer]bool{topOf(path): true})
	for name, d := range object.Deployments { // the others may be thousands
		d.Versions = kept(d.Versions, func(version string) bool {
			return strings.HasPrefix(place+"/", string(at("deployments", name, "versions", version))+"/")
		})
		object.Deployments[name] = d
	}
	object = shareable(object)
	data, err := json.Marshal(&object)
	if err != nil {
		return nil, err
	}
	for token := range path.Tokens() {
		var members map[string]jsontext.Value
		if err := json.Unmarshal(data, &members); err != nil {
			return nil, err
		}
		if data = members[token]; data == nil {
			return nil, nil
		}
	}
	var members map[string]jsontext.Value
	err = json.Unmarshal(data, &members)
	delete(members, "versions")
	delete(members, "environment_variables")
	return members, err
}
