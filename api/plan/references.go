package plan

import (
	"fmt"
	"iter"
	"maps"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// references reports what would lead nowhere once create is created in the
// target: references in create and, if it overwrites what they lead to now,
// those in pipelines that stay as they are. Environments are not looked at,
// since the platform has some of its own, nor default versions: an archive may
// hold a deployment without them.
func (c Confirmation) references(ps *problems, create archive.Content) {
	target := c.Target
	after := archive.Content{
		Deployments: overlay(target.Deployments, create.Deployments),
		Pipelines:   overlay(target.Pipelines, create.Pipelines),
	}
	for name, p := range sorted(after.Pipelines) {
		for path, o := range objects(name, p) {
			reason := dangles(o, after)
			switch {
			case reason == "":
			case has(create.Pipelines, name):
				ps.add(path, "%s", reason)
			case c.OnConflict == Overwrite && dangles(o, target) == "":
				ps.add(path, "%s any more, which this pipeline of the project needs", reason)
			}
		}
	}
}

// objects ranges over the objects in all versions of a pipeline, with their
// places in a content.
func objects(name string, p models.Pipeline) iter.Seq2[jsontext.Pointer, models.PipelineObject] {
	return func(yield func(jsontext.Pointer, models.PipelineObject) bool) {
		for version, v := range sorted(p.Versions) {
			for _, o := range v.Objects.Or(nil) {
				if !yield(at("pipelines", name, "versions", version, "objects", o.Name), o) {
					return
				}
			}
		}
	}
}

// dangles says why the reference of an object leads nowhere in content, or
// nothing.
func dangles(o models.PipelineObject, content archive.Content) string {
	var found, versionFound bool
	wanted := o.ReferenceVersion.Or("")
	kind := o.ReferenceType.Or("deployment")
	switch kind {
	case "deployment":
		var d models.Deployment
		d, found = content.Deployments[o.ReferenceName]
		versionFound = has(d.Versions, wanted)
	case "pipeline":
		var p models.Pipeline
		p, found = content.Pipelines[o.ReferenceName]
		versionFound = has(p.Versions, wanted)
	default:
		return ""
	}
	switch {
	case !found:
		return fmt.Sprintf("%s %q is neither created nor in the project", kind, o.ReferenceName)
	case wanted != "" && !versionFound:
		return fmt.Sprintf("%s %q has no version %q", kind, o.ReferenceName, wanted)
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
