package archive

import "github.com/ubiops-contrib/transfer/gen/models"

// DiffImportDetail returns the differences between what an import offers or
// created and content, by path; see [DiffContent]. [Added] is what the import
// does not have. A detail without dictionaries, as before the scan, has
// nothing.
func DiffImportDetail(before models.ImportDetail, content Content, opts ...DiffOption) ([]Change, error) {
	return DiffContent(Content{
		Deployments:          before.Deployments,
		Pipelines:            before.Pipelines,
		Environments:         before.Environments,
		Services:             before.Services,
		EnvironmentVariables: before.EnvironmentVariables,
	}, content, opts...)
}

// DiffExportDetail returns the differences between the selection of an export
// and content by name alone, since a selection has no more: [Removed] is what
// was selected and is not there, [Added] what is there and was not selected,
// and nothing is [Changed]. Names are those of deployments and pipelines,
// their versions, environments, services, and environment variables on every
// level. An export of everything may come with an empty selection.
func DiffExportDetail(before models.ExportDetail, content Content) ([]Change, error) {
	selected := Content{
		Deployments: each(before.Deployments, func(d models.DeploymentSelection) models.Deployment {
			return models.Deployment{
				EnvironmentVariables: each(d.EnvironmentVariables, bare[models.VariableSelection, models.EnvironmentVariable]),
				Versions: each(d.Versions, func(v models.VersionSelection) models.DeploymentVersion {
					return models.DeploymentVersion{EnvironmentVariables: each(v.EnvironmentVariables, bare[models.VariableSelection, models.EnvironmentVariable])}
				}),
			}
		}),
		Pipelines: each(before.Pipelines, func(p models.PipelineSelection) models.Pipeline {
			return models.Pipeline{Versions: each(p.Versions, bare[models.PipelineVersionSelection, models.PipelineVersion])}
		}),
		Environments:         each(before.Environments, bare[models.EnvironmentSelection, models.Environment]),
		Services:             each(before.Services, bare[models.ServiceSelection, models.Service]),
		EnvironmentVariables: each(before.EnvironmentVariables, bare[models.VariableSelection, models.EnvironmentVariable]),
	}
	there := Content{
		Deployments: each(content.Deployments, func(d models.Deployment) models.Deployment {
			return models.Deployment{
				EnvironmentVariables: each(d.EnvironmentVariables, bare[models.EnvironmentVariable, models.EnvironmentVariable]),
				Versions: each(d.Versions, func(v models.DeploymentVersion) models.DeploymentVersion {
					return models.DeploymentVersion{EnvironmentVariables: each(v.EnvironmentVariables, bare[models.EnvironmentVariable, models.EnvironmentVariable])}
				}),
			}
		}),
		Pipelines: each(content.Pipelines, func(p models.Pipeline) models.Pipeline {
			return models.Pipeline{Versions: each(p.Versions, bare[models.PipelineVersion, models.PipelineVersion])}
		}),
		Environments:         each(content.Environments, bare[models.Environment, models.Environment]),
		Services:             each(content.Services, bare[models.Service, models.Service]),
		EnvironmentVariables: each(content.EnvironmentVariables, bare[models.EnvironmentVariable, models.EnvironmentVariable]),
	}
	return DiffContent(selected, there)
}

// each turns the objects of a dictionary into others of the same names.
func each[T, U any](objects map[string]T, f func(T) U) map[string]U {
	out := make(map[string]U, len(objects))
	for name, object := range objects {
		out[name] = f(object)
	}
	return out
}

// bare is an object that has a name only.
func bare[T, U any](T) U {
	var u U
	return u
}
