package plan

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// rename renames the objects of content, which must be its caller's own, and
// rewrites all references to them, and those to environments that are exchanged.
func (o Overrides) rename(ps *problems, content archive.Content) archive.Content {
	for r := range referencesIn(content) {
		to, ok := o.Rename.of(r.kind + "s")[r.name]
		if !ok && r.kind == "environment" {
			to, ok = o.Environments[r.name]
		}
		if ok {
			r.rename(to)
		}
	}
	content.Deployments = renamed(ps, "deployments", content.Deployments, o.Rename.Deployments)
	content.Pipelines = renamed(ps, "pipelines", content.Pipelines, o.Rename.Pipelines)
	content.Environments = renamed(ps, "environments", content.Environments, o.Rename.Environments)
	content.Services = renamed(ps, "services", content.Services, o.Rename.Services)
	return content
}

// of returns the new names in a dictionary.
func (n Names) of(dictionary string) map[string]string {
	return map[string]map[string]string{
		"deployments": n.Deployments, "pipelines": n.Pipelines, "environments": n.Environments, "services": n.Services,
	}[dictionary]
}

// place returns where a place in the archive is after renaming.
func (n Names) place(p jsontext.Pointer) jsontext.Pointer {
	tokens := slices.Collect(p.Tokens())
	if len(tokens) > 1 {
		if to, ok := n.of(tokens[0])[tokens[1]]; ok {
			tokens[1] = to
		}
	}
	return at(tokens...)
}

func renamed[T any](ps *problems, kind string, objects map[string]T, names map[string]string) map[string]T {
	if len(names) == 0 {
		return objects
	}
	out := maps.Clone(objects)
	for from, to := range sorted(names) {
		if !has(objects, from) {
			ps.add(at(kind, from), "cannot be renamed: it is not in the archive")
		}
		if to == "" {
			ps.add(at(kind, from), "cannot be renamed to nothing")
		}
		delete(out, from)
	}
	for from, to := range sorted(names) {
		if has(out, to) {
			ps.add(at(kind, from), "cannot be renamed: there would be two of the name %q", to)
		} else if has(objects, from) {
			out[to] = objects[from]
		}
	}
	return out
}

// own returns content with dictionaries and lists of objects of its own, so that
// its references can be renamed.
func own(content archive.Content) archive.Content {
	content.Deployments = each(content.Deployments, func(d models.Deployment) models.Deployment {
		d.Versions = maps.Clone(d.Versions)
		return d
	})
	content.Pipelines = each(content.Pipelines, func(p models.Pipeline) models.Pipeline {
		p.Versions = each(p.Versions, func(v models.PipelineVersion) models.PipelineVersion {
			if objects, ok := v.Objects.Get(); ok {
				v.Objects = models.Value(slices.Clone(objects))
			}
			return v
		})
		return p
	})
	content.Environments, content.Services = maps.Clone(content.Environments), maps.Clone(content.Services)
	return content
}
