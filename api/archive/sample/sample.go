// Package sample is a small project as an archive, for demonstrations and
// tests: three deployments with packages, a pipeline of two of them, an
// environment, and variables on every level. It is built in code, so that all
// of it can be read here.
package sample

import (
	"bytes"
	"io"
	"io/fs"

	"github.com/ubiops-contrib/transfer/api/archive"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// Archive returns the project as its owner would have it: the secret variable
// comes with its value, which an export leaves out. The bytes are always the
// same.
func Archive() ([]byte, error) {
	var b bytes.Buffer
	err := archive.Write(&b, Content(), Package, archive.WithRoot("import"))
	return b.Bytes(), err
}

// Package opens a package of the project by the `zip` member in [Content].
func Package(path string) (io.ReadCloser, error) {
	code, ok := code[path]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	data, err := zipped(code)
	return io.NopCloser(bytes.NewReader(data)), err
}

// Content returns a new copy of what the project consists of. The versions of
// its deployments have the settings of all three generations that archives in
// use have.
func Content() archive.Content {
	return archive.Content{
		Deployments: map[string]models.Deployment{
			"normalise": normalise(),
			"classify":  classify(),
			"report":    report(),
		},
		Pipelines: map[string]models.Pipeline{"triage": triage()},
		Environments: map[string]models.Environment{
			"text-tools": {
				DisplayName:     models.Value("Text tools"),
				Description:     models.Value("Python with what the classifier needs"),
				BaseEnvironment: models.Value("python3-12"),
				Labels:          models.Value(map[string]string{"team": "support"}),
				Zip:             models.Value(archive.EnvironmentPackagePath("text-tools")),
			},
		},
		EnvironmentVariables: map[string]models.EnvironmentVariable{
			"REGION":       {Value: models.Value("eu-west")},
			"TICKET_TOKEN": {Value: models.Value("only-an-example"), Secret: new(true)},
		},
	}
}

func structured() *models.DataStructure { return new(models.DataStructureStructured) }

func fields(name string, kind models.DataType) models.Nullable[[]models.Field] {
	return models.Value([]models.Field{{Name: name, DataType: kind}})
}

func labels(team string) models.Nullable[map[string]string] {
	return models.Value(map[string]string{"team": team})
}

func packageOf(deployment, version string) models.Nullable[string] {
	return models.Value(archive.VersionPackagePath(deployment, version))
}

// normalise has settings of the first generation.
func normalise() models.Deployment {
	return models.Deployment{
		Description:    models.Value("Brings the text of a ticket into one form"),
		Labels:         labels("support"),
		DefaultVersion: models.Value("v1"),
		InputType:      structured(), InputFields: fields("text", models.DataTypeString),
		OutputType: structured(), OutputFields: fields("text", models.DataTypeString),
		Versions: map[string]models.DeploymentVersion{"v1": {
			Description:          models.Value(""),
			Language:             models.Value("python3.8"),
			MemoryAllocation:     models.Value(int64(256)),
			DeploymentMode:       models.Value("express"),
			MinimumInstances:     models.Value(int64(0)),
			MaximumInstances:     models.Value(int64(1)),
			MaximumIdleTime:      models.Value(int64(300)),
			RequestRetentionMode: models.Value(models.RequestRetentionModeFull),
			RequestRetentionTime: models.Value(int64(604800)),
			Zip:                  packageOf("normalise", "v1"),
		}},
	}
}

// classify has a version of the second generation and one of the third, and
// variables of its own.
func classify() models.Deployment {
	return models.Deployment{
		Description:    models.Value("Says how urgent a ticket is"),
		Labels:         labels("support"),
		DefaultVersion: models.Value("v2"),
		InputType:      structured(), InputFields: fields("text", models.DataTypeString),
		OutputType: structured(), OutputFields: fields("urgency", models.DataTypeDouble),
		EnvironmentVariables: map[string]models.EnvironmentVariable{"THRESHOLD": {Value: models.Value("0.50")}},
		Versions: map[string]models.DeploymentVersion{
			"v1": {
				Description:      models.Value("First try"),
				Environment:      models.Value("python3-11"),
				InstanceType:     models.Value("512mb"),
				MinimumInstances: models.Value(int64(0)),
				MaximumInstances: models.Value(int64(2)),
				Zip:              packageOf("classify", "v1"),
			},
			"v2": {
				Description:           models.Value("Counts words instead of letters.\nSlower, but right."),
				Labels:                models.Value(map[string]string{"stage": "production"}),
				Environment:           models.Value("text-tools"),
				InstanceTypeGroupName: models.Value("512 MB + 0.125 vCPU"),
				InstanceProcesses:     models.Value(int64(1)),
				MaximumInstances:      models.Value(int64(5)),
				StaticIP:              models.Value(false),
				EnvironmentVariables:  map[string]models.EnvironmentVariable{"LOG_LEVEL": {Value: models.Value("info")}},
				Zip:                   packageOf("classify", "v2"),
			},
		},
	}
}

// report stands alone, with plain data.
func report() models.Deployment {
	return models.Deployment{
		DefaultVersion: models.Value("v1"),
		InputType:      new(models.DataStructurePlain),
		OutputType:     new(models.DataStructurePlain),
		Versions: map[string]models.DeploymentVersion{"v1": {
			Environment:           models.Value("python3-12"),
			InstanceTypeGroupName: models.Value("256 MB + 0.0625 vCPU"),
			RequestRetentionMode:  models.Value(models.RequestRetentionModeNone),
			Ports: models.Value([]models.Port{{
				PublicPort: new(int64(8080)), DeploymentPort: new(int64(80)), Protocol: new("tcp"),
			}}),
			Zip: packageOf("report", "v1"),
		}},
	}
}

// triage sends its input through normalise into classify.
func triage() models.Pipeline {
	flow := func(from, to, source, destination string) models.Attachment {
		return models.Attachment{DestinationName: to, Sources: []models.AttachmentSource{{
			SourceName: from,
			Mapping:    models.Value([]models.FieldMapping{{SourceFieldName: source, DestinationFieldName: destination}}),
		}}}
	}
	return models.Pipeline{
		Description:    models.Value("From a ticket to its urgency"),
		Labels:         labels("support"),
		DefaultVersion: models.Value("v1"),
		InputType:      structured(), InputFields: fields("ticket", models.DataTypeString),
		OutputType: structured(), OutputFields: fields("urgency", models.DataTypeDouble),
		Versions: map[string]models.PipelineVersion{"v1": {
			Objects: models.Value([]models.PipelineObject{
				{Name: "clean", ReferenceName: "normalise", ReferenceType: models.Value(models.ReferenceTypeDeployment), ReferenceVersion: models.Value("")},
				{Name: "judge", ReferenceName: "classify", ReferenceVersion: models.Value("v2")},
			}),
			Attachments: models.Value([]models.Attachment{
				flow("pipeline_start", "clean", "ticket", "text"),
				flow("clean", "judge", "text", "text"),
				flow("judge", "pipeline_end", "urgency", "urgency"),
			}),
			RequestRetentionMode: models.Value(models.RequestRetentionModeMetadata),
			RequestRetentionTime: models.Value(int64(86400)),
		}},
	}
}
