package plan

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/api/internal/variables"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Reference says where a value is read when it is needed: env:NAME, an
// environment variable, or file:PATH, a file. A plan has no others, since a plan
// of another person must not run a command.
type Reference string

func (r Reference) valid() bool {
	scheme, name, _ := strings.Cut(string(r), ":")
	return (scheme == "env" || scheme == "file") && name != ""
}

// references returns those of the variables that are created and need one, or are
// given one.
func (o Overrides) references(wanted, create archive.Content) (map[string]Reference, error) {
	var ps problems
	given, used := map[string]string{}, map[string]bool{} // keys of the values, by place or name
	for key, r := range sorted(o.Values) {
		if given[key] = key; strings.HasPrefix(key, "/") {
			given[string(o.Rename.place(jsontext.Pointer(key)))] = key
		}
		if !r.valid() {
			ps.add(at("values"), "%q of %s is neither env:NAME nor file:PATH", string(r), key)
		}
	}
	keyOf := func(place jsontext.Pointer) (string, bool) {
		if key, ok := given[string(place)]; ok && strings.HasPrefix(key, "/") {
			return key, true
		}
		key, ok := given[place.LastToken()]
		return key, ok
	}
	variables.Map(wanted, func(place jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		if key, ok := keyOf(place); ok {
			used[key] = true
		}
		return v
	})
	for key := range sorted(o.Values) {
		if !used[key] {
			ps.add(at("values"), "the archive has no variable %s", key)
		}
	}
	values := map[string]Reference{}
	variables.Map(create, func(place jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		if key, ok := keyOf(place); ok {
			values[string(place)] = o.Values[key]
		} else if Missing(v) {
			values[string(place)] = Reference("env:" + place.LastToken())
		}
		return v
	})
	return values, ps.err()
}

// shareable returns content as a plan may hold it: without packages, whose paths
// depend on how the archive is written, without anything of a variable but whether
// it is secret, and with null for other secrets, as a scan shows them.
func shareable(content archive.Content) archive.Content {
	content.Unknown = nil
	content = archive.MaskSecrets(variables.Map(content, func(_ jsontext.Pointer, v models.EnvironmentVariable) models.EnvironmentVariable {
		return models.EnvironmentVariable{Secret: v.Secret}
	}))
	content.Deployments = each(content.Deployments, func(d models.Deployment) models.Deployment {
		d.Versions = each(d.Versions, func(v models.DeploymentVersion) models.DeploymentVersion {
			v.Zip = models.Nullable[string]{}
			return v
		})
		return d
	})
	content.Environments = each(content.Environments, func(e models.Environment) models.Environment {
		e.Zip = models.Nullable[string]{}
		return e
	})
	return content
}
