package archive

import (
	"archive/zip"
	"maps"
	"slices"
	"strings"

	"github.com/ubiops-contrib/transfer/api/archive/internal/printable"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// reader reads the documents of one archive and collects what is wrong.
type reader struct {
	*Archive
	limits     Limits
	decoded    map[*zip.File]decoded
	incomplete Findings
	found      Findings
}

func read(t *tree, from source, warnings Findings, o options) (*Archive, error) {
	limits := o.limits
	r := &reader{Archive: &Archive{source: from, limits: limits, root: t.root, files: map[string]*zip.File{}, unknown: map[string]*zip.File{}, warnings: warnings}, limits: limits}
	documents := t.documents()
	if r.checkDocuments(t, documents); len(r.found) > 0 {
		return nil, r.found
	}
	if o.memory != nil {
		if err := o.memory(memoryOf(documents)); err != nil {
			return nil, err
		}
	}
	if err := r.decode(documents); err != nil {
		return nil, err
	}
	modelOf(r, t.info, &r.info)
	if t.variables != nil {
		modelOf(r, t.variables, &r.content.EnvironmentVariables)
	}
	r.content.Deployments = objects(r, t.groups["deployments"], deploymentDocument, func(g *group, d *models.Deployment) {
		d.Versions = versions(r, g, deploymentVersionDocument, func(f *zip.File, v *models.DeploymentVersion) {
			v.Zip = r.attach(g, f)
		})
	})
	r.content.Pipelines = objects(r, t.groups["pipelines"], pipelineDocument, func(g *group, p *models.Pipeline) {
		p.Versions = versions(r, g, pipelineVersionDocument, func(*zip.File, *models.PipelineVersion) {})
	})
	r.content.Environments = objects(r, t.groups["environments"], environmentDocument, func(g *group, e *models.Environment) {
		e.Zip = r.attach(g, g.documents[0])
	})
	r.content.Services = objects(r, t.groups["services"], serviceDocument, func(*group, *models.Service) {})
	if len(r.found) > 0 {
		return nil, r.found
	}
	r.list(t)
	r.warnings = append(r.warnings, r.incomplete...)
	r.lacking(t)
	warn(o.warn, r.warnings)
	return r.Archive, nil
}

// allGroups returns all groups, in a fixed order.
func (t *tree) allGroups() []*group {
	var all []*group
	for _, kind := range slices.Sorted(maps.Keys(t.groups)) {
		for _, dir := range slices.Sorted(maps.Keys(t.groups[kind])) {
			all = append(all, t.groups[kind][dir])
		}
	}
	return all
}

// allPackages returns what lies where a package of a version or an environment lies.
func (t *tree) allPackages() map[*zip.File]bool {
	all := map[*zip.File]bool{}
	for _, g := range t.allGroups() {
		for _, f := range g.packages {
			all[f] = true
		}
	}
	return all
}

// checkDocuments checks the number and the sizes of documents before one is
// read. What a document takes in the file counts too, since it is read whole.
func (r *reader) checkDocuments(t *tree, documents []yamlFile) {
	for _, g := range t.allGroups() {
		switch {
		case len(g.documents) > 1:
			r.found.add(CodeLayout, g.documents[1].Name, "a second object beside %s; each needs a directory of its own", printable.Name(g.documents[0].Name))
		case len(g.documents) == 0 && len(g.versions) > 0:
			r.found.add(CodeLayout, g.versions[0].Name, "a version without its object: the directory above it has no YAML file")
		}
	}
	var total uint64
	for _, d := range documents {
		size := max(d.file.UncompressedSize64, d.file.CompressedSize64)
		if size > uint64(r.limits.DocumentSize) { //nolint:gosec // limits are positive
			r.found.add(CodeLimit, d.file.Name, "the YAML file has %d bytes; the limit is %d", size, r.limits.DocumentSize)
		}
		total += min(size, uint64(r.limits.EntrySize)) //nolint:gosec // limits are positive
	}
	if total > uint64(r.limits.DocumentsSize) { //nolint:gosec // limits are positive
		r.found.add(CodeLimit, "", "the YAML files have %d bytes; the limit is %d", total, r.limits.DocumentsSize)
	}
}

// memoryOf estimates what reading documents takes: one after the other is parsed
// into nodes, and all become models, with what they have of text.
func memoryOf(documents []yamlFile) int64 {
	const nodes, text, model = 100, 3, 2 << 10
	var largest, total int64
	for _, d := range documents {
		size := int64(d.file.UncompressedSize64) //nolint:gosec // within the limits
		largest, total = max(largest, size), total+size
	}
	return nodes*largest + text*total + model*int64(len(documents))
}

// objects reads the documents of one kind; rest reads what else is in a group.
func objects[T any](r *reader, groups map[string]*group, doc *document, rest func(*group, *T)) map[string]T {
	var all map[string]T
	for _, dir := range slices.Sorted(maps.Keys(groups)) {
		if g := groups[dir]; len(g.documents) > 0 { // else packages only, which are others
			all = add(r, all, doc, g.documents[0], func(v *T) { rest(g, v) })
		}
	}
	return all
}

// versions reads the documents of the versions of one object.
func versions[T any](r *reader, g *group, doc *document, rest func(*zip.File, *T)) map[string]T {
	var all map[string]T
	for _, f := range g.versions {
		all = add(r, all, doc, f, func(v *T) { rest(f, v) })
	}
	return all
}

// add reads one document and puts its object into the dictionary.
func add[T any](r *reader, all map[string]T, doc *document, f *zip.File, rest func(*T)) map[string]T {
	var v T
	name, ok := modelOf(r, f, &v)
	rest(&v)
	if !ok {
		return all
	}
	if _, twice := all[name]; twice {
		r.found.add(CodeDuplicateObject, f.Name, "%s %s is in another file too", doc.nameKey, printable.Key(name))
		return all
	}
	if all == nil {
		all = map[string]T{}
	}
	all[name] = v
	return all
}

// attach gives the document's object the package of the same name, if any.
func (r *reader) attach(g *group, document *zip.File) models.Nullable[string] {
	f := g.packages[strings.TrimSuffix(document.Name, ".yaml")]
	if f == nil {
		return models.Nullable[string]{}
	}
	path := strings.TrimPrefix(f.Name, r.root)
	r.files[path] = f
	return models.Value(path)
}

// list fills the lists of packages and of other files.
func (r *reader) list(t *tree) {
	for _, path := range slices.Sorted(maps.Keys(r.files)) {
		f := r.files[path]
		r.packages = append(r.packages, Package{Path: path, Size: int64(f.UncompressedSize64), CRC32: f.CRC32, NoCRC32: !r.source.checksums()}) //nolint:gosec // within the limits
	}
	for _, f := range t.others {
		r.unknown[f.Name] = f
	}
	for _, g := range t.allGroups() {
		for _, f := range g.packages {
			if r.files[strings.TrimPrefix(f.Name, t.root)] == nil {
				r.unknown[f.Name] = f
			}
		}
	}
	r.others = slices.Sorted(maps.Keys(r.unknown))
}
