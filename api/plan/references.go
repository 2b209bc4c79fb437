package plan

import (
	"maps"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// references reports what in create would lead nowhere once it is created in
// target. Environments are not looked at, since the platform has some of its
// own, nor default versions: an archive may hold a deployment without them.
func references(ps *problems, create, target archive.Content) {
	deployments := overlay(target.Deployments, create.Deployments)
	pipelines := overlay(target.Pipelines, create.Pipelines)
	for name, p := range sorted(create.Pipelines) {
		for version, v := range sorted(p.Versions) {
			for _, o := range v.Objects.Or(nil) {
				path := at("pipelines", name, "versions", version, "objects", o.Name)
				wanted := o.ReferenceVersion.Or("")
				switch kind := o.ReferenceType.Or("deployment"); kind {
				case "deployment":
					d, ok := deployments[o.ReferenceName]
					reference(ps, path, kind, o, ok, wanted == "" || has(d.Versions, wanted))
				case "pipeline":
					q, ok := pipelines[o.ReferenceName]
					reference(ps, path, kind, o, ok, wanted == "" || has(q.Versions, wanted))
				}
			}
		}
	}
}

func reference(ps *problems, path jsontext.Pointer, kind string, o models.PipelineObject, found, versionFound bool) {
	switch {
	case !found:
		ps.add(path, "%s %q is neither created nor in the project", kind, o.ReferenceName)
	case !versionFound:
		ps.add(path, "%s %q has no version %q", kind, o.ReferenceName, o.ReferenceVersion.Or(""))
	}
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
