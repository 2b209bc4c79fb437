package archive

import (
	"reflect"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// document is a kind of YAML document and how its keys differ from the
// members of the JSON object that is the same thing.
type document struct {
	shape    *shape            // of the model
	nameKey  string            // key with the object's name, which is not a member in JSON
	keys     map[string]string // JSON member -> YAML key, if they differ
	members  map[string]string // the reverse
	required []string          // YAML keys beside nameKey
	reserved []string          // members that have files of their own
	model    func() any        // returns a pointer to a new one
}

var (
	infoDocument = newDocument[Info]("", nil, "format_spec")

	deploymentDocument = newDocument[models.Deployment]("deployment_name", map[string]string{
		"description":             "deployment_description",
		"labels":                  "deployment_labels",
		"supports_request_format": "deployment_supports_request_format", // like its siblings; not seen yet
		"environment_variables":   "deployment_environment_variables",
	}, "input_type", "output_type").reserve("versions")

	deploymentVersionDocument = newDocument[models.DeploymentVersion]("version_name", map[string]string{
		"description":           "version_description",
		"labels":                "version_labels",
		"environment_variables": "version_environment_variables",
	}).reserve("zip")

	pipelineDocument = newDocument[models.Pipeline]("pipeline_name", map[string]string{
		"description": "pipeline_description",
		"labels":      "pipeline_labels",
	}, "input_type", "output_type").reserve("versions")

	pipelineVersionDocument = newDocument[models.PipelineVersion]("version_name", map[string]string{
		"description": "version_description",
		"labels":      "version_labels",
	})

	environmentDocument = newDocument[models.Environment]("environment_name", map[string]string{
		"display_name":            "environment_display_name",
		"description":             "environment_description",
		"labels":                  "environment_labels",
		"supports_request_format": "environment_supports_request_format",
	}).reserve("zip")

	serviceDocument = newDocument[models.Service]("service_name", nil)

	// One element of a list of environment variables.
	variableDocument = newDocument[models.EnvironmentVariable]("name", nil)
)

func newDocument[T any](nameKey string, keys map[string]string, required ...string) *document {
	d := &document{
		shape: shapeOf(reflect.TypeFor[T]()), nameKey: nameKey,
		keys: keys, members: make(map[string]string, len(keys)), required: required,
		model: func() any { return new(T) },
	}
	for member, key := range keys {
		d.members[key] = member
	}
	return d
}

func (d *document) reserve(members ...string) *document {
	d.reserved = members
	return d
}

// keyOrder is the order in which keys are written; the others follow by name.
var keyOrder = func() map[string]int {
	rank := map[string]int{}
	for i, key := range []string{
		"format_spec", "metadata",
		"deployment_name", "deployment_description", "deployment_labels",
		"pipeline_name", "pipeline_description", "pipeline_labels",
		"version_name", "version_description", "version_labels",
		"environment_name", "environment_display_name", "environment_description", "environment_labels", "base_environment",
		"service_name",
		"default_version", "input_type", "input_fields", "output_type", "output_fields",
		"environment", "environment_tag", "instance_type", "instance_type_group_name", "language", "memory_allocation", "deployment_mode",
		"objects", "attachments",
		"name", "data_type", "value", "secret",
		"reference_name", "reference_type", "reference_version", "configuration",
		"destination_name", "sources", "source_name", "mapping", "source_field_name", "destination_field_name",
	} {
		rank[key] = i - 1000 // before every key that is not in the list
	}
	return rank
}()
