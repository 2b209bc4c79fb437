package plan

import (
	_ "embed"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Overrides adapt an archive to one target, so that the same archive can go to a
// test and to a production project. All names in them are those of the archive.
type Overrides struct {
	// Select takes a part of the archive, with what it refers to.
	Select Globs `json:"select,omitzero"`

	// Set gives members other values, by JSON pointer, as in
	// /deployments/churn/versions/v1/maximum_instances. An element of a list goes
	// by its name or its index; null stands for the default. Objects, packages and
	// variables cannot be set, nor anything that is a secret.
	Set map[string]jsontext.Value `json:"set,omitzero"`

	// InstanceTypes are other instance types and groups of them, by the name or
	// id that the archive has.
	InstanceTypes map[string]string `json:"instance_types,omitzero"`

	// Environments are other environments for versions to run in and for
	// environments to build on, by the name that the archive has. A new name from
	// Rename comes first.
	Environments map[string]string `json:"environments,omitzero"`

	// Rename gives objects new names, wherever the archive refers to them too.
	Rename Names `json:"rename,omitzero"`

	// Values are references to the values of variables, by the name of a variable
	// or by JSON pointer, which comes first.
	Values map[string]Reference `json:"values,omitzero"`
}

// Names are new names of objects, by their old ones.
type Names struct {
	Deployments  map[string]string `json:"deployments,omitzero"`
	Pipelines    map[string]string `json:"pipelines,omitzero"`
	Environments map[string]string `json:"environments,omitzero"`
	Services     map[string]string `json:"services,omitzero"`
}

//go:embed overrides.schema.json
var overridesSchema string

// OverridesSchema returns the JSON schema of the file that [ReadOverrides] reads.
func OverridesSchema() string { return overridesSchema }

// ReadOverrides reads overrides from one YAML document, which JSON is too. A key
// that the schema does not have is an error that names it.
func ReadOverrides(r io.Reader) (Overrides, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return Overrides{}, err
	}
	var document any
	if err := yaml.Load(text, &document); err != nil {
		return Overrides{}, err
	}
	data, err := json.Marshal(document)
	if err != nil {
		return Overrides{}, err
	}
	var o Overrides
	return o, json.Unmarshal(data, &o, json.RejectUnknownMembers(true))
}

// Rewrites reports whether an archive has to be written again with the content
// that [Overrides.Apply] returns before it is uploaded: a confirmation can do
// everything else, but not rename objects.
func (o Overrides) Rewrites() bool {
	n := o.Rename
	return len(n.Deployments)+len(n.Pipelines)+len(n.Environments)+len(n.Services) > 0
}

// Apply returns what overrides make of the content of an archive: they select,
// set, exchange instance types and environments, and rename, in this order. The
// argument is not changed.
//
// What the overrides name and the archive does not have, and names that two
// objects would have, give a [*RefusedError] with all of them. Any other error
// says that a member has a value of another type than the contract's.
func (o Overrides) Apply(content archive.Content) (archive.Content, error) {
	content, _, err := o.Select.choose(content)
	if err != nil {
		return archive.Content{}, err
	}
	var ps problems
	if content, err = o.set(&ps, content); err != nil {
		return archive.Content{}, fmt.Errorf("set: %w", err)
	}
	content = o.rename(&ps, o.exchange(own(content)))
	return content, ps.err()
}

// instanceTypes are the members that say what a version runs on, in each spelling.
func instanceTypes(v *models.DeploymentVersion) []*models.Nullable[string] {
	return []*models.Nullable[string]{&v.InstanceType, &v.InstanceTypeGroupName, &v.InstanceTypeGroupID}
}

// exchange gives versions their instance types.
func (o Overrides) exchange(content archive.Content) archive.Content {
	for _, d := range content.Deployments {
		for version, v := range d.Versions {
			for _, member := range instanceTypes(&v) {
				if from, given := member.Get(); given && has(o.InstanceTypes, from) {
					*member = models.Value(o.InstanceTypes[from])
				}
			}
			d.Versions[version] = v
		}
	}
	return content
}
