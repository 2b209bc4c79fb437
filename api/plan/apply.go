package plan

import (
	"maps"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// ImportLabel is the label by which the platform marks what an import created;
// its value is the id of the import (seen in real exports).
const ImportLabel = "import"

// Apply returns target with everything of create in it, as [Confirm] has
// returned that. Objects with labels carry the [ImportLabel], unless importID
// is empty. Neither argument is changed.
func Apply(target, create archive.Content, importID string) archive.Content {
	return archive.Content{
		Deployments: overlay(target.Deployments, each(create.Deployments, func(d models.Deployment) models.Deployment {
			d.Labels = labelled(d.Labels, importID)
			d.Versions = each(d.Versions, func(v models.DeploymentVersion) models.DeploymentVersion {
				v.Labels = labelled(v.Labels, importID)
				return v
			})
			return d
		})),
		Pipelines: overlay(target.Pipelines, each(create.Pipelines, func(p models.Pipeline) models.Pipeline {
			p.Labels = labelled(p.Labels, importID)
			p.Versions = each(p.Versions, func(v models.PipelineVersion) models.PipelineVersion {
				v.Labels = labelled(v.Labels, importID)
				return v
			})
			return p
		})),
		Environments: overlay(target.Environments, each(create.Environments, func(e models.Environment) models.Environment {
			e.Labels = labelled(e.Labels, importID)
			return e
		})),
		EnvironmentVariables: overlay(target.EnvironmentVariables, create.EnvironmentVariables),
		Services:             overlay(target.Services, create.Services),
	}
}

func labelled(labels models.Nullable[map[string]string], importID string) models.Nullable[map[string]string] {
	if importID == "" {
		return labels
	}
	out := maps.Clone(labels.Or(nil))
	if out == nil {
		out = make(map[string]string, 1)
	}
	out[ImportLabel] = importID
	return models.Value(out)
}
