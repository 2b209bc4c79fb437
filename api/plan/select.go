package plan

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/internal/variables"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Select returns the part of content that selection names, as an archive may
// hold it: a variable named with include_value true comes with its value, with
// false without it, not named not at all. No value of a secret comes, wherever it
// is: see [archive.WithoutSecrets].
// A deployment or pipeline whose versions are absent or empty comes without
// versions.
//
// A name that content does not have gives a [*RefusedError] with all of them.
func Select(content archive.Content, selection models.ExportCreate) (archive.Content, error) {
	var ps problems
	out := archive.Content{
		Deployments: pick(&ps, "/deployments", content.Deployments, selection.Deployments,
			func(path jsontext.Pointer, d models.Deployment, s models.DeploymentSelection) models.Deployment {
				d.EnvironmentVariables = pickVariables(&ps, path, d.EnvironmentVariables, s.EnvironmentVariables)
				d.Versions = pick(&ps, path.AppendToken("versions"), d.Versions, s.Versions,
					func(path jsontext.Pointer, v models.DeploymentVersion, s models.VersionSelection) models.DeploymentVersion {
						v.EnvironmentVariables = pickVariables(&ps, path, v.EnvironmentVariables, s.EnvironmentVariables)
						return v
					})
				return d
			}),
		Pipelines: pick(&ps, "/pipelines", content.Pipelines, selection.Pipelines,
			func(path jsontext.Pointer, p models.Pipeline, s models.PipelineSelection) models.Pipeline {
				p.Versions = pick(&ps, path.AppendToken("versions"), p.Versions, s.Versions, whole[models.PipelineVersion, models.PipelineVersionSelection])
				return p
			}),
		Environments:         pick(&ps, "/environments", content.Environments, selection.Environments, whole[models.Environment, models.EnvironmentSelection]),
		Services:             pick(&ps, "/services", content.Services, selection.Services, whole[models.Service, models.ServiceSelection]),
		EnvironmentVariables: pickVariables(&ps, "", content.EnvironmentVariables, selection.EnvironmentVariables),
	}
	return archive.WithoutSecrets(out), ps.err()
}

// All returns the selection that names everything in content, values included.
func All(content archive.Content) models.ExportCreate { return selectAll(content, true) }

func selectAll(content archive.Content, values bool) models.ExportCreate {
	variable := func(models.EnvironmentVariable) models.VariableSelection {
		return models.VariableSelection{IncludeValue: new(values)}
	}
	return models.ExportCreate{
		Deployments: each(content.Deployments, func(d models.Deployment) models.DeploymentSelection {
			return models.DeploymentSelection{
				EnvironmentVariables: each(d.EnvironmentVariables, variable),
				Versions: each(d.Versions, func(v models.DeploymentVersion) models.VersionSelection {
					return models.VersionSelection{EnvironmentVariables: each(v.EnvironmentVariables, variable)}
				}),
			}
		}),
		Pipelines: each(content.Pipelines, func(p models.Pipeline) models.PipelineSelection {
			return models.PipelineSelection{
				Versions: each(p.Versions, func(models.PipelineVersion) (s models.PipelineVersionSelection) { return s }),
			}
		}),
		Environments:         each(content.Environments, func(models.Environment) (s models.EnvironmentSelection) { return s }),
		Services:             each(content.Services, func(models.Service) (s models.ServiceSelection) { return s }),
		EnvironmentVariables: each(content.EnvironmentVariables, variable),
	}
}

func each[T, U any](objects map[string]T, f func(T) U) map[string]U {
	if objects == nil {
		return nil
	}
	out := make(map[string]U, len(objects))
	for name, object := range objects {
		out[name] = f(object)
	}
	return out
}

func pick[T, S any](ps *problems, path jsontext.Pointer, objects map[string]T, selected map[string]S, take func(path jsontext.Pointer, object T, selection S) T) map[string]T {
	var out map[string]T
	if objects != nil && len(objects) == 0 {
		out = objects
	}
	for _, name := range slices.Sorted(maps.Keys(selected)) {
		object, ok := objects[name]
		if !ok {
			ps.add(path.AppendToken(name), "is not in the project")
			continue
		}
		if out == nil {
			out = make(map[string]T, len(selected))
		}
		out[name] = take(path.AppendToken(name), object, selected[name])
	}
	return out
}

func whole[T, S any](_ jsontext.Pointer, object T, _ S) T { return object }

func pickVariables(ps *problems, path jsontext.Pointer, vars map[string]models.EnvironmentVariable, selected map[string]models.VariableSelection) map[string]models.EnvironmentVariable {
	return pick(ps, path.AppendToken("environment_variables"), vars, selected,
		func(_ jsontext.Pointer, v models.EnvironmentVariable, s models.VariableSelection) models.EnvironmentVariable {
			if variables.Secret(v) || s.IncludeValue == nil || !*s.IncludeValue {
				v.Value = models.Nullable[string]{}
			}
			return v
		})
}
