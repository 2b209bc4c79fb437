package archive

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

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
	for _, name := range sorted(content.Deployments) {
		w.deployment(name, content.Deployments[name])
	}
	for _, name := range sorted(content.Pipelines) {
		w.pipeline(name, content.Pipelines[name])
	}
	for _, name := range sorted(content.Environments) {
		e, object := content.Environments[name], fmt.Sprintf("environment %q", name)
		w.body(object, EnvironmentPackagePath(name), e.Zip)
		e.Zip = models.Nullable[string]{}
		w.document(object, objectPath("environment", name)+".yaml", environmentDocument, name, e)
	}
	for _, name := range sorted(content.Services) {
		w.document(fmt.Sprintf("service %q", name), objectPath("service", name)+".yaml", serviceDocument, name, content.Services[name])
	}
	byPath := func(a, b output) int { return strings.Compare(a.path, b.path) }
	slices.SortFunc(w.documents, byPath)
	slices.SortFunc(w.bodies, byPath)
	w.placeOthers()
	return errors.Join(w.errs...)
}

func (w *writer) deployment(name string, d models.Deployment) {
	object := fmt.Sprintf("deployment %q", name)
	w.require(object, d.InputType, d.OutputType)
	for _, version := range sorted(d.Versions) {
		v, object := d.Versions[version], fmt.Sprintf("version %q of deployment %q", version, name)
		w.body(object, VersionPackagePath(name, version), v.Zip)
		v.Zip = models.Nullable[string]{}
		w.document(object, versionPath("deployment", name, version)+".yaml", deploymentVersionDocument, version, v)
	}
	d.Versions = nil
	w.document(object, objectPath("deployment", name)+".yaml", deploymentDocument, name, d)
}

func (w *writer) pipeline(name string, p models.Pipeline) {
	object := fmt.Sprintf("pipeline %q", name)
	w.require(object, p.InputType, p.OutputType)
	for _, version := range sorted(p.Versions) {
		object := fmt.Sprintf("version %q of pipeline %q", version, name)
		w.document(object, versionPath("pipeline", name, version)+".yaml", pipelineVersionDocument, version, p.Versions[version])
	}
	p.Versions = nil
	w.document(object, objectPath("pipeline", name)+".yaml", pipelineDocument, name, p)
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
	if reason := badElement(name); doc.nameKey != "" && reason != "" {
		w.errs = append(w.errs, fmt.Errorf("%s: %s", object, reason))
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
	if w.claim(object, path) {
		w.documents = append(w.documents, output{path: w.root + path, object: object, data: data})
	}
}

// body adds a package, if there is one.
func (w *writer) body(object, path string, zip models.Nullable[string]) {
	if source := zip.Or(""); source != "" && w.claim("the package of "+object, path) {
		w.bodies = append(w.bodies, output{
			path: w.root + path, object: fmt.Sprintf("package %q of %s", source, object), source: source, open: w.packages,
		})
	}
}

// claim takes a path for an object, unless another has it already.
func (w *writer) claim(object, path string) bool {
	if reason := unsafeName(w.root + path); reason != "" {
		w.errs = append(w.errs, fmt.Errorf("%s: %s", object, reason))
		return false
	}
	key := fold(path)
	if other, ok := w.paths[key]; ok {
		w.errs = append(w.errs, fmt.Errorf("%s and %s would be one file where upper and lower case are not told apart", other, object))
		return false
	}
	w.paths[key] = object
	return true
}

// badElement says why a name cannot be part of a path, or nothing. What holds
// for the path as a whole is left to claim.
func badElement(name string) string {
	switch {
	case name == "":
		return "the name is empty"
	case name == "." || name == "..":
		return "the name means a directory"
	case strings.Contains(name, "/"):
		return "the name has a slash"
	}
	return ""
}

func sorted[T any](m map[string]T) []string {
	return slices.SortedFunc(maps.Keys(m), cmp.Compare[string])
}
