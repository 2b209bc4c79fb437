package archive

import (
	"archive/zip"
	"errors"

	"github.com/ubiops-contrib/transfer/gen/models"
)

// yamlFile is a document and what it is by its place.
type yamlFile struct {
	file *zip.File
	kind *document // nil for the list of the project's variables
}

// objectDocuments and versionDocuments say what lies where.
var (
	objectDocuments = map[string]*document{
		"deployments": deploymentDocument, "pipelines": pipelineDocument,
		"environments": environmentDocument, "services": serviceDocument,
	}
	versionDocuments = map[string]*document{"deployments": deploymentVersionDocument, "pipelines": pipelineVersionDocument}
)

// documents returns all documents, in no order.
func (t *tree) documents() []yamlFile {
	all := []yamlFile{{t.info, infoDocument}}
	if t.variables != nil {
		all = append(all, yamlFile{t.variables, nil})
	}
	for kind, groups := range t.groups {
		for _, g := range groups {
			for _, f := range g.documents {
				all = append(all, yamlFile{f, objectDocuments[kind]})
			}
			for _, f := range g.versions {
				all = append(all, yamlFile{f, versionDocuments[kind]})
			}
		}
	}
	return all
}

// decoded is a document that has been read: a pointer to its model, or its fault.
type decoded struct {
	name     string
	model    any
	warnings Findings
	fault    *Finding
}

// decode reads the documents in the order in which they lie in the archive,
// which keeps the reads few and no text in memory. read then puts them
// together in an order of its own, which keeps findings the same. An error is
// the source's.
func (r *reader) decode(documents []yamlFile) (broken error) {
	r.decoded = make(map[*zip.File]decoded, len(documents))
	kinds := make(map[*zip.File]*document, len(documents))
	files := make([]*zip.File, len(documents))
	for i, d := range documents {
		files[i], kinds[d.file] = d.file, d.kind
	}
	faults := 0
	r.source.texts(files, func(f *zip.File, text []byte, err error) bool {
		var d decoded
		if err == nil {
			d, err = r.decodeOne(f, kinds[f], text)
		}
		if err != nil {
			fault, isFinding := errors.AsType[*Finding](err)
			if !isFinding {
				broken = err
				return false
			}
			d = decoded{fault: fault}
			faults++
		}
		r.decoded[f] = d
		return faults <= maxFindings
	})
	return broken
}

func (r *reader) decodeOne(f *zip.File, kind *document, text []byte) (d decoded, err error) {
	if kind == nil {
		d.model = new(map[string]models.EnvironmentVariable)
		d.warnings, err = decodeVariables(text, f.Name, r.limits, d.model)
		return d, err
	}
	d.model = kind.model()
	d.name, d.warnings, err = kind.decode(text, f.Name, r.limits, d.model)
	return d, err
}

// modelOf puts the model of one document into v. It returns false if there
// is a fault, or were too many to read on.
func modelOf[T any](r *reader, f *zip.File, v *T) (name string, ok bool) {
	d, ok := r.decoded[f]
	if !ok {
		return "", false
	}
	if d.fault != nil {
		r.found.append(d.fault)
		return "", false
	}
	delete(r.decoded, f)
	for _, warning := range d.warnings {
		r.incomplete.append(warning)
	}
	*v = *d.model.(*T)
	return d.name, true
}
