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
		"deployments":  func(name string) bool { return has(create.Deployments, name) },
		"pipelines":    func(name string) bool { return has(create.Pipelines, name) },
		"environments": func(name string) bool { return has(create.Environments, name) },
		"services":     func(name string) bool { return has(create.Services, name) },
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

	// rename writes another name into the content, whose dictionaries of
	// versions and lists of objects have to be the caller's own.
	rename func(name string)
}

// referencesIn ranges over all references in a content, in a fixed order.
func referencesIn(content archive.Content) iter.Seq[reference] {
	return func(yield func(reference) bool) {
		_ = environmentsOf(content, yield) && objectsOf(content, yield) && deploymentsOf(content, yield)
	}
}

// environmentsOf yields the environments that versions run in, and those that
// other environments build on. Since client 4.15.0 the member of a version is
// environment_name.
func environmentsOf(content archive.Content, yield func(reference) bool) bool {
	for of, d := range sorted(content.Deployments) {
		for version, v := range sorted(d.Versions) {
			name := cmp.Or(v.EnvironmentName.Or(""), v.Environment.Or(""))
			if name != "" && !yield(reference{in: "deployments", of: of,
				at: at("deployments", of, "versions", version), kind: "environment", name: name,
				rename: func(to string) {
					v := d.Versions[version]
					renameIn(&v.EnvironmentName, name, to)
					renameIn(&v.Environment, name, to)
					d.Versions[version] = v
				}}) {
				return false
			}
		}
	}
	for of, e := range sorted(content.Environments) {
		name := e.BaseEnvironment.Or("")
		if name != "" && !yield(reference{in: "environments", of: of, at: at("environments", of), kind: "environment", name: name,
			rename: func(to string) {
				e := content.Environments[of]
				renameIn(&e.BaseEnvironment, name, to)
				content.Environments[of] = e
			}}) {
			return false
		}
	}
	return true
}

func renameIn(member *models.Nullable[string], from, to string) {
	if member.Or("") == from {
		*member = models.Value(to)
	}
}

// objectsOf yields what the objects in pipelines are.
func objectsOf(content archive.Content, yield func(reference) bool) bool {
	for of, p := range sorted(content.Pipelines) {
		for version, v := range sorted(p.Versions) {
			objects := v.Objects.Or(nil)
			for i, o := range objects {
				if !yield(reference{in: "pipelines", of: of,
					at:   at("pipelines", of, "versions", version, "objects", o.Name),
					kind: string(o.ReferenceType.Or(models.ReferenceTypeDeployment)), name: o.ReferenceName, version: o.ReferenceVersion.Or(""),
					rename: func(to string) { objects[i].ReferenceName = to }}) {
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
	for of, s := range sorted(content.Services) {
		name := s.Deployment.Or("")
		if name != "" && !yield(reference{in: "services", of: of,
			at: at("services", of), kind: "deployment", name: name, version: s.Version.Or(""),
			rename: func(to string) {
				s := content.Services[of]
				renameIn(&s.Deployment, name, to)
				content.Services[of] = s
			}}) {
			return false
		}
	}
	return true
}

// dangles says why a reference leads nowhere in content, or nothing. What it
// names may be of a kind that only the platform knows, an operator for instance.
func (r reference) dangles(content archive.Content) string {
	found, versions := r.find(content)
	switch {
	case versions == nil:
		return ""
	case !found:
		return fmt.Sprintf("%s %q is neither created nor in the project", r.kind, r.name)
	case r.version != "" && !versions(r.version):
		return fmt.Sprintf("%s %q has no version %q", r.kind, r.name, r.version)
	}
	return ""
}

// find tells whether content has what r names, and which versions that has; nil
// for a kind of object that no content has.
func (r reference) find(content archive.Content) (found bool, versions func(name string) bool) {
	switch r.kind {
	case "deployment":
		d, ok := content.Deployments[r.name]
		return ok, func(name string) bool { return has(d.Versions, name) }
	case "pipeline":
		p, ok := content.Pipelines[r.name]
		return ok, func(name string) bool { return has(p.Versions, name) }
	case "environment":
		return has(content.Environments, r.name), func(string) bool { return false }
	}
	return false, nil
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
