package archive

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ubiops-contrib/transfer/api/archive/internal/zipcheck"
	"github.com/ubiops-contrib/transfer/gen/models"
)

// plan encodes all documents and lists all packages.
func (w *writer) plan(content Content) error {
	root, err := w.rootPrefix()
	if err != nil {
		return err
	}
	w.root = root
	if unknown := strings.TrimSpace(string(content.Unknown)); unknown != "" && unknown != "{}" {
		return errors.New("the content has members at its top that an archive has no place for")
	}
	w.document("info.yaml", infoName, infoDocument, "", w.info)
	if len(content.EnvironmentVariables) > 0 {
		data, err := encodeVariables(content.EnvironmentVariables)
		w.add("the project's environment variables", variablesName, data, err)
	}
	bases := baseNames("deployment_", content.Deployments)
	for _, name := range sorted(content.Deployments) {
		w.deployment(name, bases[name], content.Deployments[name])
	}
	bases = baseNames("pipeline_", content.Pipelines)
	for _, name := range sorted(content.Pipelines) {
		w.pipeline(name, bases[name], content.Pipelines[name])
	}
	bases = baseNames("environment_", content.Environments)
	for _, name := range sorted(content.Environments) {
		e, object, path := content.Environments[name], fmt.Sprintf("environment %q", name), objectPath("environment", bases[name])
		w.body(object, path+".zip", e.Zip)
		e.Zip = models.Nullable[string]{}
		w.document(object, path+".yaml", environmentDocument, name, e)
	}
	bases = baseNames("service_", content.Services)
	for _, name := range sorted(content.Services) {
		w.document(fmt.Sprintf("service %q", name), objectPath("service", bases[name])+".yaml", serviceDocument, name, content.Services[name])
	}
	byPath := func(a, b output) int { return strings.Compare(a.path, b.path) }
	slices.SortFunc(w.documents, byPath)
	slices.SortFunc(w.bodies, byPath)
	w.placeOthers()
	return errors.Join(w.errs...)
}

func (w *writer) deployment(name, base string, d models.Deployment) {
	object := fmt.Sprintf("deployment %q", name)
	w.require(object, d.InputType, d.OutputType)
	bases := baseNames(base+versionInfix, d.Versions)
	for _, version := range sorted(d.Versions) {
		v, object := d.Versions[version], fmt.Sprintf("version %q of deployment %q", version, name)
		path := versionPath("deployment", base, bases[version])
		w.body(object, path+".zip", v.Zip)
		v.Zip = models.Nullable[string]{}
		w.document(object, path+".yaml", deploymentVersionDocument, version, v)
	}
	d.Versions = nil
	w.document(object, objectPath("deployment", base)+".yaml", deploymentDocument, name, d)
}

func (w *writer) pipeline(name, base string, p models.Pipeline) {
	object := fmt.Sprintf("pipeline %q", name)
	w.require(object, p.InputType, p.OutputType)
	bases := baseNames(base+versionInfix, p.Versions)
	for _, version := range sorted(p.Versions) {
		object := fmt.Sprintf("version %q of pipeline %q", version, name)
		w.document(object, versionPath("pipeline", base, bases[version])+".yaml", pipelineVersionDocument, version, p.Versions[version])
	}
	p.Versions = nil
	w.document(object, objectPath("pipeline", base)+".yaml", pipelineDocument, name, p)
}

// require names the keys without which [Open] would refuse the document.
func (w *writer) require(object string, input, output *models.DataStructure) {
	if input == nil {
		w.errs = append(w.errs, fmt.Errorf("%s has no input_type", object))
	}
	if output == nil {
		w.errs = append(w.errs, fmt.Errorf("%s has no output_type", object))
	}
}

// document adds one YAML document.
func (w *writer) document(object, path string, doc *document, name string, v any) {
	switch {
	case doc.nameKey != "" && name == "":
		w.errs = append(w.errs, fmt.Errorf("%s: the name is empty", object))
		return
	case !utf8.ValidString(name):
		w.errs = append(w.errs, fmt.Errorf("%s: the name is not valid UTF-8", object))
		return
	}
	data, err := doc.encode(name, v)
	w.add(object, path, data, err)
}

func (w *writer) add(object, path string, data []byte, err error) {
	if err != nil {
		w.errs = append(w.errs, fmt.Errorf("%s: %w", object, err))
		return
	}
	if w.takes(object, path) {
		w.documents = append(w.documents, output{path: w.root + path, object: object, data: data})
	}
}

// body adds a package, if there is one.
func (w *writer) body(object, path string, zip models.Nullable[string]) {
	if source := zip.Or(""); source != "" && w.takes("the package of "+object, path) {
		w.bodies = append(w.bodies, output{
			path: w.root + path, object: fmt.Sprintf("package %q of %s", source, object), source: source, open: w.packages,
		})
	}
}

// takes reports whether a path is one that can be read again: the root
// directory may be too long or too deep for it.
func (w *writer) takes(object, path string) bool {
	if reason := zipcheck.UnsafeName(w.root + path); reason != "" {
		w.errs = append(w.errs, fmt.Errorf("%s: %s", object, reason))
		return false
	}
	return true
}

func sorted[T any](m map[string]T) []string {
	return slices.SortedFunc(maps.Keys(m), cmp.Compare[string])
}
