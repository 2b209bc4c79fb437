package lint

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// structure is the fields that data has, with their types: none for plain
// data, nil if the archive does not say.
type structure map[string]models.DataType

// end is one end of a deployment or pipeline.
type end struct {
	kind, name string
	input      bool
}

// structure returns the fields of one end. It is built once for each, since
// many objects may use one deployment.
func (c *checker) structure(e end) structure {
	if s, ok := c.structures[e]; ok {
		return s
	}
	var input, output models.Nullable[[]models.Field]
	var found bool
	switch e.kind {
	case "deployment":
		var d models.Deployment
		d, found = c.content.Deployments[e.name]
		input, output = d.InputFields, d.OutputFields
	case "pipeline":
		var p models.Pipeline
		p, found = c.content.Pipelines[e.name]
		input, output = p.InputFields, p.OutputFields
	}
	if !found {
		return nil
	}
	if e.input {
		output = input
	}
	s := structure{}
	for _, f := range output.Or(nil) {
		s[f.Name] = f.DataType
	}
	c.structures[e] = s
	return s
}

// pipeline checks that everything a pipeline refers to is there, and that the
// types of what it connects agree.
func (c *checker) pipeline(name string, p models.Pipeline) {
	for version, v := range p.Versions {
		path := at("pipelines", name, "versions", version)
		// The input of the pipeline is a source, its output a destination.
		sources := map[string]structure{"pipeline_start": c.structure(end{"pipeline", name, true})}
		destinations := map[string]structure{"pipeline_end": c.structure(end{"pipeline", name, false})}
		for i, o := range v.Objects.Or(nil) {
			kind := string(o.ReferenceType.Or(models.ReferenceTypeDeployment))
			c.reference(path.AppendToken("objects").AppendToken(element(o.Name, i)), kind, o)
			sources[o.Name] = c.structure(end{kind, o.ReferenceName, false})
			destinations[o.Name] = c.structure(end{kind, o.ReferenceName, true})
		}
		for i, a := range v.Attachments.Or(nil) {
			path := path.AppendToken("attachments").AppendToken(element(a.DestinationName, i))
			to, ok := destinations[a.DestinationName]
			if !ok {
				c.add(CodeConnection, path, "the pipeline version has no object %.100q that data could go to", a.DestinationName)
			}
			for i, s := range a.Sources {
				path := path.AppendToken("sources").AppendToken(element(s.SourceName, i))
				from, ok := sources[s.SourceName]
				if !ok {
					c.add(CodeConnection, path, "the pipeline version has no object %.100q that data could come from", s.SourceName)
				}
				for i, m := range s.Mapping.Or(nil) {
					c.mapping(path.AppendToken("mapping").AppendToken(mappingElement(m, i)), from, to, m)
				}
			}
		}
	}
}

// reference knows nothing of operators, which are part of the platform.
func (c *checker) reference(path jsontext.Pointer, kind string, o models.PipelineObject) {
	version := o.ReferenceVersion.Or("")
	var found, versionFound bool
	switch kind {
	case "deployment":
		var d models.Deployment
		d, found = c.content.Deployments[o.ReferenceName]
		_, versionFound = d.Versions[version]
	case "pipeline":
		var p models.Pipeline
		p, found = c.content.Pipelines[o.ReferenceName]
		_, versionFound = p.Versions[version]
	default:
		return
	}
	switch {
	case !found:
		c.add(CodeReference, path, "the %s %.100q is not in the archive; it has to be in the project already", kind, o.ReferenceName)
	case !versionFound && version != "":
		c.add(CodeReference, path, "the version %.100q of the %s %.100q is not in the archive; it has to be in the project already", version, kind, o.ReferenceName)
	}
}

func (c *checker) mapping(path jsontext.Pointer, from, to structure, m models.FieldMapping) {
	source, sourceFound := from[m.SourceFieldName]
	destination, destinationFound := to[m.DestinationFieldName]
	if from != nil && !sourceFound {
		c.add(CodeField, path, "the source has no field %.100q", m.SourceFieldName)
	}
	if to != nil && !destinationFound {
		c.add(CodeField, path, "the destination has no field %.100q", m.DestinationFieldName)
	}
	if sourceFound && destinationFound && source != destination {
		c.add(CodeFieldType, path, "the source field is %.50q, the destination field %.50q", source, destination)
	}
}
