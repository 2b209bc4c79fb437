package plan

import (
	"path"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Globs choose objects by name, each with everything in it. The patterns are
// those of [path.Match], but that * and ? match a slash too. Without any pattern,
// they choose everything.
type Globs struct {
	Deployments  []string `json:"deployments,omitzero"`
	Pipelines    []string `json:"pipelines,omitzero"`
	Environments []string `json:"environments,omitzero"`
	Services     []string `json:"services,omitzero"`
	Variables    []string `json:"variables,omitzero"` // of the project
}

// Dependency is an object that is taken although no pattern chose it.
type Dependency struct {
	Item
	By Item // what refers to it: a version, an object in a pipeline, an environment or a service
}

// String reads like "deployment scorer: needed by object score of nightly v1".
func (d Dependency) String() string { return d.Item.String() + ": needed by " + d.By.String() }

// Values says whether an export has the values of plain variables. It never has
// those of secrets.
type Values string

// With the values of plain variables, or without.
const (
	IncludeValues Values = "include"
	LeaveValues   Values = "leave"
)

// Choose returns the selection of an export that takes what globs choose out of
// content, and what those objects refer to, directly or through others: the
// deployments and pipelines in pipelines, the environments of versions and
// environments, the deployments of services. What was taken for that reason is
// listed, with one object that needs it. Variables of the project are not
// referred to: they come by a pattern of their own.
//
// A pattern that matches nothing or is not valid gives a [*RefusedError] with all
// of them.
func Choose(content archive.Content, globs Globs, values Values) (models.ExportCreate, []Dependency, error) {
	chosen, dependencies, err := globs.choose(content)
	if err != nil {
		return models.ExportCreate{}, nil, err
	}
	return selectAll(chosen, values == IncludeValues), dependencies, nil
}

// choose returns the chosen part of content.
func (g Globs) choose(content archive.Content) (archive.Content, []Dependency, error) {
	if len(g.Deployments)+len(g.Pipelines)+len(g.Environments)+len(g.Services)+len(g.Variables) == 0 {
		return content, nil, nil
	}
	var ps problems
	taken := map[jsontext.Pointer]bool{}
	match(&ps, taken, "deployments", content.Deployments, g.Deployments)
	match(&ps, taken, "pipelines", content.Pipelines, g.Pipelines)
	match(&ps, taken, "environments", content.Environments, g.Environments)
	match(&ps, taken, "services", content.Services, g.Services)
	match(&ps, taken, "environment_variables", content.EnvironmentVariables, g.Variables)
	if err := ps.err(); err != nil {
		return archive.Content{}, nil, err
	}
	dependencies := follow(content, taken)
	return subset(content, taken), dependencies, nil
}

// subset returns the taken objects of a project.
func subset(content archive.Content, taken map[jsontext.Pointer]bool) archive.Content {
	return archive.Content{
		Deployments:          these(content.Deployments, "deployments", taken),
		Pipelines:            these(content.Pipelines, "pipelines", taken),
		Environments:         these(content.Environments, "environments", taken),
		Services:             these(content.Services, "services", taken),
		EnvironmentVariables: these(content.EnvironmentVariables, "environment_variables", taken),
	}
}

// topsOf returns the places of the objects of a project.
func topsOf(content archive.Content) map[jsontext.Pointer]bool {
	tops := map[jsontext.Pointer]bool{}
	for _, item := range Items(content) {
		if len(item.Of) == 0 {
			tops[jsontext.Pointer(item.Place)] = true
		}
	}
	return tops
}

// match takes the objects of one kind that a pattern matches.
func match[T any](ps *problems, taken map[jsontext.Pointer]bool, kind string, objects map[string]T, patterns []string) {
	plain := strings.NewReplacer("/", "\x00") // a slash is a character like any other
	for _, pattern := range patterns {
		found := false
		for name := range objects {
			ok, err := path.Match(plain.Replace(pattern), plain.Replace(name))
			if err != nil {
				break
			}
			if ok {
				taken[at(kind, name)], found = true, true
			}
		}
		switch _, err := path.Match(pattern, ""); {
		case err != nil:
			ps.add(at(kind), "%q is not a valid pattern", pattern)
		case !found:
			ps.add(at(kind), "nothing matches %q", pattern)
		}
	}
}

// follow takes what the taken objects refer to until nothing is added. What
// content does not have, such as an environment of the platform, is not missed.
func follow(content archive.Content, taken map[jsontext.Pointer]bool) (added []Dependency) {
	for before := -1; before < len(added); {
		before = len(added)
		for r := range referencesIn(content) {
			needed := at(r.kind+"s", r.name)
			if offered, _ := r.find(content); offered && taken[at(r.in, r.of)] && !taken[needed] {
				taken[needed] = true
				added = append(added, Dependency{Item: itemAt(needed), By: itemAt(r.at)})
			}
		}
	}
	return added
}

// these returns the taken objects of one kind.
func these[T any](objects map[string]T, kind string, taken map[jsontext.Pointer]bool) map[string]T {
	var out map[string]T
	for name, object := range objects {
		if taken[at(kind, name)] {
			if out == nil {
				out = map[string]T{}
			}
			out[name] = object
		}
	}
	return out
}
