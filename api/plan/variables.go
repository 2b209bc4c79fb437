package plan

import (
	"maps"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// MapVariables returns content with every environment variable replaced by what
// f makes of it: those of the project, of deployments and of their versions.
// The path leads to the variable as in [Problem]; the order is fixed. The
// argument is not changed.
func MapVariables(content archive.Content, f func(path jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable) archive.Content {
	variables := func(path jsontext.Pointer, vars map[string]models.EnvironmentVariable) map[string]models.EnvironmentVariable {
		vars = maps.Clone(vars)
		for name, v := range sorted(vars) {
			vars[name] = f(path.AppendToken("environment_variables").AppendToken(name), v)
		}
		return vars
	}
	content.EnvironmentVariables = variables("", content.EnvironmentVariables)
	content.Deployments = maps.Clone(content.Deployments)
	for name, d := range sorted(content.Deployments) {
		d.EnvironmentVariables = variables(at("deployments", name), d.EnvironmentVariables)
		d.Versions = maps.Clone(d.Versions)
		for version, v := range sorted(d.Versions) {
			v.EnvironmentVariables = variables(at("deployments", name, "versions", version), v.EnvironmentVariables)
			d.Versions[version] = v
		}
		content.Deployments[name] = d
	}
	return content
}

// Missing reports whether a variable has no value that could be created: none
// at all or, where it is secret, an empty one, which is how archives leave the
// value of a secret out.
func Missing(v models.EnvironmentVariable) bool {
	value, ok := v.Value.Get()
	return !ok || value == "" && secret(v)
}

func values(ps *problems, create archive.Content) {
	MapVariables(create, func(path jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		if Missing(v) {
			ps.add(path, "the archive has no value for it, and none is given")
		}
		return v
	})
}
