// Package variables goes through the environment variables of an import. The
// client and the package plan share it; it links nothing but the models.
package variables

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// Map returns content with every variable replaced by what f makes of it: those
// of the project, of deployments and of their versions. The path is a JSON
// pointer to the variable; the order is fixed. The argument is not changed; what has
// no variables is shared with it.
func Map(content models.ImportUpdate, f func(path jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable) models.ImportUpdate {
	within := func(path jsontext.Pointer, vars map[string]models.EnvironmentVariable) map[string]models.EnvironmentVariable {
		vars = maps.Clone(vars)
		for _, name := range slices.Sorted(maps.Keys(vars)) {
			vars[name] = f(path.AppendToken("environment_variables").AppendToken(name), vars[name])
		}
		return vars
	}
	content.EnvironmentVariables = within("", content.EnvironmentVariables)
	content.Deployments = maps.Clone(content.Deployments)
	for _, name := range slices.Sorted(maps.Keys(content.Deployments)) {
		path, d := jsontext.Pointer("/deployments").AppendToken(name), content.Deployments[name]
		d.EnvironmentVariables = within(path, d.EnvironmentVariables)
		shared := true
		for _, version := range slices.Sorted(maps.Keys(d.Versions)) {
			v := d.Versions[version]
			if len(v.EnvironmentVariables) == 0 {
				continue
			}
			if shared {
				d.Versions, shared = maps.Clone(d.Versions), false
			}
			v.EnvironmentVariables = within(path.AppendToken("versions").AppendToken(version), v.EnvironmentVariables)
			d.Versions[version] = v
		}
		content.Deployments[name] = d
	}
	return content
}

// Secret reports whether a variable is marked as a secret.
func Secret(v models.EnvironmentVariable) bool { return v.Secret != nil && *v.Secret }

// Missing reports whether a variable has no value that could be created: none
// at all or, if it is secret, an empty one, which is how archives leave the
// value of a secret out.
func Missing(v models.EnvironmentVariable) bool {
	value, ok := v.Value.Get()
	return !ok || value == "" && Secret(v)
}
