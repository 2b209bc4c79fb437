package plan

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// references reports what would lead nowhere once create is created in the
// target: references in create and, if it overwrites what they lead to now,
// those in objects that stay as they are.
//
// An environment is missed only if the archive offers it, since the platform has
// some of its own that nothing here knows. Its tags are not looked at, nor are
// default versions: an archive may hold a deployment without them.
func (c Confirmation) references(ps *problems, create archive.Content) {
	target := c.Target
	after := archive.Content{
		Deployments:  overlay(target.Deployments, create.Deployments),
		Pipelines:    overlay(target.Pipelines, create.Pipelines),
		Environments: overlay(target.Environments, create.Environments),
		Services:     overlay(target.Services, create.Services),
	}
	created := map[string]func(name string) bool{
		"deployments": func(name string) bool { return has(create.Deployments, name) },
		"pipelines":   func(name string) bool { return has(create.Pipelines, name) },
		"services":    func(name string) bool { return has(create.Services, name) },
	}
	for r := range referencesIn(after) {
		if r.kind == "environment" && !has(c.Scanned.Environments, r.name) {
			continue
		}
		reason := r.dangles(after)
		switch {
		case reason == "":
		case created[r.in](r.of):
			ps.add(r.at, "%s", reason)
		case c.OnConflict == Overwrite && r.dangles(target) == "":
			ps.add(r.at, "%s any more, which this %s of the project needs", reason, strings.TrimSuffix(r.in, "s"))
		}
	}
}

// A reference is a name by which one object of a project needs another.
type reference struct {
	in, of  string           // the object that has it, as in "pipelines" and its name
	at      jsontext.Pointer // its place in a content
	kind    string           // what it names, as in "deployment"
	name    string
	version string // may be empty: the default version
}

// referencesIn ranges over all references in a content, in a fixed order.
func referencesIn(content archive.Content) iter.Seq[reference] {
	return func(yield func(reference) bool) {
		_ = environmentsOf(content, yield) && objectsOf(content, yield) && deploymentsOf(content, yield)
	}
}

// environmentsOf yields the environments that versions run in. Since client
// 4.15.0 their member is environment_name.
func environmentsOf(content archive.Content, yield func(reference) bool) bool {
	for name, d := range sorted(content.Deployments) {
		for version, v := range sorted(d.Versions) {
			environment := cmp.Or(v.EnvironmentName.Or(""), v.Environment.Or(""))
			if environment != "" && !yield(reference{in: "deployments", of: name,
				at: at("deployments", name, "versions", version), kind: "environment", name: environment}) {
				return false
			}
		}
	}
	return true
}

// objectsOf yields what the objects in pipelines are.
func objectsOf(content archive.Content, yield func(reference) bool) bool {
	for name, p := range sorted(content.Pipelines) {
		for version, v := range sorted(p.Versions) {
			for _, o := range v.Objects.Or(nil) {
				if !yield(reference{in: "pipelines", of: name,
					at:   at("pipelines", name, "versions", version, "objects", o.Name),
					kind: string(o.ReferenceType.Or(models.ReferenceTypeDeployment)), name: o.ReferenceName, version: o.ReferenceVersion.Or("")}) {
					return false
				}
			}
		}
	}
	return true
}

// deploymentsOf yields the deployments that services make reachable. A service
// that leads to another cluster has none.
func deploymentsOf(content archive.Content, yield func(reference) bool) bool {
	for name, s := range sorted(content.Services) {
		deployment := s.Deployment.Or("")
		if deployment != "" && !yield(reference{in: "services", of: name,
			at: at("services", name), kind: "deployment", name: deployment, version: s.Version.Or("")}) {
			return false
		}
	}
	return true
}

// dangles says why a reference leads nowhere in content, or nothing. What it
// names may be of a kind that only the platform knows, an operator for instance.
func (r reference) dangles(content archive.Content) string {
	var found, versionFound bool
	switch r.kind {
	case "deployment":
		var d models.Deployment
		d, found = content.Deployments[r.name]
		versionFound = has(d.Versions, r.version)
	case "pipeline":
		var p models.Pipeline
		p, found = content.Pipelines[r.name]
		versionFound = has(p.Versions, r.version)
	case "environment":
		found = has(content.Environments, r.name)
	default:
		return ""
	}
	switch {
	case !found:
		return fmt.Sprintf("%s %q is neither created nor in the project", r.kind, r.name)
	case r.version != "" && !versionFound:
		return fmt.Sprintf("%s %q has no version %q", r.kind, r.name, r.version)
	}
	return ""
}

func has[T any](objects map[string]T, name string) bool {
	_, ok := objects[name]
	return ok
}

func overlay[T any](base, over map[string]T) map[string]T {
	if len(over) == 0 {
		return base
	}
	out := make(map[string]T, len(base)+len(over))
	maps.Copy(out, base)
	maps.Copy(out, over)
	return out
}
